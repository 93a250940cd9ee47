"""Questions worded by hand, read and judged for the planner to learn from: which reading of each would have been right."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.brain import Understood, World
from agents.brain_embedded import EmbeddedBrain, clauses_of
from agents.language.decide import is_read
from agents.language.learnt.labels import labels_of
from agents.language.learnt.learning import Heard
from agents.language.learnt.thinning import thinned
from agents.language.learnt.votes import marked_words
from agents.language.learnt.weighing import all_features
from agents.language.parse import Parsed, language_of, parse
from agents.language.rank import Ranked
from agents.language.skill import readings_of
from agents.plan import Engine, Plan
from agents.session import Assistant
from evals.asking import messages_of
from evals.cases import Call, Case
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.gold import GoldTurn, Runner, gold_case
from evals.score import is_right
from evals.slots import slots_of
from tools.catalog import TOOLS

if TYPE_CHECKING:
    from agents.finding import Finding
    from agents.memory import Dialogue
    from agents.writer import Draft

DRAWS = 5
SHARE = 0.15  # of the words left out: with it questions that were looked at are read about as well as strangers' are
_NAMED = "product|category|customer|province|manufacturer|supplier|carrier|location|subcategory|district"
_NAME = re.compile(rf"\{{(?:{_NAMED})(?::\d+)?(?:\|\w+)?\}}")
# Names nothing in the data is called, so that whatever reading leaves one unread is wrong.
_STRANGERS = ("Zorblax", "Quindale", "Veltronic", "Mardukka", "Oskelberg", "Prinzolo", "trexofil", "Hanvique", "Bristomar", "wolfengrad")
_RUN = 3  # readings further down are compared by their slots alone
_Judgements = dict[tuple[str, int, str], bool]


@dataclass(frozen=True)
class Asked:
    """One turn as it was understood in its conversation, with what is right."""

    case: Case
    turn: int
    gold: GoldTurn
    question: str
    edited: bool


def hear(cases: Sequence[Case], company: Company, draws: int = DRAWS, share: float = SHARE) -> Iterator[Heard]:
    """Every turn, read with the whole lexicon and with several that lack words."""
    runner, brain = Runner(company), EmbeddedBrain(lambda: company.ground, learnt=lambda: None)
    asked = list(_asked(cases, company, runner, brain))
    words = brain.vocabulary()
    judged: _Judgements = {}
    asked += list(_asked(_with_strangers(cases), company, runner, brain))
    for draw in range(draws):
        lexicon = thinned(words.lexicon, share, draw) if draw else words.lexicon
        for each in asked:
            language = language_of(each.question, lexicon, words.values)
            parsed = parse(each.question, lexicon, words.values, company.as_of, language)
            if heard := _heard(each, parsed, draw == 0, company, runner, judged):
                yield heard


def _heard(asked: Asked, parsed: Parsed, whole: bool, company: Company, runner: Runner, judged: _Judgements) -> Heard | None:
    """The readings of one clause; nothing for what rules decide before any reading is weighed."""
    sketch, options = readings_of(parsed)
    if not options or not is_read(parsed, company.ground.world(TOOLS)):
        return None
    answerable = asked.gold.answerable and asked.gold.turn.expect[0] == "answer"
    meant = asked.gold.turn.accept[0] if answerable else ()
    readings = [
        (features, labels_of(options[place].candidate.calls), _right(asked, options[place], place, company, runner, judged))
        for place, features in all_features(None, parsed, sketch, options, asked.edited)
    ]
    return Heard(
        group=_template(asked.case),
        words=tuple(marked_words(sketch)),
        meant=labels_of([(call.tool, call.arguments) for call in meant]),
        readings=readings,
        answerable=answerable,
        whole=whole,
        plain=whole and not asked.turn and not asked.case.id.endswith("-x"),
        author=asked.case.id.partition("-")[0],
    )


def _template(case: Case) -> str:
    """What wordings share: the file and the archetype."""
    return case.id.removesuffix("-x").rpartition("-")[0]


def _right(asked: Asked, option: Ranked, place: int, company: Company, runner: Runner, judged: _Judgements) -> bool:
    """Whether a reading comes to an accepted result: by its slots, else by running it."""
    calls = tuple(Call(tool=tool, arguments=arguments) for tool, arguments in option.candidate.calls)
    key = asked.case.id, asked.turn, " ".join(call.model_dump_json() for call in calls)
    if key not in judged:
        judged[key] = _judge(asked, calls, place < _RUN, company, runner)
    return judged[key]


def _judge(asked: Asked, calls: Sequence[Call], may_run: bool, company: Company, runner: Runner) -> bool:
    if not asked.gold.answerable or "answer" not in asked.gold.turn.expect:
        return False
    given = slots_of(calls, company)
    if any(slots_of(plan.calls, company) == given for plan in asked.gold.plans if plan.runs):
        return True
    return may_run and is_right(asked.case, asked.gold, tuple(runner.run(call) for call in calls), company)


def _asked(cases: Iterable[Case], company: Company, runner: Runner, brain: EmbeddedBrain) -> Iterator[Asked]:
    """Every turn that can be asked here, in single clauses: conversations are held, so that each turn is what the last made of it."""
    for case in cases:
        try:
            filled = fill_case(case, company)
            gold = gold_case(filled, runner)
        except NotHere:
            continue
        for place, (turn, understood) in enumerate(zip(gold, _understood(filled, company, brain), strict=True)):
            if (turn.plans and not turn.answerable) or len(clauses_of(understood.standalone_question)) > 1:
                continue
            yield Asked(filled, place, turn, understood.standalone_question, understood.edits is not None)


def _with_strangers(cases: Iterable[Case]) -> Iterator[Case]:
    """Single questions that name something, asked of something nobody has."""
    for place, case in enumerate(cases):
        turn = case.turns[0]
        if case.is_dialogue or "answer" not in turn.expect or not _NAME.search(turn.ask):
            continue
        ask = _NAME.sub(_STRANGERS[place % len(_STRANGERS)], turn.ask, count=1)
        stranger = turn.model_copy(update={"ask": ask, "expect": ("decline",), "accept": ()})
        yield case.model_copy(update={"id": f"{case.id}-x", "turns": (stranger,)})


class _Listening:
    """The planner by its rules alone, noting what it made of each message."""

    engine: Engine = "embedded"

    def __init__(self, brain: EmbeddedBrain) -> None:
        self.brain, self.heard = brain, list[Understood]()

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        found = await self.brain.understand(message, dialogue)
        self.heard.append(found)
        return found

    async def plan(self, understood: Understood, world: World) -> Plan:
        return await self.brain.plan(understood, world)

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        return draft


def _understood(case: Case, company: Company, brain: EmbeddedBrain) -> list[Understood]:
    """The messages of a case as they were understood one after the other."""
    if not case.is_dialogue:
        ask = case.turns[0].ask
        return [Understood(message=ask, standalone_question=ask, as_of=company.as_of)]
    return asyncio.run(_conversation(case, company, _Listening(brain)))


async def _conversation(case: Case, company: Company, listening: _Listening) -> list[Understood]:
    ground = company.ground
    async with Assistant(listening, lambda: ground, ":memory:") as assistant:
        thread = uuid.uuid4().hex
        for message in messages_of(case):
            await assistant.ask(message, thread)
    return listening.heard
