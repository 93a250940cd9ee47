"""The lexicon: phrases of every language and what they stand for, looked up by the tokens of a message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import yaml

from agents.brain import Word
from agents.language.marks import is_half_marked
from agents.language.tokens import Token, fold, tidy, tokens_of
from agents.plan import Language
from tools.facts import Frozen

WordKind = Literal["metric", "verb", "dimension", "cue", "comparator", "number", "ordinal", "scale", "percent", "money", "skip"]
LANGUAGES: tuple[Language, ...] = ("en", "vi")
_OFTEN_MISSPELT = frozenset(
    [
        "what",
        "which",
        "where",
        "when",
        "from",
        "with",
        "this",
        "that",
        "have",
        "many",
        "much",
        "show",
        "give",
        "tell",
        "list",
        "between",
        "about",
        "there",
        "their",
        "please",
    ]
)
_MOSTLY = 2.5
_LONGEST = 4
_PLAIN = "everyday"  # words that no misspelt word is corrected to
_FOLDER = Path(__file__).with_name("lexicon")
Keys = tuple[str, ...]
# A phrase with a relative clause swallows the words a condition is made of.
_CLAUSE = {"who", "that", "which"}
# Nor may a word that says what somebody did: it is needed to read what is asked about it.
# And one that is a verb in almost every sentence.
_MISLEADING = frozenset({"make", "account", "spend"})
_DEED = {"bought", "ordered", "buying", "ordering", "sold"}


@dataclass(frozen=True)
class Meaning:
    """What a phrase stands for; `number` for number words and scales."""

    kind: WordKind
    name: str
    number: float = 0.0


class Terms(Frozen):
    """Words for metrics and dimensions; verbs name a metric where no noun does."""

    metrics: Mapping[str, tuple[str, ...]] = {}
    dimensions: Mapping[str, tuple[str, ...]] = {}
    verbs: Mapping[str, tuple[str, ...]] = {}


class Cues(Frozen):
    """Words that say what to do, by what they ask for."""

    cues: Mapping[str, tuple[str, ...]]


class Everyday(Frozen):
    """Words of general language, by kind; verbs stand in their bare form."""

    verbs: str = ""
    adverbs: str = ""
    others: str = ""

    def words(self) -> Iterator[str]:
        yield from (form for verb in self.verbs.split() for form in verb_forms(verb))
        yield from (*self.adverbs.split(), *self.others.split())


def verb_forms(verb: str) -> tuple[str, ...]:
    """Walk, walks, walked, walking; make, making; stop, stopping."""
    base = verb[:-1] if verb.endswith("e") else verb
    doubled = verb + verb[-1] if len(verb) < 6 and verb[-1] in "bdgmnprt" and verb[-2:-1] in "aeiou" else verb
    past = verb[:-1] + "ied" if verb.endswith("y") and verb[-2:-1] not in "aeiou" else base + "ed"
    return (verb, verb + "s", past, base + "ing", doubled + "ed", doubled + "ing")


class Small(Frozen):
    """Words without content, numbers, scales and comparators."""

    ignorable: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()  # phrases without content, several a line, between commas
    numbers: Mapping[str, float] = {}
    ordinals: Mapping[str, int] = {}
    scales: Mapping[str, float] = {}
    percent: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    comparators: Mapping[str, tuple[str, ...]] = {}


def stem(word: str) -> str:
    """An English word without its plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass
