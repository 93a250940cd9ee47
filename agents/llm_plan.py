"""A plan a model sent becomes a Plan, or a list of everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from agents.brain import Understood, World
from agents.llm_arguments import checked_arguments, find_tool
from agents.llm_masks import UnknownMask
from agents.llm_question import Posed
from agents.llm_reading import reading_of
from agents.llm_schema import Invalid, SentCall, SentPlan
from agents.llm_words import NUMBER_WORDS, faults, new_claims
from agents.plan import Agent, Clarify, Part, Plan, PlannedCall

MAX_CALLS = 8
MAX_REPLY_CHARACTERS = 400
_TIME_FIELDS = ("period", "periods", "compare", "day", "grain")


class PlanReader:
    """Reads one reply; `last` says that no other will come, so that what can be said instead of refused is said."""

    def __init__(self, posed: Posed, understood: Understood, world: World, last: bool = False) -> None:
        self._posed, self._understood, self._world, self._last = posed, understood, world, last
        self._problems: list[str] = []
        self._planned = ""  # the arguments as text: a number in them may be said

    def read(self, sent: SentPlan) -> Plan:
        """The plan, typed and bound to what exists here."""
        self._planned = json.dumps([call.arguments for call in sent.calls], default=str)
        parts = self._parts(sent) if sent.outcome == "answer" else ()
        ignored = self._ignored(sent)
        if sent.outcome == "answer":
            ignored += self._unused(sent, ignored)
        plan = Plan(
            standalone_question=self._understood.standalone_question,
            language=self._understood.language,
            outcome=sent.outcome,
            parts=parts,
            reading=reading_of(tuple(call for part in parts for call in part.calls)),
            assumptions=(*self._understood.assumptions, *(self._words("assumptions", text) for text in sent.assumptions)),
            ignored=ignored,
            clarify=self._clarify(sent),
            reply=self._reply(sent),
            confidence="low" if ignored else sent.confidence,
            engine="llm",
        )
        if self._problems:
            raise Invalid(*dict.fromkeys(self._problems))
        return plan

    def _parts(self, sent: SentPlan) -> tuple[Part, ...]:
        if not sent.calls:
            self._problems.append("outcome answer needs calls")
        if len(sent.calls) > MAX_CALLS:
            self._problems.append(f"{len(sent.calls)} calls; at most {MAX_CALLS} are taken")
        calls: dict[Agent, list[tuple[SentCall, PlannedCall]]] = {}
        for number, (call, arguments) in enumerate(self._distinct(sent.calls[:MAX_CALLS]), 1):
            planned = PlannedCall(id=f"c{number}", tool=call.tool, arguments=arguments)
            calls.setdefault(self._agent(call), []).append((call, planned))
        return tuple(self._part(agent, pairs) for agent, pairs in calls.items())

    def _distinct(self, calls: Iterable[SentCall]) -> list[tuple[SentCall, dict[str, object]]]:
        """Every valid call once, with its arguments as the gate takes them."""
        found: dict[str, tuple[SentCall, dict[str, object]]] = {}
        for call in calls:
            try:
                arguments = self._arguments(call)
            except Invalid as error:
                self._problems.extend(error.problems)
            else:
                found.setdefault(json.dumps([call.tool, arguments], sort_keys=True, default=str), (call, arguments))
        return list(found.values())

    def _arguments(self, call: SentCall) -> dict[str, object]:
        tool = find_tool(call.tool, self._world)
        try:
            filled = {name: self._posed.masks.show_all(value) for name, value in call.arguments.items()}
        except UnknownMask as error:
            raise Invalid(f"{call.tool}: {error}") from error
        return checked_arguments(tool, filled, self._world)

    def _agent(self, call: SentCall) -> Agent:
        able = [card.name for card in self._world.agents if call.tool in card.tools]
        return call.agent if call.agent in able else able[0]

    def _part(self, agent: Agent, pairs: list[tuple[SentCall, PlannedCall]]) -> Part:
        asked = " ".join(dict.fromkeys(call.question for call, _ in pairs if call.question))
        try:
            shown = self._posed.masks.show(asked)
        except UnknownMask:
            shown = ""
        usable = shown and not faults(shown, self._known)
        return Part(agent=agent, question=shown if usable else self._understood.standalone_question, calls=tuple(call for _, call in pairs))

    def _ignored(self, sent: SentPlan) -> tuple[str, ...]:
        """What the model says it did not use, as far as it stands in the question."""
        return tuple(word for word in sent.ignored if word.strip() and word.casefold() in self._known.casefold())

    def _unused(self, sent: SentPlan, ignored: tuple[str, ...]) -> tuple[str, ...]:
        """Names and times of the question that no call uses: sent back once, said at last."""
        arguments = [call.arguments for call in sent.calls]
        used = self._posed.masks.used_in(arguments)
        written = json.dumps(arguments, ensure_ascii=False, default=str).casefold()
        missing = [
            mention.text
            for placeholder, mention in self._posed.mentions.items()
            if placeholder not in used and mention.value.casefold() not in written and mention.text.casefold() not in written
        ]
        if self._understood.moments and not _any_field(arguments, _TIME_FIELDS):
            missing.extend(moment.text for moment in self._understood.moments)
        missing = [text for text in missing if not any(text.casefold() in word.casefold() for word in ignored)]
        if missing and not self._last:
            hidden = {mention.text: placeholder for placeholder, mention in self._posed.mentions.items()}
            self._problems.extend(f"no call uses {hidden.get(text, repr(text))}: use it, or put it into ignored" for text in missing)
        return tuple(missing)

    def _clarify(self, sent: SentPlan) -> Clarify | None:
        if sent.outcome != "clarify":
            return None
        if sent.clarify is None:
            self._problems.append("outcome clarify needs clarify with a question and options")
            return None
        options = tuple(dict.fromkeys(self._words("clarify.options", text) for text in sent.clarify.options))
        if len(options) < 2:
            self._problems.append("clarify.options: at least two different ones")
            return None
        return Clarify(question=self._words("clarify.question", sent.clarify.question), options=options)

    def _reply(self, sent: SentPlan) -> str:
        if sent.outcome not in ("decline", "refuse", "talk"):
            return ""
        if not sent.reply.strip():
            self._problems.append(f"outcome {sent.outcome} needs reply")
        return self._words("reply", sent.reply.strip())

    def _words(self, field: str, text: str) -> str:
        """Words of the model with the names filled in; what they may not hold is a problem."""
        known = f"{self._known} {self._understood.as_of} {self._planned}"
        found = (*faults(text, known, MAX_REPLY_CHARACTERS), *(claim for claim in new_claims(text, known) if claim == NUMBER_WORDS))
        self._problems.extend(f"{field}: {fault}" for fault in found)
        try:
            return self._posed.masks.show(text)
        except UnknownMask as error:
            self._problems.append(f"{field}: {error}")
            return text

    @property
    def _known(self) -> str:
        """What the person and the placeholders said, digits included."""
        moments = " ".join(f"{moment.start} {moment.end}" for moment in self._understood.moments)
        given = (self._understood.message, self._understood.standalone_question, moments, *self._posed.masks.placeholders)
        return " ".join(given)


def _any_field(value: object, names: tuple[str, ...]) -> bool:
    """Whether a mapping anywhere inside has one of the names."""
    if isinstance(value, Mapping):
        return any(name in value for name in names) or any(_any_field(item, names) for item in value.values())
    return any(_any_field(item, names) for item in value) if isinstance(value, list | tuple) else False
