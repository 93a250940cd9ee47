"""How a plan was read, as tokens a person sees and edits."""

from __future__ import annotations

from collections.abc import Iterator

from agents.language.figures import Json
from agents.plan import Token


def reading_of(calls: tuple[tuple[str, Json], ...]) -> tuple[Token, ...]:
    """Operation, metrics, grouping, filters, period and limits, each once."""
    found = [token for tool, arguments in calls for token in _tokens(tool, arguments)]
    return tuple(dict.fromkeys(found))


def _tokens(tool: str, arguments: Json) -> Iterator[Token]:
    yield Token(kind="operator", text=tool.replace("_", " "), value=tool)
    for name in ("metrics", "metric"):
        yield from (Token(kind="metric", text=metric.replace("_", " "), value=metric) for metric in _texts(arguments.get(name)))
    for name in ("by", "within", "entity", "of", "grain"):
        yield from (Token(kind="grouping", text=by.replace("_", " "), value=by) for by in _texts(arguments.get(name)))
    for name in ("where", "left", "right"):
        yield from (_filter(each) for each in _objects(arguments.get(name)))
    for name in ("period", "compare"):
        if isinstance(period := arguments.get(name), dict):
            yield Token(kind="period" if name == "period" else "comparison", text=_words(period))
    for name in ("at_least", "more_than"):
        if isinstance(line := arguments.get(name), float | int):
            said = f"{line:.0%}" if arguments.get("relative") else f"{line:,.0f}"
            yield Token(kind="filter", text=f"change {name.replace('_', ' ')} {said}")
    if isinstance(limit := arguments.get("n"), int):
        yield Token(kind="limit", text=str(limit), value=limit)


def _filter(each: Json) -> Token:
    values = ", ".join(_texts(each.get("values")))
    return Token(kind="filter", text=f"{str(each.get('dimension')).replace('_', ' ')} {each.get('op')} {values}")


def _words(period: Json) -> str:
    return " ".join(str(value).replace("_", " ") for name, value in period.items() if not (name == "kind" and len(period) > 1))


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


def _objects(found: object) -> list[Json]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list | tuple) else []
