"""Words written short or wrong, names of the data, names nobody has, words nobody knows."""

from __future__ import annotations

import pytest

from tests.agents.language.planner_stage import Planner, calls_of, named, where
from tools.query.read import read_query
from tools.query.run import run_query

YEAR, MONTH = named("this_year"), named("last_month")

REPAIRED = [
    ("tp 5 custmers revnue q3", "ranking", {"metric": "revenue", "by": "customer", "n": 5}, ("tp", "custmers", "revnue")),
    ("revnue by provnce last mnth", "breakdown", {"metrics": ["revenue"], "by": ["province"], **MONTH}, ("revnue", "provnce")),
    ("rev by cat lm", "breakdown", {"metrics": ["revenue"], "by": ["category"], **MONTH}, ("rev", "cat", "lm")),
    ("top 5 prods by mgn ytd", "ranking", {"metric": "margin", "by": "product", "n": 5, **named("ytd")}, ("prods", "mgn")),
    ("hw mny ords lw", "metric_value", {"metrics": ["orders"], **named("last_week")}, ("mny", "ords", "lw")),
    ("qty by wh lm", "breakdown", {"metrics": ["units"], "by": ["location"], **MONTH}, ("qty", "wh", "lm")),
    ("cnceled ordrs lst mnth", "metric_value", {"metrics": ["cancelled_orders"], **MONTH}, ("ordrs",)),
    ("retrun rate by catgory", "breakdown", {"metrics": ["return_rate"], "by": ["category"]}, ("retrun", "catgory")),
    ("stok vlue by locaton", "breakdown", {"metrics": ["stock_value"], "by": ["location"]}, ("stok", "vlue", "locaton")),
    ("invntory turnver this yr", "metric_value", {"metrics": ["inventory_turnover"], **YEAR}, ("invntory", "turnver")),
    ("dt tháng trước", "metric_value", {"metrics": ["revenue"], **MONTH}, ("dt",)),
    ("ds theo tỉnh", "breakdown", {"metrics": ["revenue"], "by": ["province"]}, ("ds",)),
]  # fmt: skip
UNMARKED = [
    ("doanh thu thang truoc theo tinh", "breakdown", {"metrics": ["revenue"], "by": ["province"], **MONTH}),
    ("top 10 khach hang theo loi nhuan nam nay", "ranking", {"metric": "margin", "by": "customer", "n": 10, **YEAR}),
    ("so sanh doanh thu thang nay voi thang truoc", "metric_value", {"metrics": ["revenue"], **named("this_month")}),
    ("ton kho tai Kho Long Bien", "metric_value", {"metrics": ["stock_on_hand"], **where("location", "L2")}),
]
NAMES = [
    ("revenue in Hanoi last month", where("province", "Hà Nội")),
    ("doanh thu ha noi thang truoc", where("province", "Hà Nội")),
    ("revenue from Hai Phong last month", where("province", "Hải Phòng")),
    ("revenue of Suoi Mat last month", where("manufacturer", "Suối Mát")),
    ("sales of Bep Que last month", where("manufacturer", "Bếp Quê")),
    ("revenue of Nét Chữ last month", where("manufacturer", "Nét Chữ")),
    ("revenue of cà phê rang xay last month", where("family", "Ground coffee")),
    ("revenue of gold customers last month", where("tier", "gold")),
    ("revenue of Snacks & Sweets last month", where("category", "Snacks & Sweets")),
    ("revenue of C00003 last month", where("customer", "C00003")),
    ("revenue of SD-SM-0035 last month", where("product", "P0035")),
    ("revenue of sd-sm-0035 last month", where("product", "P0035")),
    ("revenue of Tạp hóa Cô Thắng last month", where("customer", "C00005")),
    ("revenue of Tap hoa Co Thang last month", where("customer", "C00005")),
    ("revenue of Coffee House Sao Mai Sao Mai last month", where("customer", "C00003")),
]
AMBIGUOUS = ["orders of Mai last month", "sales to Mai last month", "doanh thu của Mai tháng trước"]
UNKNOWN = [
    ("revenue of Zorblax last month", "Zorblax"),
    ("revenue by Zorblax", "Zorblax"),
    ("doanh thu Zorblax tháng trước", "Zorblax"),
    ("customers in Atlantis", "Atlantis"),
    ("revenue of Vinamilk last month", "Vinamilk"),
    ("revenue for customer C99999 last month", "C99999"),
    ("stock of SD-SM-9999", "SD-SM-9999"),
    ("status of order SO9999999", "SO9999999"),
    ("revenue by colour last month", "colour"),
    ("revenue of red products last month", "red"),
    ("customers by gender", "gender"),
    ("what is the zorbiness of products", "zorbiness"),
    ("purple elephants", "elephants"),
    ("Umsatz letzten Monat nach Provinz", "Umsatz"),
]
NO_FIGURE = ["last month", "Dairy", "Hà Nội", "gold", "rate last month", "Dairy tháng trước", "tỷ lệ tháng trước"]


