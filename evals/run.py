"""A run: every case of a suite, asked of every company through the assistant, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evals.asking import Reply, ask_turns, messages_of, open_assistant
from evals.cases import Case, intents
from evals.catalog import Suite
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.gold import GoldTurn, Runner, gold_case
from evals.noise import KINDS, noisy
from evals.results import Judged, Left, Run
from evals.score import is_right, judge

if TYPE_CHECKING:
    from agents.session import Assistant

# One case in so many is asked a second time, in a fresh conversation, and must be answered the same.
_ASK_TWICE = 5
Progress = Callable[[str], None]


@dataclass
class _Found:
    turns: list[Judged] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


async def run_suite(suite: Suite, brain: str, companies: Iterable[Company], told: Progress = lambda line: None) -> Run:
    """Ask everything, judge everything."""
    found, names, days = _Found(), [], []
    cases = suite.cases()
    of_intent = {case.id: name for name, group in intents(cases).items() for case in group}
    for company in companies:
        told(f"{suite.name} on {company.name}: {len(cases)} cases")
        await _run_company(_filled(suite, cases, company, found), brain, company, of_intent, found)
        names.append(company.name)
        days.append(company.as_of.isoformat())
    return Run(
        suite=suite.name,
        brain=brain,
        companies=tuple(names),
        as_of=tuple(days),
        code=_code(),
        turns=tuple(found.turns),
        left=tuple(found.left),
    )


async def _run_company(cases: Iterable[Case], brain: str, company: Company, of_intent: dict[str, str], found: _Found) -> None:
    runner = Runner(company)
    async with open_assistant(brain, company) as assistant:
        for number, case in enumerate(cases):
            try:
                gold = gold_case(case, runner)
            except NotHere as error:
                found.left.append(Left(case=case.id, company=company.name, why=str(error)))
                continue
            judged = await _one(case, gold, assistant, company, runner, again=number % _ASK_TWICE == 0)
            intent = of_intent.get(case.id.split("~")[0], "")
            found.turns += [each.model_copy(update={"intent": intent}) for each in judged]


async def _one(
    case: Case, gold: Sequence[GoldTurn], assistant: Assistant, company: Company, runner: Runner, again: bool
) -> tuple[Judged, ...]:
    replies = await _replies(case, gold, assistant)
    judged = tuple(
        [
            judge(case, number, turn, reply, company, runner).model_copy(
                update={"clarified": await _clarified(case, turn, reply, assistant, company, runner)}
            )
            for number, (turn, reply) in enumerate(zip(gold, replies, strict=True), 1)
        ]
    )
    if not again:
        return judged
    repeated = await _replies(case, gold, assistant)
    return tuple(each.model_copy(update={"steady": alike(one, other)}) for each, one, other in zip(judged, replies, repeated, strict=True))


async def _clarified(case: Case, gold: GoldTurn, reply: Reply, assistant: Assistant, company: Company, runner: Runner) -> bool | None:
    """Whether some option that was offered, sent back as it is, leads to an accepted result."""
    offered = reply.answer.clarification
    if offered is None or not gold.answerable:
        return None
    for option in offered.options:
        (answered,) = await ask_turns((option,), assistant)
        if is_right(case, gold, tuple(runner.run(call) for call in answered.calls), company):
            return True
    return False


async def _replies(case: Case, gold: Sequence[GoldTurn], assistant: Assistant) -> tuple[Reply, ...]:
    from evals.trivial import GoldBrain

    if isinstance(assistant.brain, GoldBrain):
        assistant.brain.learn(gold)
    return await ask_turns(messages_of(case), assistant)


def alike(one: Reply, other: Reply) -> bool:
    """Whether two replies say the same and were planned the same."""
    return one.answer.text == other.answer.text and one.calls == other.calls and one.did == other.did


def _filled(suite: Suite, cases: Iterable[Case], company: Company, found: _Found) -> Iterator[Case]:
    """The cases as this company is asked them; with noise, each clean question is followed by its noisy forms."""
    for case in cases:
        try:
            filled = fill_case(case, company)
        except NotHere as error:
            found.left.append(Left(case=case.id, company=company.name, why=str(error)))
            continue
        yield filled
        if suite.noise:
            yield from (changed for kind in KINDS if (changed := noisy(filled, kind)) is not None)


def _code() -> str:
    """The commit that was measured, where there is one."""
    root = Path(__file__).parents[1]
    try:
        head = (root / ".git" / "HEAD").read_text(encoding="utf-8").strip()
        named = root / ".git" / head.removeprefix("ref: ")
        return (named.read_text(encoding="utf-8").strip() if head.startswith("ref: ") else head)[:10]
    except OSError:
        return ""
