"""Answers over HTTP: byte for byte, with their evidence, as files that open again and calculate nothing, with opinions."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from agents.answer import Answer, TableBlock
from api.exports import export, harmless
from tests.api.stage import JSON, RANKING, Live, ask, problem
from tools.facts import Days, Fact, QueryEvidence, TableColumn

FORMULAS = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", " =1", "=cmd|' /C calc'!A0")


@pytest.fixture(scope="module")
def answer(stage: Live) -> dict[str, Any]:
    with stage.client() as client:
        found: dict[str, Any] = ask(client, RANKING)["answer"]
    return found


def test_an_answer_is_kept_byte_for_byte(client: httpx.Client, stage: Live, answer: dict[str, Any]) -> None:
    reply = client.get(f"/api/v1/answers/{answer['answer_id']}")
    assert reply.json() == answer
    assert reply.text == stage.installation.store.answers.get(answer["answer_id"], "local").body


def test_every_number_has_evidence_that_can_be_run_again(client: httpx.Client, answer: dict[str, Any]) -> None:
    found = client.get(f"/api/v1/answers/{answer['answer_id']}/evidence").json()
    assert found == {"facts": answer["facts"], "evidence": answer["evidence"]}
    assert {fact["evidence_id"] for fact in found["facts"]} <= {piece["id"] for piece in found["evidence"]}
    assert all("SELECT" in piece["sql"] for piece in found["evidence"])


def test_a_changed_reading_is_asked_again_in_the_same_conversation(client: httpx.Client, answer: dict[str, Any]) -> None:
    path = f"/api/v1/answers/{answer['answer_id']}/reading"
    pieces = {piece["places"][0]: piece for piece in client.get(path).json()["pieces"]}
    assert (pieces["c1/metric"]["value"], pieces["c1/n"]["value"]) == ("revenue", "3")
    run = client.post(path, json={"changes": [{"place": "c1/metric", "value": "units"}, {"place": "c1/n", "value": "2"}]})
    assert run.status_code == 202 and run.json()["thread_id"] == answer["thread_id"]
    again = client.get(f"/api/v1/runs/{run.json()['id']}/events", headers={"Accept": "text/event-stream"})
    assert again.status_code == 200
    changed = client.get(f"/api/v1/runs/{run.json()['id']}").json()["answer"]
    assert changed["interpretation"]["plan"]["parts"][0]["calls"][0]["arguments"] == {"metric": "units", "by": "category", "n": 2}
    same = ask(client, "{tool: ranking, arguments: {metric: units, by: category, n: 2}}")["answer"]
    assert changed["facts"] == same["facts"]


def test_a_change_that_cannot_be_is_a_problem_and_starts_nothing(client: httpx.Client, answer: dict[str, Any]) -> None:
    path = f"/api/v1/answers/{answer['answer_id']}/reading"
    problem(client.post(path, json={"changes": [{"place": "c1/metric", "value": "happiness"}]}), 422, "bad_input")
    problem(client.post(path, json={"changes": []}), 422, "bad_input")
    spoken = ask(client, "nap 0")["answer"]
    problem(client.get(f"/api/v1/answers/{spoken['answer_id']}/reading"), 409, "cannot_do")


def test_csv_has_the_rows_of_the_table(client: httpx.Client, answer: dict[str, Any]) -> None:
    reply = client.get(f"/api/v1/answers/{answer['answer_id']}/export", params={"format": "csv"})
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == f'attachment; filename="answer-{answer["answer_id"][:12]}.csv"'
    table = next(block for block in answer["blocks"] if block["kind"] == "table")
    head, *rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert [name.split(" [")[0] for name in head] == [column["name"] for column in table["columns"]]
    assert rows == [["" if value is None else str(value) for value in row] for row in table["rows"]]


def test_xlsx_has_a_sheet_a_table_and_the_facts_and_the_evidence(client: httpx.Client, answer: dict[str, Any]) -> None:
    reply = client.get(f"/api/v1/answers/{answer['answer_id']}/export", params={"format": "xlsx"})
    book = load_workbook(io.BytesIO(reply.content))
    tables = [block for block in answer["blocks"] if block["kind"] == "table"]
    assert len(book.sheetnames) == len(tables) + 2 and book.sheetnames[-2:] == ["Facts", "Evidence"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [list(row) for row in rows[1:]] == tables[0]["rows"]
    facts = list(book["Facts"].iter_rows(values_only=True))
    assert [(row[0], row[2]) for row in facts[1:]] == [(fact["id"], fact["value"]) for fact in answer["facts"]]
    told = {(row[2], row[3]) for row in book["Evidence"].iter_rows(values_only=True)}
    assert ("sql", answer["evidence"][0]["sql"]) in told and ("question", f"'{RANKING}") not in told and ("question", RANKING) in told


def test_json_is_the_answer(client: httpx.Client, answer: dict[str, Any]) -> None:
    reply = client.get(f"/api/v1/answers/{answer['answer_id']}/export", params={"format": "json"})
    assert reply.headers["content-type"] == "application/json" and reply.json() == answer


def test_only_what_is_a_table_is_exported_as_one(client: httpx.Client, answer: dict[str, Any]) -> None:
    path = f"/api/v1/answers/{answer['answer_id']}/export"
    problem(client.get(path, params={"format": "pdf"}), 422, "bad_input")
    problem(client.get(path), 422, "bad_input")
    assert problem(client.get(path, params={"format": "csv", "block": 99}), 422, "bad_input")["field"] == "block"
    for place, block in enumerate(answer["blocks"]):
        reply = client.get(path, params={"format": "csv", "block": place})
        if block["kind"] == "table":
            assert reply.status_code == 200
        else:
            problem(reply, 409, "cannot_do")


def test_an_answer_without_a_table_is_exported_by_its_facts(client: httpx.Client) -> None:
    run = ask(client, "nap 0")
    reply = client.get(f"/api/v1/answers/{run['answer']['answer_id']}/export", params={"format": "csv"})
    assert next(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))[0] == "fact"


def hostile(*texts: str) -> Answer:
    """An answer whose every text is what a spreadsheet would calculate."""
    fact = Fact(
        id=texts[0],
        name=texts[0],
        value=Decimal("-12.50"),
        entity=texts[0],
        period=Days(start=date(2026, 1, 1), end=date(2026, 1, 2)),
        evidence_id="e",
    )
    sql = QueryEvidence(
        id="e", tool="t", sql=texts[0], parameters={"p": texts[0]}, tables=(), row_count=1, snapshot="v1", data_as_of=date(2026, 1, 1)
    )
    block = TableBlock(
        title=texts[0],
        columns=(TableColumn(name=texts[0]), TableColumn(name="n", unit="money")),
        rows=tuple((text, -number) for number, text in enumerate(texts, 1)),
    )
    return Answer(
        answer_id="a", thread_id="t", question=texts[0], status="answered", text="", blocks=(block, block), facts=(fact,), evidence=(sql,)
    )


def assert_calculates_nothing(answer: Answer) -> None:
    for row in csv.reader(io.StringIO(export(answer, "csv").content.decode("utf-8-sig"), newline="")):
        for text in row:
            assert not text.lstrip(" ").startswith(tuple("=+-@\t\r\n\0")) or text.lstrip("-").replace(".", "").isdigit(), repr(text)
    for sheet in load_workbook(io.BytesIO(export(answer, "xlsx").content)):
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.lstrip(" ").startswith(tuple("=+-@\t\r\n"))), repr(cell.value)


def test_no_cell_of_an_export_is_a_formula_and_negative_numbers_stay_numbers() -> None:
    answer = hostile(*FORMULAS)
    assert_calculates_nothing(answer)
    sheet = load_workbook(io.BytesIO(export(answer, "xlsx").content)).worksheets[0]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [-number for number in range(1, len(FORMULAS) + 1)]
    written = list(csv.reader(io.StringIO(export(answer, "csv").content.decode("utf-8-sig"))))
    assert written[1][1] == "-1"
    assert harmless(Decimal("-12.50")) == -12.5 and harmless(-3) == -3 and harmless(None) is None and harmless("tea") == "tea"


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_no_text_at_all_becomes_a_formula_or_breaks_a_file(texts: list[str]) -> None:
    assert_calculates_nothing(hostile(*texts))


def test_an_opinion_is_kept_and_replaced(client: httpx.Client, answer: dict[str, Any]) -> None:
    path = f"/api/v1/answers/{answer['answer_id']}/feedback"
    problem(client.get(path), 404, "not_found")
    reply = client.post(path, json={"verdict": "down", "reasons": ["slow", "wrong_number"], "comment": "It was 11 ₫ 😀."})
    assert (reply.status_code, reply.json()["reasons"]) == (201, ["wrong_number", "slow"])
    assert client.get(path).json() == reply.json()
    assert client.post(path, json={"verdict": "up"}).json()["reasons"] == []
    assert client.get(path).json()["verdict"] == "up"


@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"verdict": "maybe"},
        {"verdict": "up", "reasons": ["because"]},
        {"verdict": "up", "comment": "x" * 2_001},
        {"verdict": "up", "owner": "x"},
    ],
)
def test_opinions_are_typed_and_bounded(client: httpx.Client, answer: dict[str, Any], given_: dict[str, object]) -> None:
    reply = client.post(f"/api/v1/answers/{answer['answer_id']}/feedback", content=json.dumps(given_), headers=JSON)
    problem(reply, 422, "bad_input")
