"""Answer, ask or decline: a plan only when it explains the whole question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz.distance import OSA

from agents.brain import World
from agents.language.agents_for import agent_of
from agents.language.heavy import heavy
from agents.language.learnt.weighing import Weighed, weigh
from agents.language.matters import Matter
from agents.language.missing import is_bare, is_judged, options_for
from agents.language.parse import Parsed
from agents.language.rank import Ranked
from agents.language.reading import reading_of
from agents.language.replies import Replies, quoted, replies
from agents.language.settle import Doubt
from agents.language.sketch import FilterSlot, Sketch
from agents.language.skill import RULES, Skill, chosen, confidence_of, is_answered, offered, readings_of, would_be_answered
from agents.language.spans import ValueSpan
from agents.language.taker import Candidate
from agents.language.tokens import fold
from agents.language.wishes import Wished, foreseen, wished
from agents.language.words import name_of
from agents.plan import Clarify, Language, Part, Plan, PlannedCall
from tools.query.contract import Between

Nearest = Callable[[str], Sequence[str]]
_SURE_NAME = 0.95
_MOST_OPTIONS = 6
_LONG = 5


@dataclass(frozen=True)
class Judged:
    """One clause decided: a candidate with the sketch it explains, or the plan that says why there is none."""

    parsed: Parsed
    candidate: Candidate | None = None
    other: Plan | None = None
    assumptions: tuple[str, ...] = ()
    left: tuple[str, ...] = ()  # words the reading takes no account of
    probability: float | None = None


def plan_of(message: str, clauses: Sequence[Parsed], world: World, language: Language, nearest: Nearest, skill: Skill = RULES) -> Plan:
    """The plan of a whole message: every clause answered, or the first thing that stands in the way."""
    judged = [judge(clause, world, language, nearest, skill) for clause in clauses]
    refused = next((each.other for each in judged if each.other and each.other.outcome == "refuse"), None)
    answered = [each for each in judged if each.candidate]
    if refused or not answered:
        others = [each.other for each in judged if each.other]
        return refused or _first(others)
    if stopped := [each.other for each in judged if each.other and each.other.outcome not in ("talk",)]:
        return _first(stopped)
    return _answer(message, answered, world, language, skill)


def _first(plans: Sequence[Plan]) -> Plan:
    """What matters most: a refusal, then a question, then the rest."""
    order = {"refuse": 0, "clarify": 1, "decline": 2, "talk": 3}
    return min(plans, key=lambda plan: order.get(plan.outcome, 4))


def _answer(message: str, judged: Sequence[Judged], world: World, language: Language, skill: Skill) -> Plan:
    calls = [call for each in judged if each.candidate for call in each.candidate.calls]
    parts: list[Part] = []
    number = 0
    for each in judged:
        for tool, arguments in each.candidate.calls if each.candidate else ():
            number += 1
            agent = agent_of(tool, arguments, world)
            call = PlannedCall(id=f"c{number}", tool=tool, arguments=arguments)
            if parts and parts[-1].agent == agent and parts[-1].question == each.parsed.text:
                parts[-1] = parts[-1].model_copy(update={"calls": (*parts[-1].calls, call)})
            else:
                parts.append(Part(agent=agent, question=each.parsed.text, calls=(call,)))
    assumptions = tuple(dict.fromkeys(text for each in judged for text in each.assumptions))
    ignored = tuple(dict.fromkeys(word for each in judged for word in each.left))
    repaired = any(each.parsed.repairs for each in judged)
    chances = [each.probability for each in judged if each.probability is not None]
    level, reason = confidence_of(min(chances, default=None), bool(ignored), bool(assumptions) or repaired, skill)
    return Plan(
        standalone_question=message,
        language=language,
        parts=tuple(parts),
        ignored=ignored,
        reading=reading_of(tuple(calls)),
        assumptions=assumptions,
        confidence=level,
        reasons=(*([replies(language).say(reason)] if reason else []), *assumptions[:3]),
        probability=min(chances, default=None),
    )


def judge_alone(parsed: Parsed) -> bool:
    """Whether the message is a question by itself: something is asked of it and every word that matters is explained."""
    if parsed.matters:
        return True
    _, options = readings_of(parsed)
    return bool(options) and not options[0].unexplained and not parsed.sketch.unread


def is_read(parsed: Parsed, world: World) -> bool:
    """Whether its readings are weighed at all: no rule speaks first."""
    offered_here = frozenset(tool.name for tool in world.tools)
    settled, _ = parsed.settled
    first = tuple(_real(parsed)) or wished(settled, (), parsed.text, world.as_of, offered_here) or _ahead(settled, world.as_of)
    return not first


def judge(parsed: Parsed, world: World, language: Language, nearest: Nearest, skill: Skill = RULES) -> Judged:
    """One clause."""
    said = replies(language)
    if matter := _matter(parsed, "refuse"):
        return Judged(parsed, other=_plan(parsed, language, "refuse", said.say(matter.name)))
    if matter := _matter(parsed, "decline"):
        return Judged(parsed, other=_plan(parsed, language, "decline", said.say(matter.name)))
    settled, doubts = parsed.settled
    tools = frozenset(tool.name for tool in world.tools)
    if wish := wished(settled, tuple(_real(parsed)), parsed.text, world.as_of, tools):
        return _granted(parsed, wish, doubts, language, nearest)
    if ahead := _ahead(settled, world.as_of):
        if wish := foreseen(settled, parsed.text, world.as_of, tools):
            return _granted(parsed, wish, doubts, language, nearest)
        return Judged(parsed, other=_plan(parsed, language, "decline", said.say("future", words=ahead, as_of=world.as_of.isoformat())))
    options = parsed.readings
    if (matter := _matter(parsed, "talk")) and not _substance(settled, options):
        return Judged(parsed, other=_plan(parsed, language, "talk", _talk(said, matter)))
    if asked := _which_name(parsed, settled, language, said, nearest):
        return Judged(parsed, other=asked)
    if not options or is_bare(settled) or is_judged(settled):
        open_ = _which_figure(parsed, settled, language, skill)
        return open_ or Judged(parsed, other=_plan(parsed, language, "decline", _nothing(settled, said, nearest)))
    if skill.learnt:
        weighed = weigh(skill.learnt, parsed, settled, options, skill.edited)
        return _weighed(parsed, settled, doubts, weighed, chosen(weighed, options[0]), language, nearest, skill)
    if why := _gap(settled, options[0], said, nearest):
        return _which_figure(parsed, settled, language, skill) or Judged(parsed, other=_plan(parsed, language, "decline", why))
    return _undoubted(parsed, settled, doubts, options[0], language, said)


def _granted(parsed: Parsed, asked: Wished, doubts: Sequence[Doubt], language: Language, nearest: Nearest) -> Judged:
    """The call a phrase asks for, when it explains the rest of the message too."""
    said = replies(language)
    if asked.best is None:
        return Judged(parsed, other=_plan(parsed, language, "decline", said.say(asked.reply)))
    if why := _gap(asked.sketch, asked.best, said, nearest):
        return Judged(parsed, other=_plan(parsed, language, "decline", why))
    return _undoubted(parsed, asked.sketch, doubts, asked.best, language, said)


def _weighed(
    parsed: Parsed,
    sketch: Sketch,
    doubts: Sequence[Doubt],
    weighed: Sequence[Weighed],
    best: Weighed,
    language: Language,
    nearest: Nearest,
    skill: Skill,
) -> Judged:
    """The likeliest reading when it is likely enough; else a question with the two likeliest, or what stands in the way."""
    said = replies(language)
    unlikely = skill.learnt is None or best.probability < skill.learnt.lines.answer
    if unlikely and len(options := offered(weighed, parsed, language, skill)) > 1:
        return Judged(parsed, other=_clarify(parsed, language, said.say("two_readings"), options))
    if skill.learnt and is_answered(best, weighed, sketch, skill.learnt):
        judged = _undoubted(parsed, sketch, doubts, best.ranked, language, said)
        return replace(judged, probability=best.probability)
    why = _gap(sketch, best.ranked, said, nearest) or said.say("unsure") + said.say("try")
    return _which_figure(parsed, sketch, language, skill) or Judged(parsed, other=_plan(parsed, language, "decline", why))


def _undoubted(parsed: Parsed, sketch: Sketch, doubts: Sequence[Doubt], best: Ranked, language: Language, said: Replies) -> Judged:
    """The best candidate, once every name in it has one meaning."""
    open_ = [doubt for doubt in doubts if doubt.slot.at in best.candidate.used]
    assumed = list(best.candidate.assumptions)
    for doubt in open_:
        if best.candidate.tool not in ("look_up", "look_up_lines") and _are_alike(doubt, sketch):
            continue
        return Judged(parsed, other=_ask(parsed, sketch, doubt, language, said))
    candidate = best.candidate
    for doubt in open_:
        text = sketch.text(doubt.slot.at)
        candidate = _containing(candidate, doubt, text)
        assumed.append(said.say("contains", name=f"\u201c{text}\u201d"))
    assumed += [said.say("repaired", written=f"\u201c{each.written}\u201d", read=f"\u201c{each.read}\u201d") for each in parsed.repairs]
    assumed += _named(sketch, candidate, said)
    unread = [sketch.tokens[place].text for place in sketch.unread]
    left = (*unread, *(sketch.text(at) for at in best.unexplained))
    return Judged(parsed, candidate, assumptions=tuple(assumed), left=left)


def _are_alike(doubt: Doubt, sketch: Sketch) -> bool:
    """Products that share the words of the message are taken together."""
    words = sketch.text(doubt.slot.at).casefold()
    return all(choice.dimension == "product" and words in choice.name.casefold() for choice in doubt.choices)


def _containing(candidate: Candidate, doubt: Doubt, text: str) -> Candidate:
    """The same calls with the condition on one product widened to all whose names hold the words."""
    value = doubt.slot.best.value

    def widened(found: object) -> object:
        if isinstance(found, dict) and found.get("dimension") == "product" and found.get("values") == [value]:
            return {"dimension": "product", "op": "contains", "values": [text]}
        if isinstance(found, dict):
            return {key: widened(each) for key, each in found.items()}
        return [widened(each) for each in found] if isinstance(found, list) else found

    calls = tuple((tool, {key: widened(each) for key, each in arguments.items()}) for tool, arguments in candidate.calls)
    return replace(candidate, calls=calls)


def _named(sketch: Sketch, candidate: Candidate, said: Replies) -> list[str]:
    """Names that were not written as they stand in the data are told."""
    told = []
    for slot in sketch.filters:
        if slot.at in candidate.used and slot.best.match in ("typo", "partial", "near") and slot.best.score < 1:
            written = f"\u201c{sketch.text(slot.at)}\u201d"
            told.append(said.say("names", name=written, dimension=name_of(slot.best.dimension, sketch.language), value=slot.best.name))
    return told


def _ask(parsed: Parsed, sketch: Sketch, doubt: Doubt, language: Language, said: Replies) -> Plan:
    options = tuple(_instead(sketch, doubt.slot, choice) for choice in doubt.choices[:_MOST_OPTIONS])
    options = tuple(dict.fromkeys(options))
    if len(options) < 2:
        return _plan(parsed, language, "decline", said.say("unexplained", words=quoted([sketch.text(doubt.slot.at)])))
    question = said.say("which", name=f"\u201c{sketch.text(doubt.slot.at)}\u201d")
    return _clarify(parsed, language, question, options)


def _which_figure(parsed: Parsed, sketch: Sketch, language: Language, skill: Skill) -> Judged | None:
    """The rest of the question is clear, only the figure is missing: ask which."""
    if any(OSA.distance(each.written.casefold(), each.read.casefold()) > 1 and len(each.written) > _LONG for each in parsed.repairs):
        return None  # a word that is far from what it was read as may be what the question is about
    options = options_for(sketch, lambda text: text != parsed.text and would_be_answered(text, skill))
    return Judged(parsed, other=_clarify(parsed, language, replies(language).say("measure"), options)) if options else None


def _instead(sketch: Sketch, slot: FilterSlot, choice: ValueSpan) -> str:
    """The question with the name made plain; a name several members share is given by its id."""
    group = sketch.groups[slot.at]
    same = [each for each in slot.choices if each.name == choice.name and each.dimension == choice.dimension and each.value != choice.value]
    said = f"{name_of(choice.dimension, sketch.language)} {choice.value if same else choice.name}"
    texts = [token.text for token in sketch.tokens]
    return " ".join([*texts[: group.start], said, *texts[group.end :]])


def _matter(parsed: Parsed, kind: str) -> Matter | None:
    """The first matter of a kind."""
    return next((matter for matter in _real(parsed) if matter.kind == kind), None)


def _real(parsed: Parsed) -> Iterator[Matter]:
    """The matters that no name of the data holds."""
    held = [group for group in parsed.sketch.groups if any(tag.value and tag.value.score >= _SURE_NAME for tag in group.of("value"))]
    for matter in parsed.matters:
        if any(group.start <= matter.start and matter.end < group.end + (group.start < matter.start) for group in parsed.sketch.groups):
            continue
        inside = any(group.start <= matter.start and matter.end <= group.end and group.end - group.start > 1 for group in held)
        if not inside:
            yield matter


def _substance(sketch: Sketch, options: Sequence[Ranked]) -> bool:
    """Whether anything is asked besides the small talk."""
    return bool(options) and bool(sketch.metrics or sketch.filters or options[0].score > 1)


def _which_name(parsed: Parsed, sketch: Sketch, language: Language, said: Replies, nearest: Nearest) -> Plan | None:
    """A word that several names hold: ask whose."""
    if len(sketch.unread) != 1:
        return None
    place = sketch.unread[0]
    word = sketch.tokens[place]
    plainly, written = (str.casefold, word.lower) if word.lower != word.folded else (fold, word.folded)
    names = [name for name in nearest(word.text) if written in plainly(name).split()]
    if len(names) < 2 or len(word.text) < 3:
        return None
    texts = [token.text for token in sketch.tokens]
    options = tuple(" ".join([*texts[:place], name, *texts[place + 1 :]]) for name in names[:_MOST_OPTIONS])
    question = said.say("which", name=f"\u201c{word.text}\u201d")
    return _clarify(parsed, language, question, options)


def _talk(said: Replies, matter: Matter) -> str:
    return said.say(matter.name) if matter.name in ("thanks", "bye") else said.offer(matter.name)


def _ahead(sketch: Sketch, as_of: date) -> str:
    """The words for a period that begins after the newest data."""
    for slot in sketch.periods:
        meaning = slot.span.meaning
        if slot.at in sketch.cues.get("cohort", ()):  # the months that followed, not those to come
            continue
        if isinstance(meaning, Between) and meaning.start > as_of:
            return quoted([sketch.text(slot.at)])
    return ""


def _nothing(sketch: Sketch, said: Replies, nearest: Nearest) -> str:
    if sketch.unread:
        return _unread(sketch, said, nearest)
    return said.say("nothing") + said.say("try")


def _gap(sketch: Sketch, best: Ranked, said: Replies, nearest: Nearest) -> str:
    """Why the best candidate is not the question; empty when it is."""
    if heavy(sketch):
        return _unread(sketch, said, nearest)
    if best.unexplained:
        return said.say("unexplained", words=quoted([sketch.text(at) for at in best.unexplained])) + said.say("try")
    return ""


def _unread(sketch: Sketch, said: Replies, nearest: Nearest) -> str:
    words = [sketch.tokens[place].text for place in sketch.unread]
    near = list(nearest(" ".join(words)))
    if near:
        return said.say("unread_near", words=quoted(words), near=quoted(near)) + said.say("try")
    return said.say("unread", words=quoted(words)) + said.say("try")


def _clarify(parsed: Parsed, language: Language, question: str, options: tuple[str, ...]) -> Plan:
    """Asked back, with options that can be sent as they are."""
    asked = Clarify(question=question, options=options)
    return Plan(standalone_question=parsed.text, language=language, outcome="clarify", clarify=asked, confidence="low")


def _plan(parsed: Parsed, language: Language, outcome: str, reply: str) -> Plan:
    return Plan.model_validate(
        {"standalone_question": parsed.text, "language": language, "outcome": outcome, "reply": reply.strip(), "confidence": "low"}
    )
