"""What a file or sheet is called, as far as it says which table of the contract it holds."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.mapping import vocabulary, words

_LONGEST_PHRASE = 5


@dataclass(frozen=True)
class Title:
    """The tables a name speaks of, the one it clearly names, and whether it says that nothing was sold."""

    tables: frozenset[str]
    clear: str | None
    not_sales: str | None


def read_title(name: str, source: str) -> Title:
    """The title of a raw table; a sheet called Sheet1 has the title of its file."""
    for text in (name, source.partition(" [")[0].rpartition(".")[0] or source):
        title = _read(words(text))
        if title.tables or title.not_sales:
            return title
    return Title(frozenset(), None, None)


def _read(name: tuple[str, ...]) -> Title:
    known = vocabulary()
    phrases = _find(name, frozenset(known.phrases))
    clear = {known.phrases[phrase] for phrase in phrases if phrase not in known.loose}
    unsold = _find(name, known.not_sales)
    return Title(
        frozenset(known.phrases[phrase] for phrase in phrases),
        clear.pop() if len(clear) == 1 else None,
        " ".join(unsold[0]) if unsold else None,
    )


def _find(name: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The phrases in a name, the longest first where several begin; `orderlines` is order lines."""
    joined = {"".join(phrase): phrase for phrase in phrases}
    found, place = [], 0
    while place < len(name):
        for length in range(min(_LONGEST_PHRASE, len(name) - place), 0, -1):
            phrase = joined.get("".join(name[place : place + length]))
            if phrase:
                found.append(phrase)
                place += length - 1
                break
        place += 1
    return found
