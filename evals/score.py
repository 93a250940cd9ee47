"""One reply held against what is right: behaviour, result, slots, agents, tools, grounding, relevance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evals.asking import Did, Reply
from evals.cases import Call, Case, Turn
from evals.company import Company
from evals.gold import GoldPlan, GoldTurn, Ran, Runner
from evals.results import Judged, Trace
from evals.routing import gold_agents
from evals.score_text import relevance, ungrounded
from evals.slots import Slot, f_counts, slots_of
from evals.tables import is_empty, says

# One call more than asked for may stand beside the right ones; an overview may say as much as it likes.
_EXTRA_CALLS = 1
_OVERVIEW = 49
# Why something changed is told with the change itself and from more than one side.
_EXPLAINING = ("contribution", "decomposition", "change_by_member")


def judge(case: Case, number: int, gold: GoldTurn, reply: Reply, company: Company, runner: Runner) -> Judged:
    """The verdict on one turn."""
    ran = tuple(runner.run(call) for call in reply.calls) if reply.did in ("answer", "decline") else ()
    did = _did(reply, ran)
    known = company.ground.known.metrics
    executed = is_right(case, gold, ran, company) if gold.answerable else None
    expect = gold.turn.expect if gold.answerable or not gold.plans else ("decline",)
    best = _nearest_plan(gold, reply.calls, company)
    asked, right = gold_agents(reply.answer.agents, best.calls if best else ())
    right_counts = did == "answer" and best is not None
    turn = gold.turn.model_copy(update={"expect": expect})
    correct = _correct(turn, did, executed)
    return Judged(
        case=case.id,
        turn=number,
        company=company.name,
        ask=gold.turn.ask,
        language=case.language,
        archetype=case.archetype,
        noise=case.noise,
        dialogue=case.is_dialogue,
        expect=expect,
        did=did,
        correct=correct,
        read_once=gold.read_once,
        executed=executed,
        slots=_slot_counts(best, reply.calls, company) if best and gold.answerable else {},
        asked_agents=tuple(sorted(asked)) if right_counts else (),
        right_agents=tuple(sorted(right)) if right_counts else (),
        tools_match=_tools_match(gold, reply.calls) if right_counts else None,
        ungrounded=ungrounded(reply.answer, company),
        relevance=relevance(reply.answer, best, known) if best and gold.answerable and expect[0] == "answer" else None,
        warned=reply.warned,
        sure=reply.sure,
        calls=len(reply.calls),
        tokens=reply.answer.usage.input_tokens + reply.answer.usage.output_tokens,
        cost_usd=reply.answer.usage.cost_usd,
        seconds=reply.seconds,
        planner_seconds=reply.planner_seconds,
        trace=Trace() if correct else _trace(turn, gold, reply, did, ran),
    )


def _did(reply: Reply, ran: Sequence[Ran]) -> Did:
    """What the assistant did; that nothing was found is an answer too, when it was looked for without trouble and there is nothing."""
    looked = bool(ran) and all(each.findings is not None and (each.table is None or is_empty(each.table)) for each in ran)
    return "answer" if looked and reply.did == "decline" else reply.did


def _correct(turn: Turn, did: Did, executed: bool | None) -> bool:
    if did == "answer":
        return "answer" in turn.expect and bool(executed)
    return did in turn.expect


def is_right(case: Case, gold: GoldTurn, ran: Sequence[Ran], company: Company) -> bool:
    """Whether what ran comes to an accepted result."""
    more = 8 if case.archetype == _OVERVIEW else _EXTRA_CALLS
    return any(_matches(plan, ran, more, gold.turn.ordered, company) for plan in gold.plans if plan.runs)


def _matches(plan: GoldPlan, ran: Sequence[Ran], more: int, ordered: bool, company: Company) -> bool:
    """Every piece of the plan stands in some table that was shown, and hardly anything else does."""
    used: set[int] = set()
    for piece in plan.pieces:
        found = [place for place, given in enumerate(ran) if _holds(given, piece, ordered, company)]
        if not found:
            return False
        used.add(found[0])
    explains = any(call.tool in _EXPLAINING for call in plan.calls)
    return len(ran) - len(used) <= (max(more, 3) if explains else more)


def _holds(given: Ran, gold: Ran, ordered: bool, company: Company) -> bool:
    if given.table is None or gold.table is None or not says(given.table, gold.table, ordered=ordered):
        return False
    # Nothing found looks alike for every question, so then the same must have been looked for.
    return not is_empty(gold.table) or _looked_for(given.call, company) == _looked_for(gold.call, company)


def _looked_for(call: Call, company: Company) -> Counter[Slot]:
    slots = slots_of((call,), company)
    return Counter({slot: count for slot, count in slots.items() if slot[0] in ("metric", "filter", "period")})


def _nearest_plan(gold: GoldTurn, calls: Sequence[Call], company: Company) -> GoldPlan | None:
    """The accepted plan that shares most with the given one; the first when nothing was given."""
    if not gold.plans:
        return None
    given = slots_of(calls, company)
    return max(gold.plans, key=lambda plan: _likeness(given, slots_of(plan.calls, company)))


def _likeness(given: Counter[Slot], gold: Counter[Slot]) -> float:
    return 2 * (given & gold).total() / max(given.total() + gold.total(), 1)


def _slot_counts(best: GoldPlan, calls: Sequence[Call], company: Company) -> dict[str, tuple[int, int, int]]:
    return {str(kind): counts for kind, counts in f_counts(slots_of(calls, company), slots_of(best.calls, company)).items()}


def _tools_match(gold: GoldTurn, calls: Sequence[Call]) -> bool:
    given = Counter(call.tool for call in calls)
    return any(not Counter(call.tool for call in plan.calls) - given for plan in gold.plans)


def _trace(turn: Turn, gold: GoldTurn, reply: Reply, did: Did, ran: Sequence[Ran]) -> Trace:
    answer = reply.answer
    return Trace(
        text=answer.text[:2_000],
        reading=answer.interpretation.text[:500] if answer.interpretation else "",
        calls=tuple(call.model_dump_json() for call in reply.calls),
        accepted=tuple(" + ".join(call.model_dump_json() for call in plan.calls) for plan in gold.plans[:3]),
        why=_why(turn, did, ran),
        sql=tuple(each.sql for each in answer.evidence if each.kind == "query")[:3],
    )


def _why(turn: Turn, did: Did, ran: Sequence[Ran]) -> str:
    wanted = " or ".join(turn.expect)
    if did != "answer":
        return f"should {wanted}, did {did}"
    if "answer" not in turn.expect:
        return f"should {wanted} ({turn.why}), answered"
    trouble = next((each.trouble for each in ran if each.trouble), "")
    return f"another result than any accepted plan gives{': ' + trouble if trouble else ''}"