class Phrases:
    """Phrases by their first key, the longest first."""

    by_first: dict[str, list[tuple[Keys, Meaning]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, keys: Keys, meaning: Meaning) -> None:
        if keys and (keys, meaning) not in self.by_first[keys[0]]:
            self.by_first[keys[0]].append((keys, meaning))

    def at(self, keys: Sequence[str], place: int) -> Iterator[tuple[int, Keys, Meaning]]:
        """Every phrase that begins at the place, with the place after it."""
        for phrase, meaning in self.by_first.get(keys[place], ()):
            if tuple(keys[place : place + len(phrase)]) == phrase:
                yield place + len(phrase), phrase, meaning


@dataclass(frozen=True)
class Keyed:
    """A message as the keys phrases are looked up by: stems, words as written, words without marks."""

    tokens: tuple[Token, ...]
    language: Language
    stems: Sequence[str]
    lower: Sequence[str]
    plain: Sequence[str]
    is_marked: bool = False  # marks are written: a word without any is meant as it stands, "trong" is not "trống"


@dataclass(frozen=True)
class Lexicon:
    """Every phrase of every language: English by stem, Vietnamese as written and without its marks."""

    english: Phrases
    vietnamese: Phrases
    unmarked: Phrases
    known: Mapping[Language, frozenset[str]]
    plural_inside: frozenset[tuple[Keys, Meaning]]  # phrases with a plural before their last word
    written: frozenset[str]  # English words as they stand in the tables, plurals and all
    marked: frozenset[str]  # Vietnamese words as they stand in the tables

    def keyed(self, tokens: Sequence[Token], language: Language) -> Keyed:
        """The keys of a message, made once."""
        marked = self.known["vi"]
        plain = [token.folded if token.lower == token.folded or self._is_half_marked(token.lower, marked) else "\0" for token in tokens]
        # A word with marks is no English one in a Vietnamese message: "gấp" is not "gap".
        stems = [stem(token.folded) if language == "en" or token.lower == token.folded else "\0" for token in tokens]
        is_marked = sum(token.lower != token.folded for token in tokens if token.is_word) * _MOSTLY >= sum(
            token.is_word for token in tokens
        )
        return Keyed(tuple(tokens), language, stems, [token.lower for token in tokens], plain if language == "vi" else [], is_marked)

    def at(self, keyed: Keyed, place: int) -> Iterator[tuple[int, Meaning]]:
        """What the phrases that begin here stand for. Unmarked Vietnamese is only read in a Vietnamese message."""
        tokens, language = keyed.tokens, keyed.language
        if language == "en" or len(tokens[place].folded) > 2 or tokens[place].folded not in self.known["vi"]:
            for end, phrase, meaning in self.english.at(keyed.stems, place):
                if _is_compound(tokens[place:end], (phrase, meaning) in self.plural_inside):
                    yield end, meaning
        yield from ((end, meaning) for end, _, meaning in self.vietnamese.at(keyed.lower, place))
        if language == "vi":
            for end, _, meaning in self.unmarked.at(keyed.plain, place):
                meant = meaning.kind == "skip" or all(token.lower in self.marked for token in tokens[place:end])
                letter = end - place == 1 and len(tokens[place].folded) < 2 and meaning.kind == "cue"  # "e" is short for "em", not "ế"
                if not ((keyed.is_marked and meant) or letter):
                    yield end, meaning

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every English word with letters only, for correcting what was written wrong."""
        return tuple(sorted(word for word in self.written if word.isalpha()))

    @cached_property
    def by_letters(self) -> Mapping[str, tuple[str, ...]]:
        """Every Vietnamese word of the tables by its letters without marks."""
        table: dict[str, tuple[str, ...]] = {}
        for word in sorted(self.marked):
            table[fold(word)] = (*table.get(fold(word), ()), word)
        return table

    def holds(self, tokens: Sequence[Token], place: int) -> bool:
        """Whether the word stands in a longer Vietnamese phrase: "phí ship" needs no word written out."""
        words = [token.lower for token in tokens]
        table = self.unmarked if all(word.isascii() for word in words) else self.vietnamese
        starts = range(max(0, place - _LONGEST), place + 1)
        return any(end > place and end - start > 1 for start in starts for end, _, _ in table.at(words, start))

    def _is_half_marked(self, word: str, known: frozenset[str]) -> bool:
        """A word with marks that no table has is read without them only where it lacks some of a known one."""
        return word not in known and is_half_marked(word, self.by_letters)

    def knows(self, token: Token) -> bool:
        """Whether any language has the word."""
        return stem(token.folded) in self.known["en"] or token.folded in self.known["vi"] or token.lower in self.known["vi"]


def _is_compound(tokens: Sequence[Token], plural_allowed: bool) -> bool:
    """English compounds have singulars inside: "carriers cost" is a sentence, "carrier cost" a thing."""
    return plural_allowed or all(token.folded == stem(token.folded) for token in tokens[:-1])


def build_lexicon(metrics: Iterable[Word], dimensions: Iterable[Word]) -> Lexicon:
    """The shipped words and those of this installation's own definitions."""
    return _built(tuple(metrics), tuple(dimensions))


@lru_cache(maxsize=4)
def _built(metrics: tuple[Word, ...], dimensions: tuple[Word, ...]) -> Lexicon:
    english, vietnamese, unmarked = Phrases(), Phrases(), Phrases()
    written: set[str] = set()
    spoken: set[str] = set()  # English words; what a definition shares with the Vietnamese tables is none of them
    plural: set[tuple[Keys, Meaning]] = set()
    names: dict[str, set[str]] = {"metric": {word.name for word in metrics}, "dimension": {word.name for word in dimensions}}
    names["verb"] = names["metric"]
    everything = [*_defined(metrics, dimensions), *_shipped()]
    theirs = {phrase for language, phrase, _ in everything if language == "vi"} - {
        phrase for language, phrase, _ in _shipped() if language == "en"
    }
    telling = {stem(fold(phrase)) for _, phrase, meaning in everything if meaning.kind != "skip" and " " not in phrase}
    for language, phrase, meaning in everything:
        if meaning.kind in names and meaning.name not in names[meaning.kind]:
            continue
        if meaning.name == _PLAIN and stem(fold(phrase)) in telling:
            continue
        tokens = tokens_of(tidy(phrase))
        if language == "en":
            if meaning.kind != "skip" or meaning.name in _OFTEN_MISSPELT:
                written.update(token.folded for token in tokens)
            keys = tuple(stem(token.folded) for token in tokens)
            english.add(keys, meaning)
            if phrase not in theirs:
                spoken.update(keys)
            if any(token.folded != key for token, key in zip(tokens[:-1], keys, strict=False)):
                plural.add((keys, meaning))
        else:
            vietnamese.add(tuple(token.lower for token in tokens), meaning)
            unmarked.add(tuple(token.folded for token in tokens), meaning)
    known: dict[Language, frozenset[str]] = {"en": frozenset(spoken), "vi": _keys(vietnamese) | _keys(unmarked)}
    return Lexicon(english, vietnamese, unmarked, known, frozenset(plural), frozenset(written), _keys(vietnamese))


def _keys(side: Phrases) -> frozenset[str]:
    return frozenset(key for phrases in side.by_first.values() for keys, _ in phrases for key in keys)


def _defined(metrics: tuple[Word, ...], dimensions: tuple[Word, ...]) -> Iterator[tuple[Language, str, Meaning]]:
    for kind, words in (("metric", metrics), ("dimension", dimensions)):
        for word in words:
            meaning = Meaning("metric" if kind == "metric" else "dimension", word.name)
            yield "en", word.name.replace("_", " "), meaning
            for phrase in word.also:
                if phrase in _MISLEADING:
                    continue
                if not (_CLAUSE | _DEED) & set(phrase.split()) or phrase.startswith(("units", "quantity")):
                    yield "en" if fold(phrase) == phrase.casefold() else "vi", phrase, meaning


def _shipped() -> Iterator[tuple[Language, str, Meaning]]:
    for language in LANGUAGES:
        terms = Terms.model_validate(read_table(language, "terms"))
        for kind, table in (("metric", terms.metrics), ("dimension", terms.dimensions), ("verb", terms.verbs)):
            for name, phrases in table.items():
                yield from ((language, phrase, Meaning(_KINDS[kind], name)) for phrase in phrases)
        for name, phrases in _cues(language).items():
            yield from ((language, phrase, Meaning("cue", name)) for phrase in phrases)
        if (_FOLDER / language / "plain.yaml").exists():
            yield from (
                (language, word, Meaning("skip", _PLAIN)) for word in Everyday.model_validate(read_table(language, "plain")).words()
            )
        yield from ((language, phrase, meaning) for phrase, meaning in _small(Small.model_validate(read_table(language, "words"))))


_KINDS: Mapping[str, WordKind] = {"metric": "metric", "dimension": "dimension", "verb": "verb"}


def _small(small: Small) -> Iterator[tuple[str, Meaning]]:
    yield from ((word, Meaning("skip", word)) for line in small.ignorable for word in line.split())
    yield from ((phrase.strip(), Meaning("skip", "aside")) for line in small.asides for phrase in line.split(","))
    yield from ((word, Meaning("number", word, number)) for word, number in small.numbers.items())
    yield from ((word, Meaning("ordinal", word, number)) for word, number in small.ordinals.items())
    yield from ((word, Meaning("scale", word, number)) for word, number in small.scales.items())
    yield from ((word, Meaning("percent", word)) for word in small.percent)
    yield from ((word, Meaning("money", word)) for word in small.money)
    yield from ((word, Meaning("comparator", op)) for op, words in small.comparators.items() for word in words)


def _cues(language: Language) -> Mapping[str, tuple[str, ...]]:
    return Cues.model_validate({"cues": read_table(language, "cues")}).cues


def read_table(language: Language, name: str) -> dict[str, object]:
    """One word table of a language; every value is text, because "no" and "on" are words here."""
    loaded: dict[str, object] = yaml.load((_FOLDER / language / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return loaded


@lru_cache(maxsize=len(LANGUAGES))
def _names(language: Language) -> Mapping[str, str]:
    known = (_FOLDER / language / "names.yaml").exists()
    return {name: str(said) for name, said in read_table(language, "names").items()} if known else {}


def name_of(name: str, language: Language) -> str:
    """What a figure or a kind of thing is called in a question of this language."""
    return _names(language).get(name) or name.replace("_", " ")
