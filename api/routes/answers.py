"""Answers: whole, with where their numbers come from, as a file, and what you think of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from agents.answer import Answer
from agents.editing import Choices, as_message, changed, pieces_of
from agents.plan import Plan
from api import schemas
from api.blocking import beside
from api.exports import export
from api.identity import Identity
from api.reach import House
from api.routes.runs import as_body
from api.store.errors import NotFound
from api.store.feedback import Opinion
from ingestion.metrics import load_definitions
from tools.catalog import TOOLS
from tools.errors import BadInput, CannotDo

router = APIRouter(prefix="/answers", tags=["answers"])
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"text/csv": {}, "application/json": {}, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {}},
    }
}


@router.get("/{answer_id}", response_model=schemas.Answer)
def read_answer(house: House, caller: Identity, answer_id: str) -> Response:
    """An answer, byte for byte as it was given."""
    return Response(house.store.answers.get(answer_id, caller.name).body, media_type="application/json")


@router.get("/{answer_id}/evidence")
def read_evidence(house: House, caller: Identity, answer_id: str) -> schemas.EvidenceOfAnswer:
    """Every number of an answer, and the query, model or passage it came from."""
    answer = _answer(house, caller, answer_id)
    return schemas.EvidenceOfAnswer(facts=answer.facts, evidence=answer.evidence)


@router.get("/{answer_id}/reading")
def read_reading(house: House, caller: Identity, answer_id: str) -> schemas.Reading:
    """How the question was read: metric, groups, filters, period, each with what it may be changed to."""
    return schemas.Reading(pieces=pieces_of(_plan(_answer(house, caller, answer_id)), _choices()))


@router.post("/{answer_id}/reading", status_code=202)
async def change_reading(house: House, caller: Identity, answer_id: str, changes: schemas.Changes) -> schemas.Run:
    """Ask again with pieces of the reading changed; the answer comes in the same conversation, as a run of its own."""
    answer = await beside(_answer, house, caller, answer_id)
    edited = changed(_plan(answer), changes.changes, _choices())
    message = as_message(edited)
    if len(message) > schemas.MAX_MESSAGE_CHARACTERS:
        raise BadInput("changes", f"a plan of {len(message)} characters", f"{schemas.MAX_MESSAGE_CHARACTERS} characters")
    run = await house.conductor.accept(answer.thread_id, caller, message)
    return as_body(await beside(house.store.runs.told, run.id, caller.name))


@router.get("/{answer_id}/export", response_class=Response, responses=_FILES)
def export_answer(
    house: House,
    caller: Identity,
    answer_id: str,
    file_format: Annotated[schemas.ExportFormat, Query(alias="format")],
    block: Annotated[int | None, Query(ge=0, le=1_000, description="Which block of the answer; the first table when left out")] = None,
) -> Response:
    """An answer as a file. No cell of it is taken for a formula by a spreadsheet."""
    made = export(_answer(house, caller, answer_id), file_format, block)
    disposition = f'attachment; filename="answer-{answer_id[:12]}.{file_format}"'
    return Response(made.content, headers={"Content-Disposition": disposition}, media_type=made.media_type)


@router.post("/{answer_id}/feedback", status_code=201)
def give_feedback(house: House, caller: Identity, answer_id: str, given: schemas.NewFeedback) -> schemas.Feedback:
    """Say what you think of an answer; what you said before is replaced."""
    return _feedback(house.store.feedback.give(answer_id, caller.name, given.verdict, given.reasons, given.comment))


@router.get("/{answer_id}/feedback")
def read_feedback(house: House, caller: Identity, answer_id: str) -> schemas.Feedback:
    """What you thought of an answer."""
    opinion = house.store.feedback.of_answer(answer_id, caller.name)
    if opinion is None:
        raise NotFound("feedback on answer", answer_id)
    return _feedback(opinion)


def _answer(house: House, caller: Identity, answer_id: str) -> Answer:
    return Answer.model_validate_json(house.store.answers.get(answer_id, caller.name).body)


def _plan(answer: Answer) -> Plan:
    if answer.interpretation is None or not answer.interpretation.plan.parts:
        raise CannotDo("changing the reading", "this answer came from no typed questions", "Ask in other words")
    return answer.interpretation.plan


def _choices() -> Choices:
    """The metrics and the dimensions there are, as typed questions name them."""
    known = load_definitions()
    metrics = sorted(name for name, metric in known.metrics.items() if not metric.hidden)
    timed = frozenset(tool.name for tool in TOOLS if "period" in tool.query.model_fields)
    return Choices(tuple(metrics), tuple(sorted(known.dimensions)), timed)


def _feedback(opinion: Opinion) -> schemas.Feedback:
    return schemas.Feedback(
        answer_id=opinion.answer_id, verdict=opinion.thumb, reasons=opinion.reasons, comment=opinion.comment, at=opinion.at
    )
