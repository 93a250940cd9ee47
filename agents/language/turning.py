"""A message held against the last answer: changed calls where all of it can be said in them, else a question in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from agents.brain import Understood
from agents.language.decide import judge_alone
from agents.language.edits.ahead import days_of, with_scope
from agents.language.edits.another_side import LYING, asks_the_worth, says_how
from agents.language.edits.calls import alike, listed
from agents.language.edits.draft import Call, Draft, cannot, objects, tools
from agents.language.edits.draft import plain as plainly
from agents.language.edits.edit import Edited, Saying, edited
from agents.language.edits.in_numbers import says_in_numbers
from agents.language.edits.inherit import about_the_same, lost_all
from agents.language.edits.members import asks_behind
from agents.language.edits.mood import Mood, mood_of, respoken
from agents.language.edits.quotes import DOCUMENT_TOOLS, asks_for_words, edited_question
from agents.language.edits.reasons import asks_reasons
from agents.language.edits.records import RECORDS
from agents.language.edits.times import asks_best_time
from agents.language.edits.why import asks_why, explained
from agents.language.edits.widen import takes_away
from agents.language.follow import exchanged, habits, inherited, lean_length, merged, starts_with
from agents.language.gapped import wishes_in
from agents.language.history import answered
from agents.language.leaning import asks_by_itself, is_own_question, lacks_goods, leans, points_back, says_something
from agents.language.parse import Parsed, parse
from agents.language.pointing import beyond, dated, named, swapped
from agents.language.replies import quoted, replies
from agents.language.settle import settle
from agents.language.skill import readings_of
from agents.language.taker import Taker
from agents.language.telling import told
from agents.language.tokens import tidy, tokens_of
from agents.language.turn_phrases import NOUNS, besides, is_beside, is_not_only, with_noun, written_out
from agents.language.vocabulary import Vocabulary
from agents.language.wishes import wished
from agents.memory import Dialogue, Turn
from agents.plan import Language, PlannedCall

# As a percentage of sales: where the figure has no such rate, sales are not what is asked instead.
_AS_PART = re.compile(r"\bas an? (?:percentage|percent|pct|%|share|fraction|ratio)\b|(?<!\w)(?:%|percent|pct) of\b", re.IGNORECASE)
# When was the last order: whose it is stands in the question before.
_OF_SOMEBODY = ("last_time", "first_time", "status", "lines")
_OPERATIONS = ("last_time", "first_time", "status", "keep", "no_activity", "basket", "attribute", "lines", "where_is")
_STEPS_BACK = 3
_SAME_NAME = 0.7
# How often a change was right in dialogues of three authors: where the words alone are read as the same calls, and where not.
_AGREED, _ALONE = 0.97, 0.85
_CHANCES = {"high": 0.95, "medium": 0.8, "low": 0.5}
_THEN = frozenset({"then", "so", "thế", "vậy", "now"})
_OF_EACH = frozenset({"each", "respectively"})
_SOMEBODY = frozenset({"they", "them", "their", "theirs", "he", "she", "his", "her", "họ"})
_EACH = frozenset({"their", "each", "them", "those", "these"})


@dataclass(frozen=True)
class Turned:
    """A message held against the last answer, read in every way it could be meant."""

    message: str
    last: Turn
    dialogue: Dialogue
    words: Vocabulary
    language: Language

    def is_bare(self, text: str) -> bool:
        """Whether a text is one name and nothing else."""
        sketch = self._read(text, self.language).sketch
        return len(sketch.filters) == 1 and len(sketch.groups) == 1 and not sketch.unread

    def understood(self, plain: Understood) -> Understood:
        """As calls where all of it can be said in them, else as a question in words."""
        if self._is_no_change:
            return plain
        if self._is_aside:
            return plain.model_copy(update={"standalone_question": self._text})
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
        text = written_out(self.message)
        first = self._read(text, self.language)
        for repair in first.repairs:
            text = re.sub(rf"\b{re.escape(repair.written)}\b", repair.read.replace("\\", ""), text, count=1)
        text = respoken(text, [first.sketch.tokens[place] for place in first.sketch.unread])
        plural = with_noun(text, self._noun) if self._noun else text
        before = self._read(text, self.language).sketch
        if plural == text or before.filters or any(not slot.verb for slot in before.metrics):
            return text
        after = self._read(plural, self.language).sketch
        return plural if after.filters or any(not slot.verb for slot in after.metrics) else text

    @cached_property
    def _beyond(self) -> str:
        """That a row is pointed at which was not shown; nothing when all of them were."""
        handles, said = self.dialogue.handles, replies(self.language)
        if not (words := beyond(self._text, handles)):
            return ""
        place = f"\u201c{words}\u201d"
        return said.say("no_row", shown=str(len(handles)), place=place) if handles else said.say("no_rows", place=place)

    @cached_property
    def _plain(self) -> Parsed:
        return self._read(self._text, self.language)

    @cached_property
    def _noun(self) -> str:
        """What was listed, in the plural."""
        return next((NOUNS[name] for name in listed(self._before) if name in NOUNS), "")

    @cached_property
    def _old(self) -> Parsed:
        return self._read(self.last.plan.standalone_question, self.last.plan.language)

    @cached_property
    def _said(self) -> str:
        """The message with what it points at named."""
        tokens = self._plain.sketch.tokens
        mood = mood_of(tokens, 0, self.language)
        only = all(place in mood.places for place, token in enumerate(tokens) if token.text[0].isalnum())
        beside = mood.has("adding") and is_beside(self._text)  # next to it: of the same
        whole = beside or mood.has("both") or (mood.has("listing") and only)  # who are they: it is their names that are asked
        whole = whole or is_not_only(self._text) or self._asks_of_record
        text = self._text if whole else named(self._text, self._old.sketch, self.dialogue.handles)
        ahead = days_of(self._before[0], self.dialogue.as_of) if len(self._before) == 1 else None
        return dated(text, self._old.sketch, self.dialogue.as_of, ahead)

    @property
    def _asks_of_record(self) -> bool:
        """Who placed it, what was in it: of the record that was shown no more has to be named."""
        sketch = self._plain.sketch
        records = bool(self._before) and self._before[0][0] in RECORDS
        return records and not (sketch.filters or sketch.periods or any(not slot.verb for slot in sketch.metrics))

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
        filters = takes_away(self._plain.sketch)  # remove all filters: no matter without data
        matters = () if filters or says_in_numbers(self._text) else self._plain.matters
        if any(matter.kind == "refuse" for matter in matters):
            return True
        return bool(matters) and matters[0].kind == "talk" and not self._plain.sketch.metrics

    @property
    def _is_aside(self) -> bool:
        """By the way, how many reviews came in: a question that nothing led up to."""
        return besides(self.message) is not None and asks_by_itself(self._text, self._plain) and judge_alone(self._plain)

    def _calls(self) -> Edited | None:
        """The last calls, changed; or a question of its own about what they were about."""
        new = self._new
        if not self._before or swapped(self._text):
            return None
        if any(matter.kind == "tool" for matter in new.matters):
            return self._wished()
        if wishes_in(new.sketch.tokens, new.sketch.language) and (found := self._wished()):
            return found
        if self._before[0][0] in DOCUMENT_TOOLS:
            return self._asked_of_documents()
        if self._says_nothing:
            return None
        if found := self._at_once():
            return found
        if self._names_row and asks_by_itself(self._said, new) and self._inherited:
            return None
        own = (
            not (says_in_numbers(self._text) or asks_behind(self._text) or asks_best_time(self._text, new.sketch) or says_how(self._text))
            and judge_alone(new)
            and is_own_question(self._said, new, self._mood)
        )
        points = self._said != self._text or points_back(new.sketch) or self._lacks_whose
        words = {token.folded for token in self._plain.sketch.tokens}
        lists = self._before[0][0] == "breakdown"
        if own and lists and (words & _OF_EACH or (points and not self._names_row)) and (found := self._changed()) and not found.why:
            return found  # how much did each spend
        if own and points:
            return self._about()
        if own:
            return None
        found = self._changed()
        alone = found is None and self._points_at_somebody and judge_alone(new)
        return self._about() if alone else found

    @property
    def _points_at_somebody(self) -> bool:
        """How long do they take: of those that were shown, or of nobody."""
        return bool(_SOMEBODY & {token.lower for token in self._plain.sketch.tokens})

    @property
    def _says_nothing(self) -> bool:
        """Whether no word of it could change anything, or it is about something else altogether."""
        new = self._new
        if takes_away(new.sketch) or says_in_numbers(self._text):
            return False
        manners = self._mood.manners - {"aside", "more"}
        return bool(new.matters) or not (says_something(new) or self._before[0][0] in RECORDS or manners)

    def _at_once(self) -> Edited | None:
        """What is a change whatever else it could be: where it is kept, the reasons that were given, why it is so."""
        kept = self._new.sketch.has("where_is") and bool(set(listed(self._before)) & LYING)
        reasons = len(self._before) == 1 and asks_reasons(self._before[0], self._text)
        return (self._changed() if kept or reasons else None) or self._explained()

    def _explained(self) -> Edited | None:
        """Why the last figure is what it is."""
        settled, _ = settle(self._new.sketch)
        last = next((call for call in self._before if "metric" in call[1] or "metrics" in call[1]), None)
        if last is None or not asks_why(last, settled, self._text):
            return None
        mood = replace(self._mood, manners=self._mood.manners - {"removing", "adding", "replacing"})
        draft = Draft(last[0], plainly(last[1]), Taker(settled), mood, self._said, self.dialogue.as_of, self.dialogue.handles)
        calls = explained(draft)
        return Edited(tuple(calls), tuple(draft.take.assumptions)) if calls else None

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
            return edited(self._before, Saying(asked.sketch, self._mood, self._said, self.dialogue.as_of, self.dialogue.handles))
        if not (leaning or lacks_goods(asked.sketch) or call[0] == "what_if_inventory"):
            return None
        call, lost = with_scope(call, last, self._place_of)
        if lost and not leaning:
            return None
        if lost:
            return Edited(why=replies(self.language).say("cannot_scope", words=quoted(lost)))
        return Edited((call,), asked.best.candidate.assumptions)

    def _asked_of_documents(self) -> Edited | None:
        """Of documents whatever is no question of its own is asked on."""
        new = self._new
        if not asks_for_words(self._said) and new.matters and not all(matter.kind == "tool" for matter in new.matters):
            return None
        if not new.matters and judge_alone(new) and is_own_question(self._said, new, self._mood):
            return None
        call = edited_question(self._before[0], self._old.sketch, new.sketch, self._said, lean_length(new.sketch.tokens))
        return Edited((call,)) if call and call != self._before[0] else None

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
        kept = {str(each.get("dimension")) for _, arguments in self._before for each in objects(arguments.get("where"))}
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
        if found is None:
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
        if lost := lost_all(found[0], self._before[0]):
            return Edited(why=replies(self.language).say("cannot_scope", words=quoted(lost)))
        return Edited((found[0],), (*options[0].candidate.assumptions, *found[1]))

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
            if options and not options[0].unexplained and alike(options[0].candidate.calls, calls):
                return text, True
        return told(calls, self.language), False

    @property
    def _is_in_words(self) -> bool:
        """Whether the words of the last question are read as its calls; where not, nothing is exchanged in them."""
        _, options = readings_of(self._old)
        return len(self._before) != 1 or any(alike(option.candidate.calls, self._before) for option in options)

    def _question(self) -> str:
        """The message as a question of its own; where it leans on the last one, that one with pieces exchanged."""
        message, new, old = self._text, self._plain, self._old
        if takes_away(new.sketch):
            return message  # pieces exchanged would keep what is to go
        if swapped(message) and len(old.sketch.filters) == 2:
            return exchanged(old.sketch)
        if _AS_PART.search(message) or says_in_numbers(message):
            return message
        if asks_the_worth(message, new.sketch, old.sketch):
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
        if not self._is_in_words or (new.sketch.has(*_OPERATIONS) and not old.sketch.has(*_OPERATIONS)):
            return message  # exchanged pieces would lose what it asks for
        text = merged(old.sketch, new.sketch, self._said)
        return text if text and text != self.last.plan.standalone_question else message
