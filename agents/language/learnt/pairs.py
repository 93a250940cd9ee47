"""Questions with their plans, drawn from the grammar: over metrics, words and members of one installation, with noise."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from agents.brain import Word
from agents.language.figures import Json
from agents.language.learnt.grammar_read import SLOT, Grammar, Template, drawn, read_families, read_grammar
from agents.language.learnt.noise import noisy
from agents.language.sketch import PERIODS
from agents.language.taker import as_json
from agents.language.time.reader import read_times
from agents.language.tokens import fold, tidy, tokens_of
from agents.plan import Language

_NUMBERS: Mapping[str, int] = {"3": 3, "5": 5, "10": 10, "20": 20, "five": 5, "three": 3, "ten": 10, "7": 7, "two": 2, "8": 8}
_DAYS: Mapping[str, int] = {str(days): days for days in (30, 60, 90, 14, 45, 120, 180)}
_AMOUNTS: Mapping[str, int] = {"100": 100, "5 million": 5_000_000, "1,000,000": 1_000_000, "50": 50, "20k": 20_000, "10": 10, "500": 500}
_MARKED: Mapping[str, str] = {
    "o": "@order",
    "sku": "@product",
}


@dataclass(frozen=True)
class Material:
    """What an installation calls its things: metrics and cuts with their words, members of the cuts; the day questions are asked."""

    metrics: Sequence[Word]
    dimensions: Sequence[Word]
    members: Mapping[str, Sequence[str]]
    as_of: date


@dataclass(frozen=True)
class Pair:
    """A question, the call that answers it (none where nothing does), and where it comes from."""

    question: str
    marked: str  # the same with names as marks
    language: Language
    tool: str
    arguments: Json
    template: str
    phrase: str  # the words used for the metric
    entity: str = ""  # the name that was put in
    noise: str = ""

    @property
    def calls(self) -> tuple[tuple[str, Json], ...]:
        return ((self.tool, self.arguments),) if self.tool else ()

    def key(self, axis: str) -> str:
        """What must not stand on both sides when pairs are split along an axis."""
        composed = f"{self.tool} {self.arguments.get('metric') or self.arguments.get('metrics')}"
        return {"template": self.template, "synonym": self.phrase, "composition": composed, "entity": self.entity or self.question}[axis]


AXES = ("template", "synonym", "composition", "entity")


def is_held_out(pair: Pair, axis: str, part: int = 5) -> bool:
    """Whether a pair is on the side that is not trained on: one key in `part`, the same ones every time."""
    return int.from_bytes(hashlib.blake2b(f"{axis} {pair.key(axis)}".encode(), digest_size=4).digest(), "big") % part == 0


@dataclass
class _Filler:
    """Fills the blanks of one question, the same in its words, its marks and its plan."""

    chance: random.Random
    language: Language
    material: Material
    grammar: Grammar
    metric: str
    spoken: Mapping[str, str]  # the words of the metric
    values: dict[str, object] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        """A drawing for every blank there is; a pattern uses some of them."""
        families = read_families()
        family = families.of(self.metric)
        cut, listed = self.chance.choice(families.cuts[family]), self.chance.choice(families.listed[family])
        other = self.chance.choice(families.cuts[family])
        self._put("m", self.spoken["m"], self.metric)
        self._more_metrics(families.metrics.get(family, ()))
        self._named("d", cut)
        self._named("e", listed)
        self._member("v", cut, 0)
        self._member("v2", cut, 1)
        self._member("w", other, 2)
        self._member("c", "category", 3)
        self.values["c"] = self.texts["c"]
        self.values["not_v"] = {"dimension": cut, "op": "!=", "values": [self.texts["v"]]}
        for name in ("p", "q"):
            said = self.chance.choice(self.grammar.periods)
            self._put(name, said, _period(said, self.language, self.material.as_of))
        self._put("day", "3 May 2026", "2026-05-03")
        for name, choices in (("n", _NUMBERS), ("days", _DAYS), ("amount", _AMOUNTS)):
            said = self.chance.choice(sorted(choices))
            self._put(name, said, choices[said])
        order, sku = f"SO{self.chance.randrange(10**6):07d}", f"AB-{self.chance.randrange(10**4):04d}"
        self._put("o", order, order)
        self._put("sku", sku, sku)
        self.values["of_sku"] = {"dimension": "sku", "op": "=", "values": [sku]}

    def _more_metrics(self, related: Sequence[str]) -> None:
        """Two more figures of the same family, for lists of figures."""
        offered = {word.name for word in self.material.metrics}
        free = [name for name in related if name in offered and name != self.metric]
        for name, other in zip(("m2", "m3"), self.chance.sample(free, min(len(free), 2)), strict=False):
            self._put(name, self.chance.choice(spoken(self.material.metrics, other, self.language)), other)

    def _put(self, name: str, text: str, value: object) -> None:
        self.texts[name], self.values[name] = text, value
        self.marks[name] = _MARKED.get(name, text)

    def _named(self, name: str, dimension: str) -> None:
        words = spoken(self.material.dimensions, dimension, self.language)
        word = self.chance.choice(words)
        self._put(name, word, dimension)
        self._put(f"{name}s", word if self.language == "vi" else plural(word), dimension)

    def _member(self, name: str, dimension: str, place: int) -> None:
        names = self.material.members.get(dimension) or ()
        taken = [self.texts[other] for other in ("v", "v2") if other in self.texts]
        free = [each for each in names if each not in taken] or [f"{dimension} {place}"]
        member = free[self.chance.randrange(len(free))]
        self.texts[name], self.marks[name] = member, f"@{dimension}"
        self.values[name] = {"dimension": dimension, "op": "=", "values": [member]}


@lru_cache(maxsize=256)
def _period(said: str, language: Language, as_of: date) -> object:
    """A period as an argument, read as the planner reads it; all time where it is read as none."""
    found = [span.meaning for span in read_times(tokens_of(tidy(said)), as_of, language)]
    return as_json(found[0]) if found and isinstance(found[0], PERIODS) else {"kind": "all"}


def plural(word: str) -> str:
    """The regular English plural."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word if word.endswith("s") else word + ("es" if word.endswith(("x", "ch", "sh")) else "s")


