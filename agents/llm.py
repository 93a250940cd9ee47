"""The language-model brain: it words and plans, never counts; what it cannot do well in time the embedded brain does."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from agents.brain import Brain, Mention, Understood, World
from agents.finding import Finding
from agents.llm_chat import Chat, FunctionSchema, Reply
from agents.llm_draft import legend, seal, unseal
from agents.llm_limits import Breaker, ModelLimits, Price, Purse, Stage, newest_within
from agents.llm_masks import Masks, UnknownMask
from agents.llm_models import OpenedModel
from agents.llm_plan import PlanReader
from agents.llm_prompts import fenced, prompt
from agents.llm_question import pose
from agents.llm_schema import (
    Invalid,
    SentQuestion,
    plan_functions,
    question_functions,
    read_plan,
    read_question,
    wanted_descriptions,
)
from agents.llm_trouble import ModelTrouble, unused_because
from agents.llm_words import faults
from agents.llm_world import describe, world_prompt
from agents.memory import Dialogue
from agents.plan import Engine, Plan

if TYPE_CHECKING:
    from agents.writer import Draft

LOG = logging.getLogger("oiis.model")
ECHO_CHARACTERS = 4_000


class LanguageModelBrain:
    """Any chat model behind the seam. Its words are checked before they count, and text from data never reaches its plan."""

    engine: Engine = "llm"

    def __init__(
        self,
        model: OpenedModel,
        fallback: Brain,
        limits: ModelLimits | None = None,
        prices: Mapping[str, Price] | None = None,
        chat: Chat | None = None,
    ) -> None:
        self._model, self._fallback = model.name, fallback
        self._limits = limits or ModelLimits()
        self._price = (prices or {}).get(model.name)
        self._chat = chat or Chat(model, self._limits, Breaker())

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        """A first message stands alone as it is; a later one may need the ones before it."""
        plain = await self._fallback.understand(message, dialogue)
        if not dialogue.turns:
            return plain
        rows = _rows(dialogue)
        try:
            sent = await self._standalone(message, dialogue, rows)
        except ModelTrouble as trouble:
            self._log("understand", trouble)
            return plain
        return await self._understood(sent, plain, dialogue, rows)

    async def plan(self, understood: Understood, world: World) -> Plan:
        """The model's plan when it is valid by its second try, else the other brain's."""
        try:
            return await self._planned(understood, world)
        except ModelTrouble as trouble:
            self._log("plan", trouble)
            plan = await self._fallback.plan(understood, world)
            reasons = (*plan.reasons, unused_because(trouble.kind, understood.language))
            return plan.model_copy(update={"reasons": reasons, "engine": "mixed" if understood.engine == "llm" else plan.engine})

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        """The draft in better words; the line that says how the question was read stays as it is."""
        body = draft.text.removesuffix(draft.reading).rstrip()
        if plan.outcome != "answer" or not draft.answered or not body:
            return draft
        facts = [fact for finding in findings if finding.findings for fact in finding.findings.facts]
        try:
            written = await self._written(plan, body, legend(body, [*facts, *draft.facts]))
        except ModelTrouble as trouble:
            self._log("write", trouble)
            return draft
        return draft.model_copy(update={"text": "\n\n".join(text for text in (written, draft.reading) if text)})

    async def _standalone(self, message: str, dialogue: Dialogue, rows: Masks) -> SentQuestion:
        questions = newest_within([turn.question for turn in dialogue.turns], self._limits.conversation_tokens)
        given = " ".join([message, *questions, dialogue.as_of.isoformat()])
        asked = prompt("understand_question", questions=_numbered(questions), rows=_shown_rows(dialogue), message=message)
        talk = self._talk("understand", prompt("understand", as_of=dialogue.as_of.isoformat()), asked, question_functions())
        while True:
            reply = await talk.ask()
            try:
                return _checked_question(read_question(reply), rows, given)
            except Invalid as error:
                talk.refuse(reply, error)

    async def _understood(self, sent: SentQuestion, plain: Understood, dialogue: Dialogue, rows: Masks) -> Understood:
        """The standalone question, its times and names found by the same grammar and index as without a model."""
        question = rows.show(sent.standalone_question)
        if question != plain.message:
            alone = Dialogue(as_of=dialogue.as_of, preferences=dialogue.preferences)
            plain = (await self._fallback.understand(question, alone)).model_copy(update={"message": plain.message})
        shown = {f"{{row:{handle.place}}}": handle for handle in dialogue.handles}
        used = [shown[placeholder] for placeholder in sorted(rows.used_in(sent.standalone_question))]
        known = {mention.text for mention in plain.mentions}
        named = [Mention(text=row.name, dimension=row.dimension, value=row.value) for row in used if row.name not in known]
        return plain.model_copy(
            update={
                "standalone_question": question,
                "language": dialogue.preferences.language or sent.language,
                "edits": dialogue.last_plan if sent.changes_last_question else None,
                "mentions": (*plain.mentions, *named),
                "engine": "llm",
            }
        )

    async def _planned(self, understood: Understood, world: World) -> Plan:
        posed = pose(understood)
        talk = self._talk("plan", world_prompt(world), posed.prompt, plan_functions())
        described: set[str] = set()
        while True:
            reply = await talk.ask()
            if wanted := wanted_descriptions(reply):
                if described.issuperset(wanted):
                    raise ModelTrouble("loop", "the same descriptions again")
                described.update(wanted)
                talk.say(describe(wanted, world))
                continue
            try:
                sent = read_plan(reply, (tool.name for tool in world.tools))
                return PlanReader(posed, understood, world, last=talk.refused).read(sent)
            except Invalid as error:
                talk.refuse(reply, error)

    async def _written(self, plan: Plan, body: str, meanings: Mapping[str, str]) -> str:
        sealed = seal(body)
        asked = prompt(
            "write_draft",
            language={"en": "English", "vi": "Vietnamese"}[plan.language],
            draft=fenced("draft", sealed.text),
            placeholders=fenced("placeholders", meanings),
        )
        talk = self._talk("write", prompt("write"), asked)
        while True:
            reply = await talk.ask()
            try:
                if reply.broken or reply.requests or not reply.text.strip():
                    raise Invalid(*(reply.broken or ("the reply is not the text of an answer",)))
                return unseal(reply.text.strip(), sealed)
            except Invalid as error:
                talk.refuse(reply, error)

    def _talk(self, stage: Stage, instructions: str, asked: str, functions: tuple[FunctionSchema, ...] = ()) -> _Talk:
        return _Talk(self._chat, Purse(self._model, self._limits, stage, self._price), instructions, asked, functions)

    def _log(self, stage: Stage, trouble: ModelTrouble) -> None:
        LOG.info("%s: %s without the language model: %s", self._model, stage, trouble.kind)


class _Talk:
    """One stage's exchange with the model: what was said, what may still be spent, whether a reply was refused."""

    def __init__(self, chat: Chat, purse: Purse, instructions: str, asked: str, functions: tuple[FunctionSchema, ...]) -> None:
        self._chat, self._purse, self._functions = chat, purse, functions
        self._messages: list[BaseMessage] = [SystemMessage(instructions), HumanMessage(asked)]
        self.refused = False

    async def ask(self) -> Reply:
        return await self._chat.ask(self._messages, self._purse, self._functions)

    def say(self, text: str) -> None:
        self._messages.append(HumanMessage(text))

    def refuse(self, reply: Reply, error: Invalid) -> None:
        """Send a reply back with what is wrong with it; the second time it is over."""
        if self.refused:
            raise ModelTrouble("invalid") from error
        self.refused = True
        sent = json.dumps([{"function": each.name, "arguments": each.arguments} for each in reply.requests], default=str)
        shown = (reply.text if not reply.requests else sent)[:ECHO_CHARACTERS]
        self.say(prompt("repair", problems="\n".join(f"- {problem}" for problem in error.problems), reply=shown or "(empty)"))


def _checked_question(sent: SentQuestion, rows: Masks, given: str) -> SentQuestion:
    """The question, unless it brings numbers nobody wrote or rows nobody saw."""
    strange = faults(sent.standalone_question, " ".join((given, *rows.placeholders)), limit=2_000)
    if strange:
        raise Invalid(*(f"standalone_question holds {fault}" for fault in strange))
    try:
        rows.show(sent.standalone_question)
    except UnknownMask as error:
        raise Invalid(str(error)) from error
    return sent


def _rows(dialogue: Dialogue) -> Masks:
    rows = Masks("row")
    for handle in dialogue.handles:
        rows.give(f"{{row:{handle.place}}}", handle.name)
    return rows


def _shown_rows(dialogue: Dialogue) -> str:
    """The rows by place and dimension; their names stay here."""
    return "\n".join(f"- {{row:{handle.place}}}: {handle.dimension}" for handle in dialogue.handles) or "none"


def _numbered(questions: tuple[str, ...]) -> str:
    return "\n".join(f"{number}. {question}" for number, question in enumerate(questions, 1)) or "none"
