"""Sentences about the days ahead: the total with its interval and how often such intervals held, then the lines."""

from __future__ import annotations

from agents.writer_forms import LISTED, labelled, listing, more
from agents.writer_page import Page

_SCORES = ("rmsse", "pinball", "bias", "weekly_wape", "covered_80")
_KEPT = ("promises", "bias", "missed", "held", "promised_coverage")


def write_forecast(page: Page) -> list[str]:
    """What is expected in all, then by bucket or by member."""
    measure = "revenue" if "expected_revenue" in page.columns else "units"
    expected, low, high = (f"{name}_{measure}" for name in ("expected", "low", "high"))
    if page.names:
        lead = page.book.say("forecast_by", what=page.label(expected), by=page.label(page.names[0]), when=page.when())
        page.names = page.names[:1]
        return [lead, *listing(page, (expected, low, high)), *more(page)]
    slots = {name: f"{{fact:{page.call}.total.{column}}}" for name, column in (("value", expected), ("low", low), ("high", high))}
    lead = page.book.say("forecast", what=page.label(expected), when=page.when(), **slots)
    held = _held(page)
    if len(page.rows) < 2:
        return [lead, *held]
    lines = [f"- {page.name(row)}: {page.value(row, expected)}" for row in range(min(len(page.rows), LISTED))]
    above = page.book.say("breakdown_time", metric=page.label(expected), by=page.label(page.bucket or "day"), when=page.when())
    return [lead, *held, above, *lines, *more(page)]


def _held(page: Page) -> list[str]:
    """How often such intervals held, where that was measured."""
    fact = f"{page.call}.total.measured_coverage"
    there = any(each.id == fact for each in page.findings.facts)
    return [page.book.say("forecast_held", share=f"{{fact:{fact}}}", when=page.when())] if there else []


def write_accuracy(page: Page) -> list[str]:
    """Each model's scores, the one that serves first."""
    kept = "promises" in page.columns
    columns = [name for name in (_KEPT if kept else _SCORES) if name in page.columns]
    order = sorted(range(len(page.rows)), key=lambda row: page.cell(row, page.columns[0]) != "served")
    lines = []
    for row in order[:LISTED]:
        there = [name for name in columns if page.cell(row, name) is not None]
        lines.append(f"- {page.name(row)}: {labelled(page, row, there)}" if there else f"- {page.name(row)}")
    return [page.book.say("accuracy_kept" if kept else "accuracy", when=page.when()), *lines, *more(page)]
