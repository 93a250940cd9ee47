"""The case files: complete, well formed, enough of every kind; and every plan they accept runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals.cases import CASES, BadCase, Case, intents, read_file, read_folder
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.gold import Runner, gold_case
from evals.noise import KINDS

DEV, TEST = read_folder(CASES / "dev"), read_folder(CASES / "test")
# By other authors, and plain ones of ours.
SEEN = ("dev2", "dev3", "dev4", "dev5", "dev6")
SEEN_TOO = tuple(case for folder in SEEN for case in read_folder(CASES / folder))
UNSEEN_TOO = tuple(case for folder in ("test3", "test4", "test5") for case in read_folder(CASES / folder))
OTHERS = (*SEEN_TOO, *UNSEEN_TOO)
QUESTIONS = [case for case in (*DEV, *TEST) if not case.is_dialogue]
DIALOGUES = [case for case in (*DEV, *TEST) if case.is_dialogue]


def test_there_are_enough_of_every_kind() -> None:
    assert len(QUESTIONS) >= 600
    assert sum(3 <= len(case.turns) <= 6 for case in DIALOGUES) >= 120
    assert sum(case.turns[0].expect[0] in ("clarify", "decline", "refuse") for case in QUESTIONS) >= 150
    assert sum(case.language == "vi" for case in QUESTIONS) >= 80
    assert sum(case.noise is not None for case in QUESTIONS) >= 200
    assert {case.noise for case in QUESTIONS if case.noise} == {noise for noise, _ in KINDS.values()} | {"order", "synonym"}


def test_every_archetype_is_asked_in_both_parts() -> None:
    for part in (DEV, TEST):
        asked = Counter(case.archetype for case in part)
        assert not set(range(1, 61)) - asked.keys()
    assert min(Counter(case.archetype for case in (*DEV, *TEST)).values()) >= 5


def test_no_question_stands_in_both_parts() -> None:
    seen, unseen = (
        {case.turns[0].ask.casefold() for case in part if not case.is_dialogue} for part in ((*DEV, *SEEN_TOO), (*TEST, *UNSEEN_TOO))
    )
    assert len(seen & unseen) == 0


def test_a_decline_says_why() -> None:
    silent = [case.id for case in QUESTIONS if case.turns[0].expect[0] in ("clarify", "decline", "refuse") and not case.turns[0].why]
    assert silent == []


def test_wordings_of_one_intent_are_found() -> None:
    assert sum(len(group) >= 8 for group in intents(QUESTIONS).values()) >= 10


def assert_runs(cases: tuple[Case, ...], company: Company, runner: Runner) -> None:
    """Every case can be asked, and every accepted plan gives a result or is refused because the data does not reach that far."""
    broken = []
    for case in cases:
        try:
            turns = gold_case(fill_case(case, company), runner)
        except NotHere as error:
            broken.append(f"{case.id}: {error}")
            continue
        for plan in (plan for turn in turns for plan in turn.plans):
            broken += [f"{case.id}: {piece.trouble}" for piece in plan.pieces if piece.trouble and not piece.for_the_data]
    assert broken == []


def test_accepted_plans_run(company: Company, runner: Runner) -> None:
    assert_runs((*DEV, *TEST, *OTHERS)[::12], company, runner)


@pytest.mark.slow
def test_every_accepted_plan_runs(company: Company, runner: Runner) -> None:
    assert_runs((*DEV, *TEST, *OTHERS), company, runner)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: a, ask: hm, archetype: 1}", "at least one accepted plan"),
        ("- {id: a, ask: hm, archetype: 61, expect: talk}", "archetype"),
        ("- {id: a, ask: hm, archetype: 1, expect: decline, accept: [[{tool: funnel}]]}", "takes no accepted plan"),
        ("- {id: a, ask: hm, archetype: 1, expect: guess}", "expect"),
        ("- {id: a, ask: hm, archetype: 1, expect: talk, mood: good}", "mood"),
        ("id: a", "expected a list"),
        ("- 7", "a case is a mapping"),
    ],
)
def test_a_bad_case_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadCase, match=said):
        read_file(path)


def test_ids_are_unique_across_a_folder(tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("- {id: same, ask: hello, archetype: 54, expect: talk}", encoding="utf-8")
    with pytest.raises(BadCase, match="same"):
        read_folder(tmp_path)


def test_filling_is_the_same_every_time(company: Company) -> None:
    def filled(case: Case) -> Case | None:
        try:
            return fill_case(case, company)
        except NotHere:
            return None

    once = [filled(case) for case in DEV]
    assert once == [filled(case) for case in DEV]
    assert not [case.id for case in once if case and any("{" in turn.ask for turn in case.turns)]
