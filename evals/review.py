"""What people did not like, as candidate cases that wait for a person: nothing here changes how questions are answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

from agents.answer import Answer
from agents.language.verified import FILE, key_of
from evals.cases import BadCase, Call, Language
from tools.facts import Frozen

if TYPE_CHECKING:
    from api.store.feedback import Opinion
    from api.store.open import Store

VERIFIED = FILE
_MOST = 200


class Candidate(Frozen):
    """An answer somebody rejected, with what the same person accepted next in that conversation, if anything."""

    id: str
    ask: str
    language: Language = "en"
    reasons: tuple[str, ...] = ()
    comment: str = ""
    did: tuple[Call, ...] = ()
    correction: tuple[Call, ...] = ()


class Verified(Frozen):
    """A question and the plan a person approved for it."""

    id: str
    ask: str
    language: Language = "en"
    calls: tuple[Call, ...]
    approved_by: str
    status: Literal["verified"] = "verified"


def waiting(store: Store, since: datetime) -> tuple[Candidate, ...]:
    """Rejected answers since then, oldest first."""
    opinions = store.feedback.recent(since, limit=_MOST)
    liked = {(each.owner, each.answer_id) for each in opinions if each.thumb == "up"}
    return tuple(_candidate(store, each, liked) for each in opinions if each.thumb == "down")


def _candidate(store: Store, opinion: Opinion, liked: set[tuple[str, str]]) -> Candidate:
    stored = store.answers.get(opinion.answer_id, opinion.owner)
    answer = Answer.model_validate_json(stored.body)
    later = [each for each in store.answers.of_thread(stored.thread_id, opinion.owner) if each.at > stored.at]
    better = next((Answer.model_validate_json(each.body) for each in later if (opinion.owner, each.id) in liked), None)
    plan = answer.interpretation.plan if answer.interpretation else None
    return Candidate(
        id=opinion.answer_id,
        ask=answer.question,
        language=plan.language if plan else "en",
        reasons=opinion.reasons,
        comment=opinion.comment,
        did=_calls(answer),
        correction=_calls(better) if better else (),
    )


def _calls(answer: Answer) -> tuple[Call, ...]:
    if answer.interpretation is None:
        return ()
    return tuple(Call(tool=call.tool, arguments=call.arguments) for call in answer.interpretation.plan.calls())


def approve(candidate: Candidate, calls: tuple[Call, ...], by: str, folder: Path) -> Path:
    """Write the pair down as verified; the same question approved again takes the place of the first."""
    if not calls:
        raise BadCase(f"candidate {candidate.id} has no correction: say which plan answers it")
    folder.mkdir(parents=True, exist_ok=True)
    pair = Verified(id=candidate.id, ask=candidate.ask, language=candidate.language, calls=calls, approved_by=by)
    kept = [each for each in read_verified(folder) if key_of(each.ask) != key_of(pair.ask)]
    path = folder / VERIFIED
    text = yaml.safe_dump([each.model_dump(mode="json") for each in (*kept, pair)], allow_unicode=True, sort_keys=False, width=140)
    path.write_text(text, encoding="utf-8")
    return path


def read_verified(folder: Path) -> tuple[Verified, ...]:
    """The pairs that were approved."""
    path = folder / VERIFIED
    if not path.exists():
        return ()
    return tuple(Verified.model_validate(each) for each in yaml.safe_load(path.read_text(encoding="utf-8")) or [])
