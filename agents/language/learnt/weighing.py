"""The readings of a clause with the chance that each is right, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.language.learnt.features import Choice, Features, features_of
from agents.language.learnt.labels import labels_of
from agents.language.learnt.learnt import Learnt
from agents.language.learnt.votes import Voters, marked_words, opinions
from agents.language.parse import Parsed
from agents.language.rank import Ranked
from agents.language.sketch import Sketch

MOST_WEIGHED = 8  # readings further down were never the right one


@dataclass(frozen=True)
class Weighed:
    """A reading and the chance that it is right."""

    ranked: Ranked
    probability: float


def distinct(options: Sequence[Ranked]) -> list[int]:
    """The places of the readings worth weighing: each plan once, in its best place."""
    seen: list[object] = []
    places = []
    for place, option in enumerate(options[:MOST_WEIGHED]):
        if option.candidate.calls not in seen:
            seen.append(option.candidate.calls)
            places.append(place)
    return places


def all_features(
    voters: Voters | None, parsed: Parsed, sketch: Sketch, options: Sequence[Ranked], edited: bool = False
) -> list[tuple[int, Features]]:
    """The features of every distinct reading, with its place."""
    found = [(place, features_of(Choice(parsed, sketch, options, place, edited))) for place in distinct(options)]
    if voters is None:
        return found
    said = opinions(voters.hear(marked_words(sketch)), [labels_of(options[place].candidate.calls) for place, _ in found])
    return [(place, features | more) for (place, features), more in zip(found, said, strict=True)]


def weigh(learnt: Learnt, parsed: Parsed, sketch: Sketch, options: Sequence[Ranked], edited: bool = False) -> list[Weighed]:
    """Every distinct reading with its chance; of equal ones the one that ranks first."""
    found = all_features(learnt.voters, parsed, sketch, options, edited)
    chances = learnt.chances([features for _, features in found])
    weighed = [Weighed(options[place], round(chance, 4)) for (place, _), chance in zip(found, chances, strict=True)]
    return sorted(weighed, key=lambda each: -each.probability)
