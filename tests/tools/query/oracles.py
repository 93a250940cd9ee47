"""The pandas oracles of all operators."""

from __future__ import annotations

from tests.tools.query import (
    oracle_basket,
    oracle_breakdown,
    oracle_change,
    oracle_contribution,
    oracle_distribution,
    oracle_events,
    oracle_pareto,
    oracle_ranking,
    oracle_records,
    oracle_rhythm,
    oracle_running,
    oracle_series,
    oracle_sets,
    oracle_share,
    oracle_steps,
    oracle_stock,
    oracle_value,
)
from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company

FAMILIES = (
    oracle_value,
    oracle_breakdown,
    oracle_series,
    oracle_ranking,
    oracle_share,
    oracle_change,
    oracle_contribution,
    oracle_running,
    oracle_rhythm,
    oracle_distribution,
    oracle_pareto,
    oracle_sets,
    oracle_events,
    oracle_basket,
    oracle_stock,
    oracle_records,
    oracle_steps,
)


def checks_of(company: Company) -> dict[str, list[Check]]:
    """Every question held against pandas on a company, by operator."""
    found: dict[str, list[Check]] = {}
    for family in FAMILIES:
        for check in family.checks(company):
            found.setdefault(check.kind, []).append(check)
    return found
