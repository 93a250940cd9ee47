"""Answers written from real findings on the tiny demo company: many tools, metrics, dimensions and periods, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.finding import Finding
from agents.plan import Agent, Language, Part, Plan, PlannedCall
from agents.writer import Draft, render, write
from ingestion.metrics import load_definitions
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolContext
from tools.errors import ToolError
from tools.facts import Fact
from tools.query.served import Served

KNOWN = load_definitions()
CURRENCY = "VND"
MONTH = {"kind": "named", "name": "last_month"}
MONTHS = {"kind": "last", "n": 5, "unit": "month", "full": True}
PERIODS: tuple[dict[str, Any], ...] = (MONTH, {"kind": "named", "name": "this_month"}, {"kind": "calendar", "year": 2026, "quarter": 3})
PREVIOUS = {"to": "previous"}
WEB = [{"dimension": "channel", "values": ["web"]}]
STORE = [{"dimension": "channel", "values": ["store"]}]
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """A plan with its findings and the answer made of them."""

    plan: Plan
    findings: tuple[Finding, ...]
    draft: Draft

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for finding in self.findings if finding.findings for fact in finding.findings.facts)

    @property
    def text(self) -> str:
        return render(self.draft, self.facts, self.plan.language, CURRENCY)


def calls() -> Iterator[tuple[str, Arguments]]:
    """Tool calls that cover the catalog, most of them over several metrics and periods."""
    for period in PERIODS:
        yield from _of_period(period)
    yield from _once()
    yield from _ahead()


def _of_period(period: Arguments) -> Iterator[tuple[str, Arguments]]:
    for metric in ("revenue", "orders", "margin_rate", "average_order_value", "delivery_days", "stock_on_hand"):
        yield "metric_value", {"metrics": [metric], "period": period}
        yield "metric_value", {"metrics": [metric], "period": period, "compare": PREVIOUS}
    yield "metric_value", {"metrics": ["revenue", "orders", "units", "margin"], "period": period, "compare": PREVIOUS}
    for metric, by in (
        ("revenue", "category"),
        ("units", "product"),
        ("orders", "channel"),
        ("return_rate", "category"),
        ("margin", "province"),
    ):
        yield "breakdown", {"metrics": [metric], "by": [by], "period": period}
        yield "ranking", {"metric": metric, "by": by, "n": 3, "period": period}
        yield "ranking", {"metric": metric, "by": by, "n": 4, "lowest": True, "period": period, "also": ["active_customers"]}
    for metric, by in (("revenue", "category"), ("units", "product"), ("orders", "channel")):
        yield "share", {"metric": metric, "by": [by], "period": period}
        yield "share", {"metric": metric, "by": [by], "top": 3, "period": period}
        yield "pareto", {"metric": metric, "by": by, "period": period}
        yield "abc_classes", {"metric": metric, "by": by, "period": period, "summary": True}
        yield "change_by_member", {"metric": metric, "by": by, "period": period}
        yield "rank_change", {"metric": metric, "by": by, "period": period, "n": 5}
    yield "contribution", {"metric": "revenue", "by": "category", "period": period}
    yield "contribution", {"metric": "units", "by": "channel", "period": period}
    yield "decomposition", {"period": period}
    yield "ranking_within_groups", {"metric": "revenue", "by": "product", "within": "category", "n": 2, "period": period, "others": True}
    yield "weekday_hour_pattern", {"metric": "orders", "period": period}
    yield "percentiles", {"metric": "delivery_days", "period": period}
    yield "percentiles", {"metric": "revenue", "per": "order", "by": ["channel"], "period": period}
    yield "histogram", {"metric": "revenue", "per": "order", "bins": 6, "period": period}
    yield "funnel", {"period": period}
    yield "funnel", {"of": "sessions", "period": period}
    yield "compare_groups", {"metric": "revenue", "left": WEB, "right": STORE, "period": period}
    yield "opening_closing_stock", {"period": period, "by": ["location"]}
    yield "opening_closing_stock", {"period": period, "metric": "stock_value"}
    yield "ranking", {"metric": "revenue", "by": "product", "n": 2, "nth": True, "period": period}
    yield "ranking", {"metric": "orders", "by": "category", "n": 3, "nth": True, "lowest": True, "period": period}
    yield "like_for_like", {"metric": "revenue", "entity": "product", "period": period, "compare": PREVIOUS}
    yield "breakdown", {"metrics": ["revenue"], "by": ["category"], "period": period, "compare": PREVIOUS}
    yield "breakdown", {"metrics": ["units", "orders"], "by": ["category", "month"], "period": period}
    yield (
        "breakdown",
        {"metrics": ["orders"], "by": ["category"], "period": period, "having": [{"metric": "orders", "op": ">", "value": 20}]},
    )
    yield "change_by_member", {"metric": "stock_on_hand", "by": "location", "period": period}
    yield "weekday_hour_pattern", {"metric": "orders", "of": ["weekday", "hour"], "period": period}
    yield "share", {"metric": "revenue", "by": ["category"], "within": ["channel"], "period": period}
    yield "trend", {"metrics": ["revenue"], "grain": "week", "period": period, "by": ["channel"]}
    yield "metric_value", {"metrics": ["revenue"], "period": period, "where": [{"dimension": "category", "values": ["Dairy"]}]}


def _ahead() -> Iterator[tuple[str, Arguments]]:
    """What is asked about days to come and about what people say."""
    dairy = [{"dimension": "category", "values": ["Dairy"]}]
    yield "demand_forecast", {"where": dairy, "days": 14}
    yield "demand_forecast", {"by": "category", "days": 7, "measure": "revenue"}
    for tool in ("reorder_advice", "stockout_risk", "safety_stock_and_eoq", "abc_xyz", "overstock", "cost_of_stockouts"):
        yield tool, {"limit": 4}
        yield tool, {"limit": 8, "where": dairy}
    yield "supplier_options", {"product": "P0001"}
    yield "what_if_inventory", {"change": {"lead_time_factor": 2}, "limit": 3}
    yield "budget_buying", {"budget": 50_000_000, "limit": 3}
    yield "review_themes", {"where": dairy}
    yield "review_themes", {"by": "category", "tone": "praise"}
    yield "market_context", {}


def _once() -> Iterator[tuple[str, Arguments]]:
    for metric in ("revenue", "orders", "units", "margin_rate"):
        yield "trend", {"metrics": [metric], "grain": "month", "period": MONTHS}
        yield "rolling_average", {"metric": metric, "grain": "day", "n": 7, "period": {"kind": "last", "n": 21}}
    for metric in ("revenue", "orders", "units"):
        yield "trend", {"metrics": [metric], "grain": "week", "period": {"kind": "calendar", "year": 2026, "quarter": 3}}
        yield "streaks", {"metric": metric, "by": ["category"], "at_least": 2}
        yield "compare_groups", {"metric": metric, "left": WEB, "right": STORE}
        yield "group_by_metric", {"metric": metric, "entity": "customer", "edges": [1, 10, 100]}
    yield "running_total", {"metric": "revenue", "grain": "month", "period": MONTHS}
    yield "running_total", {"metric": "revenue", "grain": "month", "by": ["channel"], "period": MONTHS}
    yield (
        "trend",
        {"metrics": ["revenue"], "grain": "month", "period": {"kind": "calendar", "year": 2026, "quarter": 3}, "compare": PREVIOUS},
    )
    yield "metric_value", {"metrics": ["revenue", "orders"], "periods": [{"kind": "calendar", "year": 2026, "month": 8}, MONTH]}
    yield "metric_value", {"metrics": ["stock_on_hand"], "period": {"kind": "as_of", "day": "2026-09-15"}}
    yield "metric_value", {"metrics": ["revenue"], "period": {"kind": "as_of", "day": "2026-09-15"}}
    yield "metric_value", {"metrics": ["orders"], "period": {"kind": "named", "name": "yesterday"}, "compare": PREVIOUS}
    yield "streaks", {"metric": "orders", "run": "zero", "by": ["customer"], "at_least": 3}
    yield "streaks", {"metric": "revenue", "run": "rising"}
    yield "group_by_metric", {"metric": "revenue", "entity": "customer", "edges": [0, 1_000_000, 10_000_000]}
    yield "group_by_metric", {"metric": "orders", "entity": "customer"}
    yield "overlap", {"entity": "customer", "left": {"where": WEB, "period": MONTH}, "right": {"where": STORE}, "keep": "only_left"}
    yield "did_but_never", {"entity": "customer", "did": {"where": WEB, "period": MONTH}, "never": {"where": STORE, "period": MONTHS}}
    yield "nth_event", {"n": 3}
    yield "percentiles", {"metric": "revenue", "per": "customer", "period": MONTH}
    yield "cohort_retention", {"grain": "week", "offsets": 2, "period": {"kind": "last", "n": 4, "unit": "week", "full": True}}
    yield "stock_ageing", {"by": ["location"]}
    yield "compare_groups", {"metric": "return_rate", "left": WEB, "right": STORE}
    yield "did_but_never", {"entity": "customer", "did": {"where": WEB}, "never": {"where": STORE}}
    yield "overlap", {"entity": "customer", "left": {"where": WEB}, "right": {"where": STORE}}
    yield "inactive", {"entity": "customer", "days": 60}
    yield "longest_gaps", {"entity": "customer"}
    yield "first_and_last", {"entity": "product", "limit": 5}
    yield "nth_event", {"within_days": 30}
    yield "nth_event", {"within_days": 30, "members": True}
    yield "cohort_retention", {"offsets": 3, "period": {"kind": "last", "n": 4, "unit": "month", "full": True}}
    yield "bought_together", {"n": 4}
    yield "stock_ageing", {}
    yield "price_in_force", {"where": [{"dimension": "category", "values": ["Dairy"]}]}
    yield "overdue", {}
    yield "overdue", {"of": "shipments"}
    yield "look_up", {"of": "order", "ids": ["SO0000011"]}
    for more in (
        {},
        {"days": 60},
        {"by": "product", "limit": 3},
        {"by": "category", "days": 7},
        {"measure": "revenue", "days": 45, "grain": "month"},
    ):
        yield "demand_forecast", more
    yield "demand_forecast", {"where": [{"dimension": "category", "values": ["Beverages"]}], "days": 1}
    yield "look_up_lines", {"of": "order", "ids": ["SO0000011", "SO0000021"]}
    yield "look_up", {"of": "order", "ids": ["nobody"]}
    among = {"dimension": "category", "op": "in_step", "step": "a", "column": "category"}
    last = {"name": "b", "query": {"kind": "value", "metrics": ["orders"], "where": [among]}}
    yield "chain", {"steps": [{"name": "a", "query": {"kind": "top", "metric": "revenue", "by": "category", "n": 2}}, last]}


def plan_of(planned: tuple[PlannedCall, ...], language: Language = "en", **more: Any) -> Plan:
    """One part for each call, as if each agent had one."""
    agents: tuple[Agent, ...] = ("bi", "operations", "customer", "inventory")
    parts = tuple(Part(agent=agents[place % 4], question=f"about {each.tool}", calls=(each,)) for place, each in enumerate(planned))
    return Plan(standalone_question="what happened", language=language, parts=parts, **more)


class Demo:
    """The tiny company, asked."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._found: dict[str, Finding] = {}

    def ask(self, tool: str, arguments: Arguments, id: str = "c1") -> Finding:
        planned = PlannedCall(id=id, tool=tool, arguments=arguments)
        key = planned.model_dump_json()
        if key not in self._found:
            try:
                self._found[key] = Finding(agent="bi", call=planned, findings=call(planned.to_call(), self._context, TOOLS))
            except ToolError as error:
                self._found[key] = Finding(agent="bi", call=planned, trouble="cannot_do", why=str(error))
        return self._found[key]

    def answer(self, *asked: tuple[str, Arguments], language: Language = "en", **more: Any) -> Answered:
        findings = tuple(self.ask(tool, arguments, f"c{place}") for place, (tool, arguments) in enumerate(asked, 1))
        plan = plan_of(tuple(finding.call for finding in findings), language, **more)
        return Answered(plan, findings, write(plan, findings, KNOWN, CURRENCY))

    def answers(self) -> list[Answered]:
        """Every call alone in both languages, and pairs of them."""
        each = list(calls())
        languages: tuple[Language, ...] = ("en", "vi")
        single = [self.answer(one, language=language) for one in each for language in languages]
        pairs = [self.answer(each[place], each[-place - 1], language=languages[place % 2]) for place in range(0, len(each) // 2, 3)]
        return [*single, *pairs]


def demo_of(served: Served) -> Demo:
    """The demo company of this run, asked once for all tests."""
    return _DEMOS.setdefault(served.context.snapshot, Demo(ToolContext(served)))


_DEMOS: dict[str, Demo] = {}
