"""Hostile SQL is refused before any engine sees it: two lists, thousands of variations, and texts made to be slow."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast

import pytest

import tools.query.guard
from tools.query.guard import EVERYTHING, RowScope, SqlRefused, guard
from tools.query.guard_text import DIALECTS, Dialect

FIRST_LIST = Path("../shared/data/sql_attacks.json")
SECOND_LIST = Path(__file__).with_name("test_guard_attacks.json")
# What a refusal must never carry: paths, addresses, versions, the names of the parts inside.
TELLTALES = re.compile(r"/|\\\\|https?:|\d+\.\d+\.\d+|sqlglot|Error|Traceback|passwd|0x[0-9a-f]{4}")

Attack = tuple[Dialect, str]


def first_list() -> list[Attack]:
    if not FIRST_LIST.exists():
        pytest.skip("the shared list of attacks is not on this machine: only the second list is checked")
    lists = json.loads(FIRST_LIST.read_text(encoding="utf-8"))
    return [
        (cast(Dialect, dialect), statement)
        for name in ("first_list", "later_finds")
        for dialect, statements in lists[name].items()
        for statement in statements
    ]


def second_list() -> list[Attack]:
    families = json.loads(SECOND_LIST.read_text(encoding="utf-8"))["refused"]
    return [("duckdb", statement) for statements in families.values() for statement in statements]


def refusal(attack: Attack, scope: RowScope = EVERYTHING) -> SqlRefused | None:
    try:
        guard(attack[1], scope, attack[0])
    except SqlRefused as refused:
        return refused
    return None


@pytest.fixture
def blind_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A guard whose engine must not be asked: a refusal has to come before."""

    def asked(*_: object) -> None:
        raise AssertionError("the engine was shown a statement that had to be refused before")

    monkeypatch.setattr(tools.query.guard, "check_engine_reading", asked)
    yield


@pytest.mark.usefixtures("blind_engine")
def test_every_attack_of_the_first_list_is_refused_before_an_engine_sees_it() -> None:
    attacks = first_list()
    assert len(attacks) == 184
    assert [attack for attack in attacks if refusal(attack) is None] == []


@pytest.mark.usefixtures("blind_engine")
@pytest.mark.parametrize("scope", [RowScope(), RowScope(personal=True), RowScope(provinces=("Huế",)), RowScope(("L1",), ("Huế",))])
def test_no_scope_opens_the_first_list(scope: RowScope) -> None:
    assert [attack for attack in first_list() if refusal(attack, scope) is None] == []


def test_first_list_is_refused_for_what_it_does_and_not_for_its_spelling() -> None:
    """Most attacks would be caught by unknown names alone; none of these codes is a lucky syntax error."""
    codes = [refused.code for attack in first_list() if (refused := refusal(attack))]
    assert codes.count("syntax") <= 2
    assert {"statement", "function", "construct", "name", "column", "join", "limit", "type", "size"} <= set(codes)


def test_every_attack_of_the_second_list_is_refused() -> None:
    attacks = second_list()
    assert len(attacks) >= 350
    assert [attack for attack in attacks if refusal(attack) is None] == []


def test_the_second_list_holds_no_statement_of_the_first() -> None:
    assert not {statement for _, statement in second_list()} & {statement for _, statement in first_list()}


HOMOGLYPHS = str.maketrans({"e": "е", "o": "ο", "a": "а", "c": "с", "p": "р", "E": "Е", "O": "О"})
Twist = Literal["case", "comments", "newlines", "homoglyph", "invisible", "wide", "ending", "brackets"]
TWISTS: tuple[Twist, ...] = ("case", "comments", "newlines", "homoglyph", "invisible", "wide", "ending", "brackets")


def twisted(statement: str, twist: Twist, chance: random.Random) -> str:
    """The same statement to a careless reader."""
    if twist == "case":
        return "".join(chance.choice((mark.lower(), mark.upper())) for mark in statement)
    if twist == "comments":
        return statement.replace(" ", chance.choice(("/**/", " /* x */ ", "/* ' */ ", " --\n", " /* /* */ */ ")))
    if twist == "newlines":
        return "\n\t " + statement.replace(" ", chance.choice(("\n", "\t", " \r\n ", "   ")))
    place = chance.randrange(len(statement))
    if twist == "homoglyph":
        return statement[:place] + statement[place:].translate(HOMOGLYPHS)
    if twist == "invisible":
        return statement[:place] + chance.choice("\u200b\u00ad\u2060\ufeff\u202e\x00\x08\u00a0\u3000") + statement[place:]
    if twist == "wide":
        return "".join(chr(ord(mark) + 0xFEE0) if "a" <= mark <= "z" and chance.random() < 0.3 else mark for mark in statement)
    if twist == "ending":
        return statement + chance.choice((";", " ;", "; --", " -- x", ";;", " /* x */"))
    return f"({statement})"


