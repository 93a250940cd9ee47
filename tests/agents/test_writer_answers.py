"""Answers as a manager reads them: the right period on every number, nothing half told as whole, no name of a program, nothing lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from agents.answer import DocumentBlock, KpiBlock, TableBlock
from agents.finding import Finding
from agents.follow_ups import suggest
from agents.grounding import check
from agents.memory_keep import handles_of
from agents.phrases.book import open_book
from agents.plan import Language, PlannedCall
from agents.writer import write
from agents.writer_page import Page
from agents.writer_query import asked_query
from tests.agents.demo_answers import (
    CURRENCY,
    KNOWN,
    MONTH,
    MONTHS,
    PREVIOUS,
    STORE,
    WEB,
    Arguments,
    Demo,
    calls,
    demo_of,
    plan_of,
)
from tools.facts import Days, DocumentEvidence, Fact, FactTable, Findings, TableColumn
from tools.query.served import Served

SEPTEMBER = Days(start=date(2026, 9, 1), end=date(2026, 9, 30))
AUGUST = Days(start=date(2026, 8, 1), end=date(2026, 8, 31))
_MACHINE_NAME = re.compile(r"\b[a-z]+_[a-z_]+\b")


@pytest.fixture(scope="module")
def company(served: Served) -> Demo:
    return demo_of(served)


def said(company: Demo, tool: str, arguments: Arguments, language: Language = "en") -> str:
    """The checked text, without emphasis; nothing of it may be taken out."""
    answered = company.answer((tool, arguments), language=language)
    checked = check(answered.draft, answered.facts, answered.plan, language, CURRENCY, KNOWN)
    assert checked.removed == ()
    return checked.text.replace("*", "")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_answer_is_whole_and_speaks_no_program(company: Demo, language: Language) -> None:
    for one in calls():
        answered = company.answer(one, language=language)
        checked = check(answered.draft, answered.facts, answered.plan, language, CURRENCY, KNOWN)
        assert checked.removed == (), one
        told = checked.text.split("“")[0] if "trouble" in str(answered.findings) else checked.text
        assert not _MACHINE_NAME.search(re.sub(r"e_wallet|bank_transfer|online_payment|\w+@\w+", "", told)), (one, told)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_tables_have_names_for_programs_and_labels_for_people(company: Demo, language: Language) -> None:
    for one in calls():
        answered = company.answer(one, language=language)
        found = answered.findings[0].findings
        tables = iter(found.tables if found else ())
        for block in answered.draft.blocks:
            assert not _MACHINE_NAME.search(block.title), (one, block.title)
            if isinstance(block, TableBlock):
                table = next(each for each in tables if each.rows == block.rows or each.rows[: len(block.rows)] == block.rows)
                assert [(each.name, each.unit) for each in block.columns] == [(each.name, each.unit) for each in table.columns]
                assert all(each.label and not _MACHINE_NAME.search(each.label) for each in block.columns), (one, block.columns)


def test_of_several_periods_each_value_stands_beside_its_own(company: Demo) -> None:
    periods = [{"kind": "calendar", "year": 2026, "month": 8}, MONTH]
    asked: Arguments = {"metrics": ["revenue"], "periods": periods}
    answered = company.answer(("metric_value", asked))
    assert [each.period for each in answered.facts] == [AUGUST, SEPTEMBER]
    alone = [company.answer(("metric_value", {"metrics": ["revenue"], "period": each})) for each in periods]
    august, september = (each.facts[0].value for each in alone)
    assert said(company, "metric_value", asked).startswith(
        f"Revenue by period:\n- August 2026: {august:,.0f} VND\n- September 2026: {september:,.0f} VND"
    )


def test_a_level_is_a_level_on_a_day(company: Demo) -> None:
    level = {"metrics": ["stock_on_hand"], "period": MONTH}
    assert re.match(r"Stock on hand: [\d,]+ units as of 30 Sep 2026\.", said(company, "metric_value", level))
    assert " as of 31 Aug 2026." in said(company, "metric_value", {**level, "compare": PREVIOUS})
    flow = {"metrics": ["revenue"], "period": {"kind": "as_of", "day": "2026-09-15"}}
    assert re.match(r"Revenue: [\d,]+ VND as of 15 Sep 2026\.", said(company, "metric_value", flow))
    assert " tính đến 30/9/2026." in said(company, "metric_value", level, "vi")


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (MONTH, "in September 2026"),
        ({"kind": "named", "name": "yesterday"}, "on 30 Oct 2026"),
        ({"kind": "calendar", "year": 2026}, "over 1 Jan - 31 Oct 2026"),
        ({"kind": "between", "start": "2026-09-03", "end": "2026-09-09"}, "over 3-9 Sep 2026"),
    ],
)
def test_a_period_is_spoken_of_as_people_do(company: Demo, period: Arguments, words: str) -> None:
    assert f" {words}.\n" in said(company, "metric_value", {"metrics": ["orders"], "period": period})


def test_groups_against_another_period_say_how_they_moved(company: Demo) -> None:
    asked = {"metrics": ["revenue"], "by": ["category"], "period": MONTH, "compare": PREVIOUS}
    lead, first, *_ = said(company, "breakdown", asked).split("\n")
    assert lead == "Revenue by category, September 2026 against August 2026:"
    assert re.fullmatch(r"- [\w& ]+: [\d,]+ VND, (up|down) [\d,]+ VND \([+-][\d.]+%\) from [\d,]+ VND in August 2026", first)


def test_groups_over_time_show_where_each_began_and_is(company: Demo) -> None:
    lead, first, *_ = said(company, "trend", {"metrics": ["revenue"], "grain": "month", "period": MONTHS, "by": ["channel"]}).split("\n")
    assert lead == "Revenue by month and channel over 1 May - 30 Sep 2026, first and latest month:"
    assert re.fullmatch(r"- \w+: [\d,]+ VND in May 2026, [\d,]+ VND in September 2026", first)


def series(values: list[int], starts: list[date], period: Days) -> str:
    """What is said of a monthly series with these values."""
    columns = (TableColumn(name="month"), TableColumn(name="orders", unit="count"))
    table = FactTable(title="Trend", shape="line", columns=columns, rows=tuple(zip(starts, values, strict=True)))
    facts = tuple(
        Fact(id=f"c1.{row}.orders", name="orders", value=value, unit="count", entity=str(start), period=period, evidence_id="c1.e")
        for row, (start, value) in enumerate(zip(starts, values, strict=True))
    )
    planned = PlannedCall(
        id="c1", tool="trend", arguments={"metrics": ["orders"], "grain": "month", "period": {"kind": "named", "name": "ytd"}}
    )
    found = Findings(facts=facts, tables=(table,), period=period)
    plan = plan_of((planned,))
    draft = write(plan, (Finding(agent="bi", call=planned, findings=found),), KNOWN, CURRENCY)
    checked = check(draft, facts, plan, "en", CURRENCY, KNOWN)
    assert checked.removed == ()
    return checked.text


def test_a_month_that_is_not_over_is_no_fall_and_no_low() -> None:
    months = [date(2026, month, 1) for month in range(1, 5)]
    whole = series([100, 110, 120, 60], months, Days(start=months[0], end=date(2026, 4, 30)))
    assert "- Lowest: 60 in April 2026" in whole and "- Latest: 60" in whole
    cut = series([100, 110, 120, 60], months, Days(start=months[0], end=date(2026, 4, 12)))
    assert "falling" not in cut and "Lowest" not in cut
    assert "- Latest (part of a month): 60 over 1-12 Apr 2026" in cut
    rising = series([100, 110, 120, 130], months, Days(start=months[0], end=date(2026, 4, 12)))
    assert "rising overall" in rising


@pytest.mark.parametrize(("language", "said_so"), [("en", "only where orders above 20"), ("vi", "chỉ lấy số đơn hàng trên 20")])
def test_what_groups_had_to_reach_is_in_the_reading(company: Demo, language: Language, said_so: str) -> None:
    asked = {"metrics": ["orders"], "by": ["category"], "period": MONTH, "having": [{"metric": "orders", "op": ">", "value": 20}]}
    text = said(company, "breakdown", asked, language)
    assert said_so in text and "no filter" not in text and "không lọc" not in text


def test_selections_say_their_own_days(company: Demo) -> None:
    asked = {"entity": "customer", "did": {"where": WEB, "period": MONTH}, "never": {"where": STORE}}
    text = said(company, "did_but_never", asked)
    assert "had orders (channel web; last month), but never orders (channel store):" in text
    assert "tháng trước" in said(company, "did_but_never", asked, "vi")


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ((Decimal(5), None), None, "- A: new, 5 VND"),
        ((Decimal(5), Decimal(0)), Decimal(5), "- A: unchanged at 5 VND"),
        ((Decimal(0), Decimal(-5)), Decimal(5), "- A: down 5 VND (-100%) to 0 VND"),
    ],
)
def test_changes_from_nothing_to_nothing_and_none(now: tuple[Decimal, Decimal | None], before: Decimal | None, words: str) -> None:
    value, change = now
    rate = None if not before or change is None else float(change / before)
    names = ("revenue", "revenue_before", "revenue_change", "revenue_change_rate")
    columns = (TableColumn(name="category"), *(TableColumn(name=name, unit="%" if name.endswith("rate") else "money") for name in names))
    row = ("A", value, before, change, rate)
    found = Findings(tables=(FactTable(title="t", shape="bar", columns=columns, rows=(row,)),), period=SEPTEMBER, compared=AUGUST)
    planned = PlannedCall(id="c1", tool="change_by_member", arguments={"metric": "revenue", "by": "category", "period": MONTH})
    plan = plan_of((planned,))
    checked = check(write(plan, (Finding(agent="bi", call=planned, findings=found),), KNOWN), (), plan, "en", CURRENCY, KNOWN)
    assert words in checked.text


def test_huge_amounts_and_many_rows_stay_whole() -> None:
    columns = (TableColumn(name="position"), TableColumn(name="product"), TableColumn(name="revenue", unit="money"))
    rows = tuple((place, f"Sản phẩm {place}", Decimal(10) ** 15 - place) for place in range(1, 201))
    found = Findings(tables=(FactTable(title="t", shape="bar", columns=columns, rows=rows),), period=SEPTEMBER, truncated=True)
    planned = PlannedCall(id="c1", tool="ranking", arguments={"metric": "revenue", "by": "product", "n": 200, "period": MONTH})
    plan = plan_of((planned,), "vi")
    draft = write(plan, (Finding(agent="bi", call=planned, findings=found),), KNOWN)
    text = check(draft, (), plan, "vi", CURRENCY, KNOWN).text
    assert "- #1 Sản phẩm 1: 999.999.999.999.999 ₫" in text
    assert "còn nữa" in text


def test_who_has_no_name_on_file_is_called_by_the_key() -> None:
    columns = tuple(TableColumn(name=name) for name in ("position", "customer_id", "customer"))
    rows = tuple((place, id, None, Decimal(9 - place)) for place, id in enumerate(("14646", "18102"), 1))
    table = FactTable(title="t", shape="bar", columns=(*columns, TableColumn(name="revenue", unit="money")), rows=rows)
    facts = tuple(
        Fact(id=f"c1.{row}.revenue", name="revenue", value=each[3], unit="money", entity=each[1], period=SEPTEMBER, evidence_id="c1.e")
        for row, each in enumerate(rows)
    )
    planned = PlannedCall(id="c1", tool="ranking", arguments={"metric": "revenue", "by": "customer", "n": 2, "period": MONTH})
    finding = Finding(agent="bi", call=planned, findings=Findings(facts=facts, tables=(table,), period=SEPTEMBER))
    plan = plan_of((planned,))
    checked = check(write(plan, (finding,), KNOWN), facts, plan, "en", CURRENCY, KNOWN)
    assert checked.removed == ()
    assert "- #1 customer 14646: 8 VND\n- #2 customer 18102: 7 VND" in checked.text
    assert [(each["name"], each["value"]) for each in handles_of([finding])] == [("14646", "14646"), ("18102", "18102")]


def test_documents_are_quoted_word_for_word_with_their_place() -> None:
    words = "At most 8 % in all, **whatever** the delay."
    columns = tuple(TableColumn(name=name) for name in ("document", "section", "page", "in_force_from", "quote"))
    table = FactTable(title="What the documents say", shape="table", columns=columns, rows=(("Contract 7", "3. Delay", 2, None, words),))
    evidence = DocumentEvidence(id="c1.d1", title="Contract 7", place="3. Delay, page 2", quote=words)
    planned = PlannedCall(id="c1", tool="document_question", arguments={"question": "what is the penalty?"})
    finding = Finding(agent="operations", call=planned, findings=Findings(evidence=(evidence,), tables=(table,)))
    plan = plan_of((planned,))
    draft = write(plan, (finding,), KNOWN)
    checked = check(draft, (), plan, "en", CURRENCY, KNOWN)
    assert checked.removed == ()
    assert "At most 8 % in all" in checked.text and "Contract 7, 3. Delay" in checked.text and "**whatever**" not in checked.text
    assert draft.blocks == (DocumentBlock(title="Contract 7", evidence_id="c1.d1"),)


def test_a_total_of_another_table_is_never_taken_for_a_row(company: Demo) -> None:
    found = company.answer(("what_if_inventory", {"change": {"demand_factor": 2}}))
    table, facts = found.findings[0].findings.tables[0], {fact.id: fact for fact in found.facts}  # type: ignore[union-attr]
    said_cost = [line.split("cost ")[1].split(" VND")[0] for line in found.text.splitlines() if line.startswith("- ")]
    place = [column.name for column in table.columns].index("cost")
    assert [int(cost.replace(",", "")) for cost in said_cost] == [round(float(row[place])) for row in table.rows]  # type: ignore[arg-type]
    assert facts["c1.t0.cost"].value == table.rows[0][place] != facts["c1.0.cost"].value


def test_ranges_say_where_they_end(company: Demo) -> None:
    text = said(company, "group_by_metric", {"metric": "orders", "entity": "customer", "edges": [1, 2, 5, 10]})
    assert [line.split(":")[0] for line in text.split("\n")[1:5]] == [
        "- 1 order",
        "- 2 to 4 orders",
        "- 5 to 9 orders",
        "- 10 or more orders",
    ]
    ages = said(company, "stock_ageing", {})
    assert "- 0 to 30 days: " in ages and "- 181 days or more: " in ages


def test_a_record_is_read_by_its_number(company: Demo) -> None:
    text = said(company, "look_up", {"of": "order", "ids": ["SO0000011"]})
    assert text.startswith("On file about order SO0000011:\n") and text.endswith("Read as: order SO0000011.")
    assert "customer id" not in text


def test_cards_name_what_they_show(company: Demo) -> None:
    (block,) = company.answer(("metric_value", {"metrics": ["revenue", "orders"], "period": MONTH})).draft.blocks
    assert isinstance(block, KpiBlock)
    assert (block.title, len(block.fact_ids)) == ("Revenue and orders, September 2026", 2)


def follow_ups(company: Demo, tool: str, arguments: Arguments, language: Language = "en") -> tuple[str, ...]:
    return company.answer((tool, arguments), language=language).draft.follow_ups


def test_follow_ups_name_metric_period_and_grouping(company: Demo) -> None:
    asked = {"metric": "revenue", "by": "product", "n": 3, "period": MONTH}
    assert follow_ups(company, "ranking", asked) == (
        "bottom 5 products by revenue in September 2026",
        "share of revenue by product in September 2026",
        "revenue by day in September 2026",
    )
    assert follow_ups(company, "ranking", asked, "vi") == (
        "5 sản phẩm có doanh thu thấp nhất trong tháng 9/2026",
        "tỷ trọng doanh thu theo sản phẩm trong tháng 9/2026",
        "doanh thu theo ngày trong tháng 9/2026",
    )


def test_follow_ups_keep_a_condition_or_are_not_made(company: Demo) -> None:
    asked = {"metrics": ["revenue"], "period": MONTH, "where": [{"dimension": "category", "values": ["Dairy"]}]}
    assert follow_ups(company, "metric_value", asked)[0] == "revenue by day for Dairy in September 2026"
    two = {**asked, "where": [{"dimension": "category", "values": ["Dairy", "Staples"]}]}
    assert follow_ups(company, "metric_value", two) == ()


def test_no_follow_up_asks_for_a_share_of_what_does_not_add_up(company: Demo) -> None:
    for one in calls():
        for question in company.answer(one).draft.follow_ups:
            assert not re.match(r"(share of|why did) \w+ ?(rate|days|price|cover|value)\b", question), (one, question)


def test_follow_ups_do_not_ask_again_what_was_answered(company: Demo) -> None:
    planned = PlannedCall(id="c1", tool="breakdown", arguments={"metrics": ["revenue"], "by": ["category"], "period": MONTH})
    finding = company.ask(planned.tool, dict(planned.arguments))
    assert finding.findings is not None
    page = Page(finding, finding.findings, open_book("en"), KNOWN, asked_query(planned))
    assert "revenue by category in September 2026" not in suggest(page)


def test_two_tables_with_the_same_number_in_the_same_place_keep_their_own_names() -> None:
    columns = (TableColumn(name="product"), TableColumn(name="units", unit="units"))
    tables = tuple(FactTable(title=name, shape="bar", columns=columns, rows=((name, 0),)) for name in ("Lamp", "Chair"))
    second = Fact(id="c1.s0.units", name="units", value=0, unit="units", entity="Chair", period=SEPTEMBER, evidence_id="c1.e")
    call = PlannedCall(id="c1", tool="breakdown", arguments={"metrics": ["units"], "by": ["product"]})
    finding = Finding(agent="bi", call=call, findings=Findings(facts=(second,), tables=tables, period=SEPTEMBER))
    book = open_book("en")
    page = Page(finding, finding.findings or Findings(), book, KNOWN, asked_query(call))
    assert page.raw(0, "units").entity == "Lamp"
