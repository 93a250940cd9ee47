"""Calls in plain words: what a conversation shows of a question that was changed rather than typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agents.language.edits.draft import Call, objects, texts
from agents.language.figures import Json
from agents.language.learnt.phrasing import phrase
from agents.plan import Language

_PLAIN = frozenset({"metric_value", "breakdown", "ranking", "trend"})
_SHOWN = ("metrics", "metric", "also", "by", "within", "entity", "grain", "n", "lowest", "where", "having", "period", "periods", "compare")
_HIDDEN = frozenset({"kind", "order", "limit"})
_OP = {"=": "", "in": "", "!=": "not ", "not_in": "not "}


def told(calls: Sequence[Call], language: Language) -> str:
    """The question these calls answer; in the words that are read back as the same where there are such words."""
    return phrase(calls, language) or "; ".join(_told(tool, arguments) for tool, arguments in calls)


def _told(tool: str, arguments: Json) -> str:
    order = [name for name in _SHOWN if name in arguments] + [name for name in arguments if name not in _SHOWN and name not in _HIDDEN]
    said = [part for name in order for part in _part(name, arguments[name]) if part]
    return " ".join([*([] if tool in _PLAIN else [f"{tool.replace('_', ' ')}:"]), *said])


def _part(name: str, value: object) -> Iterator[str]:
    if name == "lowest":
        yield "lowest"
    elif name == "n":
        yield f"top {value}"
    elif name in ("where", "having"):
        yield from (_condition(each) for each in objects(value))
    elif name in ("by", "within", "entity"):
        yield f"by {' and '.join(texts(value))}".replace("_", " ")
    elif isinstance(value, Mapping):
        said = " ".join(
            str(each) for key, each in value.items() if key != "kind" and each is not None and not isinstance(each, Mapping | bool)
        )
        yield f"against {said}".replace("_", " ") if name == "compare" else said.replace("_", " ")
    elif isinstance(value, list | tuple):
        yield " and ".join(str(each).replace("_", " ") for each in value if not isinstance(each, Mapping))
    else:
        yield f"{name.replace('_', ' ')} {value}" if name not in _SHOWN else str(value).replace("_", " ")


def _condition(each: Json) -> str:
    op = str(each.get("op", "="))
    if "metric" in each:
        return f"with {each['metric']} {op} {each.get('value')}".replace("_", " ")
    values = ", ".join(texts(each.get("values")))
    return f"for {str(each.get('dimension')).replace('_', ' ')} {_OP.get(op, op + ' ')}{values}"