@pytest.mark.usefixtures("blind_engine")
@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("twist", TWISTS)
def test_twisted_attacks_of_the_first_list_are_refused(twist: Twist, times: int) -> None:
    chance = random.Random(f"{twist} {times}")
    tried = [(dialect, twisted(text, twist, chance)) for dialect, text in first_list() for _ in range(times)]
    assert [attack for attack in tried if refusal(attack) is None] == []


@pytest.mark.parametrize("twist", ["case", "newlines", "comments"])
def test_twisted_attacks_of_the_second_list_are_refused(twist: Twist) -> None:
    chance = random.Random(twist)
    # A line comment swallows what a newline used to end, and the case of a quoted text is part of it.
    tried: list[Attack] = [("duckdb", twisted(text, twist, chance)) for _, text in second_list() if "--" not in text and "*/" not in text]
    assert [attack for attack in tried if refusal(attack) is None] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_refusals_tell_nothing_about_the_inside(dialect: Dialect) -> None:
    texts = [str(refused) for _, statement in [*first_list(), *second_list()] if (refused := refusal((dialect, statement)))]
    assert len(texts) > 500
    assert [text for text in texts if TELLTALES.search(text)] == []


def test_every_refusal_says_what_to_do() -> None:
    refused = [refused for attack in [*first_list(), *second_list()] if (refused := refusal(attack))]
    assert [one for one in refused if not one.what or not (one.allowed or one.remedy or one.code == "function")] == []


LABELS = ", ".join(f"a{n} + a{n} AS a{n + 1}" for n in range(60))
SLOW = {
    "ten thousand brackets": "SELECT " + "(" * 10_000 + "1" + ")" * 10_000,
    "three hundred brackets": "SELECT " + "(" * 300 + "1" + ")" * 300,
    "a megabyte": "SELECT '" + "x" * 1_000_000 + "'",
    "a megabyte of Vietnamese": "SELECT '" + "ế" * 350_000 + "'",
    "NUL bytes": "SELECT 1\x00\x00\x00; DROP TABLE orders",
    "five thousand items": "SELECT 1 FROM orders WHERE order_id IN (" + ", ".join(["1"] * 5000) + ")",
    "two thousand items": "SELECT 1 FROM orders WHERE order_id IN (" + ",".join(["1"] * 2000) + ")",
    "twenty thousand terms": "SELECT " + " + ".join(["1"] * 20_000),
    "a thousand terms": "SELECT " + "+".join(["1"] * 1000),
    "a thousand minus signs": "SELECT " + "- " * 1000 + "1",
    "a thousand nots": "SELECT " + "NOT " * 900 + "true",
    "labels that double": f"SELECT shipping_fee AS a0, {LABELS} FROM orders",
    "stars that double": "SELECT " + ", ".join(["*"] * 900) + " FROM orders",
    "cases in cases": "SELECT " + "CASE WHEN " * 300 + "1" + " THEN 1 END" * 200,
    "half a surrogate": "SELECT '\ud800'",
    "only brackets": "((((((((((",
    "nothing": "",
    "a semicolon": ";",
    "a comment": "-- SELECT 1",
}


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("name", SLOW)
def test_texts_made_to_be_slow_are_refused_at_once(name: str) -> None:
    assert refusal(("duckdb", "SELECT 1 FROM nowhere")) is not None
    start = time.process_time()  # of this process only: how busy the machine is says nothing about the guard
    refused = refusal(("duckdb", SLOW[name]))
    assert refused is not None
    assert time.process_time() - start < 0.1


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("depth", [5, 15, 25, 39])
@pytest.mark.parametrize(
    ("opening", "core", "closing"),
    [
        ("(", "1", ")"),
        ("abs(", "1", ")"),
        ("CASE WHEN true THEN (", "1", ") END"),
        ("(SELECT ", "1", ")"),
        ("EXISTS (SELECT 1 WHERE ", "true", ")"),
        ("1 IN (SELECT ", "1", ")"),
        ("[", "1", "]"),
        ("{'a': ", "1", "}"),
        ("(x, y", "1", ")"),
        ("x -> ", "1", ""),
        ("1 BETWEEN (", "1", ") AND 2"),
        ("substring(", "'a'", " FROM 1 FOR 2)"),
        ("INTERVAL (", "1", ") DAY"),
        ("sum(", "1", ") OVER ()"),
        ("CAST(", "1", " AS INTEGER)"),
        ("NOT ", "true", ""),
    ],
)
def test_nesting_costs_no_time(opening: str, core: str, closing: str, depth: int) -> None:
    guard("SELECT 1")
    start = time.process_time()
    refusal(("duckdb", f"SELECT {opening * depth}{core}{closing * depth} AS x FROM orders"))
    assert time.process_time() - start < 0.5