def spoken(words: Sequence[Word], name: str, language: Language) -> tuple[str, ...]:
    """What a metric or a dimension is called in a language."""
    said = next((word.also for word in words if word.name == name), ())
    own = [phrase for phrase in said if (fold(phrase) != phrase.casefold()) == (language == "vi")]
    plain = name.replace("_", " ")
    return tuple(own) or (plain,) if language == "vi" else (plain, plain, *own)


def pairs(material: Material, count: int, draw: int = 7) -> Iterator[Pair]:
    """So many different pairs, a quarter of them Vietnamese, a third with noise; the same draw gives the same pairs."""
    chance, seen = random.Random(draw), set[str]()  # noqa: S311  the same drawing every time is what is wanted
    sources = {language: tuple(_sources(read_grammar(language))) for language in ("en", "vi")}
    tries = 0
    while len(seen) < count and tries < 20 * count:
        tries += 1
        language: Language = "vi" if chance.random() < 0.25 else "en"
        pair = _pair(*chance.choice(sources[language]), language, material, chance)
        if pair is not None and pair.question not in seen:
            seen.add(pair.question)
            yield pair


def _sources(grammar: Grammar) -> Iterator[tuple[Template, str, str]]:
    """Every pattern with the call it stands for and the metric it is bound to; no template has more than its part."""
    for template in grammar.templates:
        yield from ((template, pattern, "") for pattern in template.say)
    for metric, patterns in grammar.deeds.items():
        whole = Template(tool="metric_value", arguments={"metrics": ["$m"], "period": "$p"}, say=patterns)
        yield from ((whole, pattern, metric) for pattern in patterns)
    for metric, patterns in grammar.best_at.items():
        first = Template(tool="ranking", arguments={"metric": "$m", "by": "$e", "period": "$p"}, say=patterns)
        yield from ((first, pattern, metric) for pattern in patterns)
    yield from ((Template(tool="", say=grammar.none), pattern, "") for pattern in grammar.none for _ in range(2))


def _pair(template: Template, pattern: str, bound: str, language: Language, material: Material, chance: random.Random) -> Pair | None:
    metric = bound or _metric(template, material, chance)
    grammar = read_grammar(language)
    said = chance.choice(spoken(material.metrics, metric, language))
    filler = _Filler(chance, language, material, grammar, metric, {"m": said})
    filler.fill()
    sentence = drawn(pattern, chance)
    kind, sentence = noisy(f"{chance.choice(grammar.lead)}{sentence}{chance.choice(grammar.tail)}", language, chance)
    slots = set(SLOT.findall(sentence))
    if not slots <= filler.texts.keys():
        return None
    arguments = _filled({name: value for name, value in template.arguments.items() if _said(value, slots)}, filler.values)
    return Pair(
        question=SLOT.sub(lambda found: filler.texts[found[1]], sentence),
        marked=SLOT.sub(lambda found: filler.marks[found[1]], sentence),
        language=language,
        tool=template.tool,
        arguments=arguments if isinstance(arguments, dict) else {},
        template=f"{template.tool} {pattern}",
        phrase=f"{metric} {said}" if "m" in slots else pattern,
        entity=filler.texts["v"] if "v" in slots else "",
        noise=kind,
    )


def _said(value: object, slots: set[str]) -> bool:
    """An argument whose blank is nowhere in the sentence is not asked for; what must be there is."""
    return value != "$p" or "p" in slots


def _metric(template: Template, material: Material, chance: random.Random) -> str:
    families = read_families()
    offered = {word.name for word in material.metrics}
    of = template.of
    if of == "any":
        own = sorted(offered - {name for names in families.metrics.values() for name in names})
        if own and chance.random() < min(0.5, 0.05 * len(own)):
            return chance.choice(own)
        of = chance.choices(list(families.weights), list(families.weights.values()))[0]
    able = [name for name in families.metrics[of] if name in offered] or sorted(offered)
    return chance.choice(able)


def _filled(value: object, values: Mapping[str, object]) -> object:
    if isinstance(value, dict):
        return {str(name): _filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    return values[value[1:]] if isinstance(value, str) and value.startswith("$") else value
