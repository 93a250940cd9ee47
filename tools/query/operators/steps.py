"""Several queries in a row, each able to use the rows of earlier ones as a filter: customers of suppliers that were late."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from tools.errors import BadInput
from tools.query.bench import Bench, Draft
from tools.query.contract import Frozen, Query


class Step(Frozen):
    """A named query; later steps refer to its rows with the filter ops in_step and not_in_step."""

    name: str
    query: Mapping[str, object]


class Steps(Query):
    """A chain of queries run as one statement; the answer is that of the last."""

    kind: Literal["steps"] = "steps"
    steps: tuple[Step, ...] = Field(min_length=2, max_length=12)


def build_steps(query: Steps, bench: Bench) -> Draft:
    """Every step but the last becomes a part the later ones select from."""
    bench.refuse(query, "where", "period", why="filters and periods belong to the steps")
    draft = _build(query.steps[0], bench)
    for earlier, step in zip(query.steps, query.steps[1:], strict=False):
        _keep(earlier, draft, bench)
        draft = _build(step, bench)
    return draft


def _build(step: Step, bench: Bench) -> Draft:
    # The catalogue lists this operator too, so it can only be read once everything is loaded.
    from tools.query.catalog import OPERATORS
    from tools.query.read import read_query

    typed = read_query(step.query)
    if isinstance(typed, Steps):
        raise BadInput(f"steps.{step.name}", "steps", why="a step cannot hold steps; list them in order")
    build = next(operator.build for operator in OPERATORS if operator.query is type(typed))
    return build(typed, bench)


def _keep(step: Step, draft: Draft, bench: Bench) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", step.name) or step.name in bench.steps:
        raise BadInput("steps.name", step.name, allowed="lower-case letters, digits and _, each name once")
    limit = f" ORDER BY {', '.join(f'{text} NULLS LAST' for text in draft.order)} LIMIT {draft.limit}" if draft.limit else ""
    bench.add(f"step_{step.name}", f"SELECT * FROM ({draft.sql}) AS rows_of_{step.name}{limit}")
    bench.steps[step.name] = draft.columns
