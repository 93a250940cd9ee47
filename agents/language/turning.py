"""A message held against the last answer: changed calls where all of it can be said in them, else a question in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from agents.brain import Understood
from agents.language.decide import judge_alone
from agents.language.edits.ahead import days_of, with_scope
from agents.language.edits.another_side import says_how
from agents.language.edits.draft import Call, cannot, objects, texts, tools
from agents.language.edits.edit import Edited, Saying, edited
from agents.language.edits.inherit import about_the_same
from agents.language.edits.members import asks_behind
from agents.language.edits.mood import Mood, mood_of, respoken
from agents.language.edits.quotes import DOCUMENT_TOOLS, asks_for_words, edited_question
from agents.language.edits.records import RECORDS
from agents.language.edits.times import asks_best_time
from agents.language.edits.widen import takes_away
from agents.language.follow import BRIEF, exchanged, habits, inherited, lean_length, merged, starts_with
from agents.language.history import answered
from agents.language.leaning import asks_by_itself, is_own_question, leans, points_back, says_something
from agents.language.parse import Parsed, parse
from agents.language.pointing import as_value, beyond, dated, named, swapped
from agents.language.replies import quoted, replies
from agents.language.settle import settle
from agents.language.sketch import Sketch
from agents.language.skill import readings_of
from agents.language.telling import told
from agents.language.tokens import tidy, tokens_of
from agents.language.vocabulary import Vocabulary
from agents.language.wishes import wished
from agents.memory import Dialogue, Turn
from agents.plan import Language, PlannedCall

# Politeness before what is asked.
_THANKS = re.compile(
    r"^\s*(?:thanks?(?: you)?(?: very much| a lot)?|great|perfect|ok(?:ay)?|cảm ơn(?: bạn| em| anh| chị)?)\s*[.!,]\s+(?=\w)", re.IGNORECASE
)
# A correction, not something left out: "no, silver".
_NO = re.compile(r"^\s*(?:no|nope|nah|không|à không|không phải)\s*[,.;:-]+\s+(?=\w)", re.IGNORECASE)
# Back to last month: another change, and no span of time that ends today.
_BACK_TO = re.compile(
    r"^\W*(?:ok(?:ay)?,? |and |now |please |let us |let's |can we |could you )*(?:(?:go|switch|change|return|get|come) )?back to (?=\w)"
    r"|^\W*(?:return|revert) to (?=\w)|^\W*(?:(?:thôi|à|ừ|vậy|giờ|ok|rồi|hay là),? )*(?:quay lại|trở lại|quay về|trở về) (?=\w)",
    re.IGNORECASE,
)
# Without the store filter: the condition goes.
_FILTER = re.compile(
    r"\b(?:without|drop|remove|clear|lift|lose|forget|no|take off|take away) (?:the |that |this )?"
    r"((?!(?:filters?|the|that|this|all|any)\b)[\w-]+(?: [\w-]+)?) filters?\b",
    re.IGNORECASE,
)
# Only the business ones: of what was listed.
_ONES = re.compile(r"(?<=\w )(?:ones|guys|folks)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:next to|beside|besides|alongside|along with|together with|with|to) (?:it|that|this|them)\b"
    r"|\b(?:their|its)\b|của (?:họ|nó)\b",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot (?:only|just) (?:that|this|the)\b|không (?:chỉ|riêng)", re.IGNORECASE)
# As a percentage of sales: where the figure has no such rate, sales are not what is asked instead.
_AS_PART = re.compile(r"\bas an? (?:percentage|percent|pct|%|share|fraction|ratio)\b|(?<!\w)(?:%|percent|pct) of\b", re.IGNORECASE)
_WHO_ARE = re.compile(r"\b(?:the )?(?:ones|those|people|guys) (?:that|who|which) (?:are|were|is|was) (\w+)(?: to us)?\b", re.IGNORECASE)
_NOUNS = {
    "sign_ups": "customers", "repeat_customers": "customers", "deliveries": "deliveries", "late_deliveries": "deliveries",
    "purchase_orders": "purchase orders", "open_purchase_orders": "purchase orders", "placed_orders": "orders", "units": "products",
    "customer": "customers", "product": "products", "supplier": "suppliers", "orders": "orders", "shipment": "shipments",
    "cancelled_orders": "orders", "active_customers": "customers", "customer_count": "customers", "new_customers": "customers",
    "product_count": "products", "active_products": "products",
}  # fmt: skip
_LYING = frozenset({"stock_on_hand", "available_stock", "stock_value"})
# When was the last order: whose it is stands in the question before.
_OF_SOMEBODY = ("last_time", "first_time", "status", "lines")
_STEPS_BACK = 3
_SAME_NAME = 0.7
# How often a change was right in dialogues of three authors: where the words alone are read as the same calls, and where not.
_AGREED, _ALONE = 0.97, 0.85
_CHANCES = {"high": 0.95, "medium": 0.8, "low": 0.5}
_THEN = frozenset({"then", "so", "thế", "vậy", "now"})
_OF_EACH = frozenset({"each", "respectively"})
_EACH = frozenset({"their", "each", "them", "those", "these"})


@dataclass(frozen=True)
class Turned:
    """A message held against the last answer, read in every way it could be meant."""

    message: str
    last: Turn
    dialogue: Dialogue
    words: Vocabulary
    language: Language

    def understood(self, plain: Understood) -> Understood:
        """As calls where all of it can be said in them, else as a question in words."""
        if self._is_no_change:
            return plain
        if self._beyond:
            return plain.model_copy(update={"reply": self._beyond})
        if found := self._calls():
            return plain.model_copy(update={"reply": found.why}) if found.why else self._with_calls(plain, found)
        question = self._question()
        changed = question != self.message
        return plain.model_copy(update={"standalone_question": question, "edits": self.last.plan if changed else None})

    def _read(self, text: str, language: Language) -> Parsed:
        return parse(text, self.words.lexicon, self.words.values, self.dialogue.as_of, language)

    @cached_property
    def _text(self) -> str:
        text = _BACK_TO.sub("", self.message)
        text = _FILTER.sub(r"remove \1", _NO.sub("", _THANKS.sub("", text))) or self.message
        first = self._read(text, self.language)
        for repair in first.repairs:
            text = re.sub(rf"\b{re.escape(repair.written)}\b", repair.read.replace("\\", ""), text, count=1)
        text = respoken(text, [first.sketch.tokens[place] for place in first.sketch.unread])
        plural = _ONES.sub(self._noun, _WHO_ARE.sub(r"\1 ones", text)) if self._noun else text
        before = self._read(text, self.language).sketch
        if plural == text or before.filters or any(not slot.verb for slot in before.metrics):
            return text
        after = self._read(plural, self.language).sketch
        return plural if after.filters or any(not slot.verb for slot in after.metrics) else text

    @cached_property
    def _beyond(self) -> str:
        """That a row is pointed at which was not shown; nothing when all of them were."""
        handles, said = self.dialogue.handles, replies(self.language)
        if not (words := beyond(self._text, handles)) or not self._before:
            return ""
        place = f"\u201c{words}\u201d"
        return said.say("no_row", shown=str(len(handles)), place=place) if handles else said.say("no_rows", place=place)

    @cached_property
    def _plain(self) -> Parsed:
        return self._read(self._text, self.language)

    @cached_property
    def _noun(self) -> str:
        """What was listed, in the plural."""
        return next((_NOUNS[name] for name in _listed(self._before) if name in _NOUNS), "")

    @cached_property
    def _old(self) -> Parsed:
        return self._read(self.last.plan.standalone_question, self.last.plan.language)

    @cached_property
    def _said(self) -> str:
        """The message with what it points at named."""
        tokens = self._plain.sketch.tokens
        mood = mood_of(tokens, 0, self.language)
        only = all(place in mood.places for place, token in enumerate(tokens) if token.text[0].isalnum())
        beside = mood.has("adding") and bool(_BESIDE.search(self._text))  # next to it: of the same
        whole = beside or mood.has("both") or (mood.has("listing") and only)  # who are they: it is their names that are asked
        whole = whole or bool(_NOT_ONLY.search(self._text))
        text = self._text if whole else named(self._text, self._old.sketch, self.dialogue.handles)
        ahead = days_of(self._before[0], self.dialogue.as_of) if len(self._before) == 1 else None
        return dated(text, self._old.sketch, self.dialogue.as_of, ahead)

    @cached_property
    def _new(self) -> Parsed:
        return self._read(self._said, self.language) if self._said != self._text else self._plain

    @cached_property
    def _mood(self) -> Mood:
        return mood_of(self._new.sketch.tokens, lean_length(self._new.sketch.tokens), self.language)

    @property
    def _before(self) -> tuple[Call, ...]:
        return tuple((call.tool, call.arguments) for call in self.last.plan.calls())

    @property
    def _is_no_change(self) -> bool:
        matters = () if takes_away(self._plain.sketch) else self._plain.matters  # remove all filters: no data
        if any(matter.kind == "refuse" for matter in matters):
            return True
        return bool(matters) and matters[0].kind == "talk" and not self._plain.sketch.metrics

    def _calls(self) -> Edited | None:
        """The last calls, changed; or a question of its own about what they were about."""
        new = self._new
        if not self._before or swapped(self._text):
            return None
        if any(matter.kind == "tool" for matter in new.matters):
            return self._wished()
        if self._before[0][0] in DOCUMENT_TOOLS:
            return self._asked_of_documents()
        opens = takes_away(new.sketch)
        if not opens and (
            new.matters or not (says_something(new) or self._before[0][0] in RECORDS or self._mood.manners - {"aside", "more"})
        ):
            return None
        if new.sketch.has("where_is") and set(_listed(self._before)) & _LYING and (found := self._changed()):
            return found  # where is it kept: by place
        if self._names_row and asks_by_itself(self._said, new) and self._inherited:
            return None
        own = (
            not (asks_behind(self._text) or asks_best_time(self._text, new.sketch) or says_how(self._text))
            and judge_alone(new)
            and is_own_question(self._said, new, self._mood)
        )
        points = self._said != self._text or points_back(new.sketch) or self._lacks_whose
        words = {token.folded for token in self._plain.sketch.tokens}
        lists = self._before[0][0] == "breakdown"
        if own and lists and (words & _OF_EACH or (points and not self._names_row)) and (found := self._changed()) and found.is_whole:
            return found  # how much did each spend
        if own and points:
            return self._about()
        return None if own else self._changed()

    def _wished(self) -> Edited | None:
        """What a phrase asks for: of the same kind it changes the last call, of another it is about the same goods."""
        new, last = self._new, self._before[0]
        settled, _ = settle(new.sketch)
        asked = wished(settled, new.matters, self._said, self.dialogue.as_of, tools())
        leaning = starts_with(new.sketch.tokens, habits().lean) > 0 or points_back(new.sketch) or self._said != self._text
        leaning = leaning or bool(_THEN & {token.lower for token in new.sketch.tokens})
        if asked is None or asked.best is None or len(self._before) != 1 or asked.sketch.unread or asked.best.unexplained:
            return None
        call = asked.best.candidate.calls[0]
        if call[0] in DOCUMENT_TOOLS:
            return self._asked_of_documents() if leaning and last[0] in DOCUMENT_TOOLS else None
        if call[0] == last[0] and leaning:
            found = edited(self._before, Saying(asked.sketch, self._mood, self._said, self.dialogue.as_of, self.dialogue.handles))
            return found if found and not found.left else None
        if not (leaning or call[0] == "what_if_inventory"):
            return None
        call, lost = with_scope(call, last, self._place_of)
        if lost:
            return Edited((), frozenset(), (), why=replies(self.language).say("cannot_scope", words=quoted(lost)))
        return Edited((call,), asked.best.candidate.used, (), asked.best.candidate.assumptions)

    def _asked_of_documents(self) -> Edited | None:
        """Of documents whatever is no question of its own is asked on."""
        new = self._new
        if not asks_for_words(self._said) and new.matters and not all(matter.kind == "tool" for matter in new.matters):
            return None
        if not new.matters and judge_alone(new) and is_own_question(self._said, new, self._mood):
            return None
        call = edited_question(self._before[0], self._old.sketch, new.sketch, self._said, lean_length(new.sketch.tokens))
        return Edited((call,), frozenset(), ()) if call and call != self._before[0] else None

    @property
    def _lacks_whose(self) -> bool:
        """Whether it asks for something of somebody, names nobody, and one was spoken of."""
        sketch = self._new.sketch
        heads = any(slot.role in ("head", "group", "within") for slot in sketch.dimensions)
        return sketch.has(*_OF_SOMEBODY) and not sketch.filters and not heads and len(self._old.sketch.filters) == 1

    @property
    def _names_row(self) -> bool:
        return self._said != self._text and bool(self._new.sketch.filters)

    @cached_property
    def _inherited(self) -> str:
        """A question of its own about what the message points at; nothing when it is none."""
        about = inherited(self._old.sketch, self._new.sketch, self._said, pointed=bool(self._new.sketch.filters))
        return about if judge_alone(self._read(about, self.language)) else ""

    def _changed(self) -> Edited | None:
        """The last calls as the message changes them."""
        settled, doubts = settle(self._new.sketch)
        kept = {str(each.get("dimension")) for _, arguments in self._before for each in _filters(arguments)}
        if any(not kept & {choice.dimension for choice in doubt.choices} for doubt in doubts):
            return None
        mood = mood_of(settled.tokens, lean_length(settled.tokens), self.language)
        steps = [tuple((call.tool, call.arguments) for call in turn.plan.calls()) for turn in answered(self.dialogue)]
        earlier = [call for step in steps for call in step]
        saying = Saying(settled, mood, self._said, self.dialogue.as_of, self.dialogue.handles, earlier, self._place_of)
        last = self._changed_as(self._before, saying)
        if last or not any(cannot(tool, settled) for tool, _ in self._before):
            return last
        for turn in reversed(answered(self.dialogue)[-_STEPS_BACK:-1]):  # the last answer is of a kind that takes no such change
            if (found := self._changed_as(tuple((call.tool, call.arguments) for call in turn.plan.calls()), saying)) and not found.why:
                said = (
                    f"the answer that is changed is \u201c{turn.plan.standalone_question}\u201d, because the last one cannot be changed so"
                )
                return replace(found, assumptions=(said, *found.assumptions))
        return None

    def _changed_as(self, calls: tuple[Call, ...], saying: Saying) -> Edited | None:
        """These calls as the message changes them, where it is read whole and changes anything; or why they cannot be."""
        found = edited(calls, saying)
        if found is None or found.left:
            return None
        again = self._mood.has("showing") or calls[0][0] in RECORDS  # the same record holds the other side that is asked for
        same = found.calls == calls and not found.assumptions and not again
        return found if found.why or not same else None

    def _about(self) -> Edited | None:
        _, options = readings_of(self._new)
        if len(self._before) != 1 or not options or len(options[0].candidate.calls) != 1:
            return None
        apart = bool(_EACH & {token.folded for token in self._plain.sketch.tokens}) and not self._new.sketch.has("how_many", "how_much")
        if self._names_row:
            return None
        found = about_the_same(options[0].candidate.calls[0], self._before[0], self.dialogue.handles, apart, self._place_of)
        if found is None:
            return None
        return Edited((found[0],), options[0].candidate.used, (), (*options[0].candidate.assumptions, *found[1]))

    def _place_of(self, name: str, dimension: str) -> str | None:
        """The member of a dimension that is called so."""
        spans = self.words.values.link(tokens_of(tidy(name)), self.language)
        return next((span.value for span in spans if span.dimension == dimension and span.score >= _SAME_NAME), None)

    def _with_calls(self, plain: Understood, found: Edited) -> Understood:
        calls = tuple(
            PlannedCall(id=f"c{number}", tool=tool, arguments=arguments) for number, (tool, arguments) in enumerate(found.calls, 1)
        )
        repaired = tuple(f"\u201c{each.written}\u201d is read as \u201c{each.read}\u201d" for each in self._new.repairs)
        text, agreed = self._told(found.calls)
        update = {
            "standalone_question": text,
            "chance": round((_AGREED if agreed else _ALONE) * self._chance_before, 4),
            "edits": self.last.plan,
            "calls": calls,
            "left": found.left,
            "assumptions": (*found.assumptions, *repaired),
        }
        return plain.model_copy(update=update)

    @property
    def _chance_before(self) -> float:
        """How likely the answer was right that is changed now: a change of a wrong one is wrong."""
        plan = self.last.plan
        return _CHANCES[plan.confidence] if plan.probability is None else plan.probability

    def _told(self, calls: Sequence[Call]) -> tuple[str, bool]:
        """The changed question in words, and whether the words alone are read as these calls: two ways that come to the same."""
        text = merged(self._old.sketch, self._new.sketch, self._said)
        if text:
            _, options = readings_of(self._read(text, self.language))
            if options and not options[0].unexplained and _alike(options[0].candidate.calls, calls):
                return text, True
        return told(calls, self.language), False

    def _question(self) -> str:
        """The message as a question of its own; where it leans on the last one, that one with pieces exchanged."""
        message, new, old = self._text, self._plain, self._old
        if takes_away(new.sketch):
            return message  # pieces exchanged would keep what is to go
        if swapped(message) and len(old.sketch.filters) == 2:
            return exchanged(old.sketch)
        if _AS_PART.search(message):
            return message
        if _asks_the_worth(message, new.sketch, old.sketch):
            return merged(old.sketch, new.sketch, message)
        if self._said != message:
            new = self._new
            shown = not old.sketch.filters and any(not slot.verb for slot in new.sketch.metrics)  # a figure of a row that was shown
            if (asks_by_itself(self._said, new) or shown) and self._inherited:
                return self._inherited
        elif points_back(new.sketch) and asks_by_itself(message, new):
            about = inherited(old.sketch, new.sketch, message)
            return about if judge_alone(self._read(about, self.language)) else message
        elif not leans(message, new):
            return message
        text = merged(old.sketch, new.sketch, self._said)
        return text if text and text != self.last.plan.standalone_question else message


def _alike(one: Sequence[Call], other: Sequence[Call]) -> bool:
    """The same calls, whatever the order of their conditions."""

    def plainly(calls: Sequence[Call]) -> list[tuple[str, dict[str, object]]]:
        return [(tool, {**arguments, "where": sorted(map(str, texts_of(arguments)))}) for tool, arguments in calls]

    def texts_of(arguments: dict[str, object]) -> list[object]:
        return [sorted(each.items(), key=str) for each in objects(arguments.get("where"))]

    return plainly(one) == plainly(other)


def _listed(calls: Sequence[Call]) -> list[str]:
    """What the calls list, and what they measure."""
    return [name for _, arguments in calls for field in ("entity", "by", "metric", "metrics") for name in texts(arguments.get(field))]


def _filters(arguments: dict[str, object]) -> list[dict[str, object]]:
    found = arguments.get("where")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list | tuple) else []


def _asks_the_worth(message: str, new: Sketch, old: Sketch) -> bool:
    """What is it worth: the value of what was counted."""
    named_figure = any(not slot.verb for slot in new.metrics)
    brief = bool(old.metrics) and not named_figure and len(new.tokens) <= BRIEF
    return brief and bool(as_value(old.metrics[0].name, message, old.language))
