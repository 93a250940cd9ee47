"""Wrong versions of right answers: one thing changed in the typed text, without a look at how the checker reads it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from agents.derive import is_change, kind_of
from agents.formats import show_period, shown, to_decimal
from agents.plan import Language
from agents.writer import PLACEHOLDER, type_fact
from tests.agents.demo_answers import CURRENCY, Answered
from tools.facts import Days, Fact


@dataclass(frozen=True)
class Piece:
    """A stretch of the typed text: the writer's words, or one placeholder."""

    text: str
    fact: Fact | None = None
    what: str = ""

    @property
    def number(self) -> Decimal | None:
        value = self.fact.value if self.fact and self.what == "fact" else None
        return to_decimal(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else None


Pieces = list[Piece]
Perturb = Callable[[Pieces, random.Random, Language], Pieces | None]


def pieces_of(answered: Answered) -> Pieces:
    """The answer as it is typed, piece by piece."""
    by_id = {fact.id: fact for fact in (*answered.facts, *answered.draft.facts)}
    found, end, text = [], 0, answered.draft.text
    for match in PLACEHOLDER.finditer(text):
        fact = by_id[match[2]]
        found.append(Piece(text[end : match.start()]))
        typed = type_fact(fact, match[1], match[3], answered.plan.language, CURRENCY)
        assert typed is not None
        found.append(Piece(typed, fact, match[1]))
        end = match.end()
    return [*found, Piece(text[end:])]


def joined(pieces: Pieces) -> str:
    return "".join(piece.text for piece in pieces)


def change_digit(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """One digit of one number."""
    place = _pick(pieces, dice, lambda piece: piece.number is not None)
    if place is None:
        return None
    text = pieces[place].text
    spots = [spot for spot, sign in enumerate(text) if (sign.isdigit() and not text[spot:].startswith("5")) or text[: spot + 1].isdigit()]
    spots = [spot for spot in spots if text[spot].isdigit() and not (text.endswith("/5") and spot == len(text) - 1)]
    if not spots:
        return None
    spot = dice.choice(spots)
    digit = dice.choice([each for each in "123456789" if each != text[spot]])
    return _with(pieces, place, text[:spot] + digit + text[spot + 1 :])


def change_unit(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """Another unit behind the same number, or a unit where there was none."""
    place = _pick(pieces, dice, lambda piece: piece.number is not None and not piece.text.startswith("#"))
    if place is None:
        return None
    text = pieces[place].text
    points = " pp" if language == "en" else " điểm %"
    others = {"VND": ("USD", "units"), "₫": ("USD", "%"), "pp": ("%",), "điểm %": ("%",), "%": (points, " VND")}
    others |= {"days": ("hours", "%"), "ngày": ("giờ", "%"), "units": ("VND", "%"), "đơn vị": ("₫", "%")}
    for unit, instead in others.items():
        if text.endswith(unit):
            return _with(pieces, place, text.removesuffix(unit).rstrip(" " if unit == "%" else "") + dice.choice(instead))
    return _with(pieces, place, text + dice.choice(("%", " VND")))


def change_sign(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """Rose for fell, plus for minus, a minus where none belongs."""
    place = _pick(pieces, dice, lambda piece: piece.number is not None and piece.number != 0 and not piece.text.startswith("#"))
    if place is None:
        return None
    piece = pieces[place]
    if piece.text[0] in "+-":
        return _with(pieces, place, ("-" if piece.text[0] == "+" else "+") + piece.text[1:])
    before = pieces[place - 1].text
    for word, opposite in (("up ", "down "), ("down ", "up "), ("tăng ", "giảm "), ("giảm ", "tăng ")):
        if piece.fact is not None and is_change(piece.fact) and before.endswith(word):
            return _with(pieces, place - 1, before.removesuffix(word) + opposite)
    return _with(pieces, place, f"-{piece.text}")


def change_entity(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """Another name of the same answer beside the same numbers."""
    named = [place for place, piece in enumerate(pieces) if piece.fact and piece.fact.id.endswith(".name") and _has_number(pieces, place)]
    if not named:
        return None
    place = dice.choice(named)
    column = (pieces[place].fact or Fact(id="", name="", value=None, evidence_id="")).id.split(".", 2)[2]
    same = [each for each in named if str(getattr(pieces[each].fact, "id", "")).endswith(column)]
    # Beside equal numbers another name is no mistake.
    rivals = sorted({pieces[each].text for each in same if _numbers(pieces, each) != _numbers(pieces, place)} - {pieces[place].text})
    return _with(pieces, place, dice.choice(rivals) if rivals and dice.random() < 0.8 else "Nobody Knows It") if rivals else None


def change_period(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """Another month, another year, another day, or the period compared with."""
    place = _pick(pieces, dice, lambda piece: piece.fact is not None and (piece.what == "period" or isinstance(piece.fact.value, date)))
    fact = pieces[place].fact if place is not None else None
    if place is None or fact is None:
        return None
    days = fact.period if pieces[place].what == "period" else _one_day(fact.value)
    if days is None:
        return None
    moved = [Days(start=days.start + timedelta(days=by), end=days.end + timedelta(days=by)) for by in (-1, 1, 7)]
    moved += [Days(start=_years(days.start, by), end=_years(days.end, by)) for by in (-1, 1)]
    moved += [other.fact.period for other in pieces if other.what == "period" and other.fact and other.fact.period]
    texts = sorted({show_period(each, language) for each in moved} - {pieces[place].text})
    return _with(pieces, place, dice.choice(texts))


def change_rounding(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """A number cut off or rounded so that what it says is no longer true."""
    place = _pick(pieces, dice, lambda piece: piece.number is not None and len([sign for sign in piece.text if sign.isdigit()]) > 2)
    fact = pieces[place].fact if place is not None else None
    if place is None or fact is None:
        return None
    exact, kind = pieces[place].number or Decimal(0), kind_of(fact)
    right = shown(exact, kind, language, CURRENCY)
    unit = right.step * 10 ** dice.choice((1, 2))
    cut = (exact / unit).to_integral_value() * unit
    wrong = cut if abs(cut - exact) > right.step / 2 else exact + dice.choice((-1, 1)) * right.step
    said = shown(wrong, kind, language, CURRENCY, "size" if pieces[place].text[0] not in "+-" else "signed")
    still_true = abs(abs(said.value) - abs(exact)) <= said.step / 2
    return None if still_true or said.text == pieces[place].text else _with(pieces, place, said.text)


def swap_facts(pieces: Pieces, dice: random.Random, language: Language) -> Pieces | None:
    """Two numbers of one kind in each other's place."""
    places = [place for place, piece in enumerate(pieces) if piece.number is not None]
    pairs = [
        (a, b)
        for spot, a in enumerate(places)
        for b in places[spot + 1 :]
        if _kind(pieces[a]) == _kind(pieces[b]) and pieces[a].text.strip("+-") != pieces[b].text.strip("+-")
    ]
    if not pairs:
        return None
    a, b = dice.choice(pairs)
    return _with(_with(pieces, a, pieces[b].text), b, pieces[a].text)


KINDS: dict[str, Perturb] = {
    "digits": change_digit,
    "unit": change_unit,
    "sign": change_sign,
    "entity": change_entity,
    "period": change_period,
    "rounding": change_rounding,
    "swap": swap_facts,
}


def _kind(piece: Piece) -> object:
    return kind_of(piece.fact) if piece.fact else None


def _pick(pieces: Pieces, dice: random.Random, fits: Callable[[Piece], bool]) -> int | None:
    places = [place for place, piece in enumerate(pieces) if fits(piece)]
    return dice.choice(places) if places else None


def _with(pieces: Pieces, place: int, text: str) -> Pieces:
    return [*pieces[:place], replace(pieces[place], text=text), *pieces[place + 1 :]]


def _has_number(pieces: Pieces, place: int) -> bool:
    """Whether a number stands on the same line."""
    return bool(_numbers(pieces, place))


def _numbers(pieces: Pieces, place: int) -> list[str]:
    """The numbers after a piece on its line."""
    found, after = [], place + 1
    while after < len(pieces) and "\n" not in pieces[after].text:
        if pieces[after].number is not None:
            found.append(pieces[after].text)
        after += 1
    return found


def _one_day(value: object) -> Days | None:
    return Days(start=value, end=value) if isinstance(value, date) and type(value) is date else None


def _years(day: date, by: int) -> date:
    return day.replace(year=day.year + by, day=min(day.day, 28) if day.month == 2 else day.day)
