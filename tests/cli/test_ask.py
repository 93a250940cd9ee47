"""Asking the assistant from the terminal: one question, a conversation, a file of them; numbers equal those of the query itself."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_data_commands import oiis

REVENUE = "{kind: value, metrics: [revenue], period: {kind: named, name: last_month}}"


def test_an_answer_carries_the_number_of_its_query(home: Path) -> None:
    answer = json.loads(oiis("ask", REVENUE, "--json", home=home)[0])
    queried = json.loads(oiis("query", REVENUE, "--json", home=home)[0])
    assert (answer["status"], answer["engine"], answer["snapshot"]) == ("answered", "embedded", "v000001")
    assert [fact["value"] for fact in answer["facts"] if fact["name"] == "revenue"][:1] == queried["rows"][0]
    assert f"{queried['rows'][0][0]:,}" in answer["text"]
    assert answer["evidence"][0]["sql"] == queried["sql"]


def test_plain_language_gives_the_number_of_the_typed_query(home: Path) -> None:
    plain, typed = (json.loads(oiis("ask", asked, "--json", home=home)[0]) for asked in ("What was revenue last month?", REVENUE))
    assert plain["status"] == "answered"
    numbers = [[fact["value"] for fact in answer["facts"] if fact["name"] == "revenue"] for answer in (plain, typed)]
    assert numbers[0] == numbers[1] != []


def test_what_cannot_be_said_yet_is_declined_without_a_number(home: Path) -> None:
    answer = json.loads(oiis("ask", "who is about to leave us?", "--json", home=home)[0])
    assert answer["status"] == "no_answer"
    assert answer["facts"] == []


def test_a_file_of_questions_is_answered_in_one_process(home: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked.jsonl"
    asked.write_text(
        json.dumps({"id": "one", "question": REVENUE}) + "\n" + json.dumps({"id": "two", "turns": [REVENUE, "hello", REVENUE]}) + "\n"
    )
    lines = [json.loads(line) for line in oiis("ask", "--batch", str(asked), home=home)[0].splitlines()]
    assert [(line["id"], len(line["answers"])) for line in lines] == [("one", 1), ("two", 3)]
    texts = {line["answers"][place]["text"] for line, place in ((lines[0], 0), (lines[1], 0), (lines[1], 2))}
    assert len(texts) == 1  # the same question, the same words and numbers
    asked.write_text('{"id": 1}\n')
    assert "line 1 is no question" in oiis("ask", "--batch", str(asked), home=home, code=3)[1]


def test_faults_are_told(home: Path, tmp_path: Path) -> None:
    assert "ask what?" in oiis("ask", home=home, code=2)[1]
    assert "data demo" in oiis("ask", REVENUE, home=tmp_path, code=8)[1]
    assert "error:" in oiis("ask", REVENUE, home=home, OIIS_MODEL="nobody:model", code=2)[1]