@pytest.mark.parametrize(("question", "tool", "expected", "written"), REPAIRED)
def test_words_written_short_or_wrong_are_repaired_and_told(
    planner: Planner, question: str, tool: str, expected: dict[str, object], written: tuple[str, ...]
) -> None:
    plan = planner.plan(question)
    ((called, arguments),) = calls_of(plan)
    assert called == tool and {name: arguments.get(name) for name in expected} == expected
    told = " ".join(plan.assumptions)
    assert all(f"“{word}”" in told for word in written)
    assert plan.confidence != "high"


@pytest.mark.parametrize(("question", "tool", "expected"), UNMARKED)
def test_vietnamese_without_its_marks_is_the_same(planner: Planner, question: str, tool: str, expected: dict[str, object]) -> None:
    ((called, arguments),) = planner.calls(question)
    assert called == tool and {name: arguments.get(name) for name in expected} == expected


@pytest.mark.parametrize(("question", "condition"), NAMES)
def test_a_name_of_the_data_is_a_filter(planner: Planner, question: str, condition: dict[str, object]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert (tool, arguments["metrics"], arguments["period"]) == ("metric_value", ["revenue"], MONTH["period"])
    assert arguments["where"] == condition["where"]


def test_no_name_of_the_data_is_ever_repaired(planner: Planner) -> None:
    """Whatever members are called, their words stay as they are."""
    names = [name for kind in ("category", "province", "manufacturer", "product") for name in _members(planner, kind)]
    assert len(names) > 90
    for name in names:
        plan = planner.plan(f"revenue of {name} last month")
        assert not any("was read as" in assumption for assumption in plan.assumptions), (name, plan.assumptions)
        assert plan.outcome in ("answer", "clarify"), (name, plan.reply)
        assert all("where" in arguments for _, arguments in calls_of(plan)), name


def _members(planner: Planner, kind: str) -> list[str]:
    query = read_query({"kind": "top", "metric": "units", "by": kind, "n": 1000})
    return [str(row[-2]) for row in run_query(query, planner.served.context, planner.served.source).rows]


@pytest.mark.parametrize("question", AMBIGUOUS)
def test_a_name_several_have_is_asked_about_with_options_that_work(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "clarify" and not plan.calls() and plan.clarify is not None
    assert "“Mai”" in plan.clarify.question
    assert len(set(plan.clarify.options)) == len(plan.clarify.options) >= 2
    filters = [str(arguments["where"]) for option in plan.clarify.options for _, arguments in planner.calls(option)]
    assert len(set(filters)) == len(plan.clarify.options)
    assert all("'customer'" in each for each in filters)


@pytest.mark.parametrize("question", NO_FIGURE)
def test_where_no_figure_is_named_the_options_are_figures_that_work(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "clarify" and plan.clarify is not None
    metrics = [tuple(map(str, arguments["metrics"])) for option in plan.clarify.options for _, arguments in planner.calls(option)]  # type: ignore[call-overload]
    assert len(metrics) == len(set(metrics)) == len(plan.clarify.options)


@pytest.mark.parametrize(("question", "word"), UNKNOWN)
def test_words_nobody_knows_are_quoted_and_nothing_is_answered(planner: Planner, question: str, word: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "decline" and not plan.calls()
    assert f"“{word}”" in plan.reply


@pytest.mark.parametrize(("question", "near"), [("revenue in Hnoi last month", "Hà Nội")])
def test_a_name_nobody_has_is_declined_with_the_nearest(planner: Planner, question: str, near: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "decline" and near in plan.reply


def test_the_example_in_a_refusal_to_guess_works(planner: Planner) -> None:
    for question in ("revenue of Zorblax last month", "doanh thu Zorblax tháng trước"):
        plan = planner.plan(question)
        example = plan.reply.rsplit(": ", 1)[-1]
        assert planner.plan(example).outcome == "answer"
        assert planner.plan(example).language == plan.language
