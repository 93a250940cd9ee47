"""Which suppliers, products and places of the warehouse a document is about, by their names and codes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from knowledge.contract import Block, Entity

_WORD = re.compile(r"\w+(?:-\w+)*")
_MOST_MENTIONED = 12
_IN_TITLE = 1_000_000
_SHORTEST_NAME = 5  # letters of a name of one word; shorter ones are words of the language as often as not
_MOST_WORDS = 400_000
Phrase = tuple[str, ...]


def find_entities(title: str, blocks: Sequence[Block], known: Sequence[Entity]) -> Iterator[Entity]:
    """Those named in the title, then those named in the text, the most often named first."""
    if not known:
        return
    names = _phrases(known)
    counts: Counter[int] = Counter()
    for place in _mentions(title, names, known):
        counts[place] += _IN_TITLE
    for text in (block.text for block in blocks):
        counts.update(_mentions(text, names, known))
        if counts.total() > _MOST_WORDS:
            break
    chosen = sorted(counts, key=lambda place: (-counts[place], place))
    in_title = [place for place in chosen if counts[place] >= _IN_TITLE]
    # A document that names its subject in the title names others in passing; one that does not is about those it names most.
    rest = [place for place in chosen if counts[place] < _IN_TITLE][: max(0, _MOST_MENTIONED - len(in_title))]
    yield from {(known[place].kind, known[place].id): known[place] for place in (*in_title, *rest)}.values()


def _phrases(known: Sequence[Entity]) -> dict[str, list[tuple[Phrase, int]]]:
    """Names and codes as words, by the first of them; the longest first."""
    found: dict[str, list[tuple[Phrase, int]]] = defaultdict(list)
    for place, entity in enumerate(known):
        for phrase in {_words(entity.name), _words(entity.id) if _is_code(entity.id) else ()}:
            if phrase and (len(phrase) > 1 or len(phrase[0]) >= _SHORTEST_NAME or any(map(str.isdigit, phrase[0]))):
                found[phrase[0]].append((phrase, place))
    for phrases in found.values():
        phrases.sort(key=lambda each: -len(each[0]))
    return found


def _mentions(text: str, names: dict[str, list[tuple[Phrase, int]]], known: Sequence[Entity]) -> Iterator[int]:
    spoken = _WORD.findall(unicodedata.normalize("NFC", text))
    words = [_folded(word) for word in spoken]
    place = 0
    while place < len(words):
        step = 1
        for phrase, entity in names.get(words[place], ()):
            if tuple(words[place : place + len(phrase)]) == phrase and _meant(spoken[place], phrase, known[entity]):
                yield entity
                step = len(phrase)
                break
        place += step


def _meant(first: str, phrase: Phrase, entity: Entity) -> bool:
    """A name of one plain word is a name only where it is written like one."""
    return len(phrase) > 1 or not first.isalpha() or first[:1].isupper() or entity.name[:1].islower()


def _is_code(identifier: str) -> bool:
    """Letters and digits together, as no word of a language has them."""
    return len(identifier) >= 4 and any(map(str.isdigit, identifier)) and any(map(str.isalpha, identifier))


def _words(name: str) -> Phrase:
    return tuple(_folded(word) for word in _WORD.findall(unicodedata.normalize("NFC", name)))


def _folded(word: str) -> str:
    """Without case and marks: names are typed without them."""
    small = word.casefold()
    if small.isascii():
        return small
    split = unicodedata.normalize("NFKD", small.replace("đ", "d"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))
