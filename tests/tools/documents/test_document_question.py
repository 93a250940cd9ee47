"""What documents say, quoted exactly; what they do not say; who may hear it; and text that gives orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.library import Library
from knowledge.search_repair import BeingIndexed
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import Caller, ToolCall, ToolContext
from tools.errors import BadInput, CannotDo, NeedsPermission
from tools.facts import DocumentEvidence, Findings


def ask(context: ToolContext, tool: str, question: str, **more: object) -> Findings:
    return call(ToolCall(tool, {"question": question, **more}), context, TOOLS)


def test_an_answer_is_quotes_that_stand_in_the_documents(reading: ToolContext, library: Library) -> None:
    found = ask(reading, "document_question", "Within how many days of delivery may consumers return goods?", kinds=["policy"])
    assert found.facts
    assert len(found.facts) == len(found.evidence) == len(found.tables[0].rows)
    texts = [chunk.text for _, chunk in library.chunks()]
    for evidence, fact, row in zip(found.evidence, found.facts, found.tables[0].rows, strict=True):
        assert isinstance(evidence, DocumentEvidence)
        assert evidence.quote == fact.value == row[-1]
        assert any(evidence.quote in text for text in texts)
        assert (evidence.id, evidence.title, bool(evidence.place)) == (fact.evidence_id, fact.entity, True)


@pytest.mark.parametrize("tool", ["document_question", "search_documents"])
def test_while_the_index_is_made_again_nothing_is_said_to_be_missing(
    reading: ToolContext, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    def busy(searcher: object) -> None:
        raise BeingIndexed("the documents are being indexed again", remedy="ask again in a minute")

    monkeypatch.setattr("knowledge.search.Searcher._enter", busy)
    with pytest.raises(CannotDo, match=r"being indexed again.*in a minute"):
        ask(reading, tool, "What is the returns policy?")


def test_what_no_document_says_is_said_to_be_so(reading: ToolContext) -> None:
    found = ask(reading, "document_question", "What is the wifi password of the swimming pool?")
    assert (found.facts, found.evidence, found.tables) == ((), (), ())
    assert any(note.startswith("The documents do not say this.") for note in found.notes)


def test_passages_are_found_with_their_place(reading: ToolContext) -> None:
    found = ask(reading, "search_documents", "late delivery penalty", kinds=["contract"], top=3)
    assert 0 < len(found.tables[0].rows) <= 3
    assert {row[1] for row in found.tables[0].rows} == {"contract"}
    assert all(isinstance(each, DocumentEvidence) and each.quote for each in found.evidence)


def test_documents_of_the_future_are_not_seen(reading: ToolContext) -> None:
    past = replace(reading, served=replace(reading.served, context=replace(reading.served.context, as_of=date(1999, 1, 1))))
    assert ask(past, "search_documents", "late delivery penalty").tables == ()


def test_who_may_not_read_documents_hears_nothing(reading: ToolContext) -> None:
    for scopes in (frozenset({"data:read"}), frozenset[str]()):
        caller = Caller("outsider", scopes)  # type: ignore[arg-type]
        with pytest.raises(NeedsPermission):
            ask(replace(reading, caller=caller), "document_question", "penalty")


def test_without_a_library_it_says_how_to_get_one(reading: ToolContext) -> None:
    with pytest.raises(CannotDo, match="docs add"):
        ask(replace(reading, documents=None), "search_documents", "penalty")


def test_arguments_outside_their_bounds_are_refused(reading: ToolContext) -> None:
    for wrong in (
        {"question": ""},
        {"question": "x", "top": 1000},
        {"question": "x", "kinds": ["secret"]},
        {"question": "x", "scopes": ["all"]},
    ):
        with pytest.raises(BadInput):
            call(ToolCall("search_documents", wrong), reading, TOOLS)
