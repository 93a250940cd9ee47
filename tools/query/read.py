"""A query written as data (YAML, JSON, a planner's or a model's output) becomes a typed query, or one BadInput."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Union, cast

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tools.errors import BadInput, nearest_words
from tools.query.catalog import OPERATORS
from tools.query.contract import Filter, Query


def read_query(payload: object) -> Query:
    """The typed query in `payload`; the first thing wrong is named with what was allowed and what is nearest."""
    if not isinstance(payload, Mapping):
        raise BadInput("query", payload, allowed="a mapping with kind and its fields")
    try:
        return _adapter().validate_python(payload)
    except ValidationError as error:
        raise _bad_input(_telling(error.errors()), payload) from error


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Query]:
    kinds: Any = Union.__getitem__(tuple(operator.query for operator in OPERATORS))
    return cast(TypeAdapter[Query], TypeAdapter(Annotated[kinds, Field(discriminator="kind")]))


def _telling(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The error that helps most: of the two shapes of a condition the one that was meant, an unknown field before the one it stands for."""
    nested = {error["loc"][:-2] for error in errors if error["type"] == "extra_forbidden" and error["loc"][-1] == "any_of"}
    meant = [error for error in errors if not _other_shape(error["loc"], nested)]
    return next((error for error in meant if error["type"] == "extra_forbidden"), meant[0])


def _other_shape(place: tuple[int | str, ...], nested: set[tuple[int | str, ...]]) -> bool:
    """Whether an error comes from reading `{any_of: ...}` as a plain filter, or a plain filter as that."""
    shapes = [(place[:step], name) for step, name in enumerate(place) if _is_shape(name)]
    return any((name == "AnyOf") is not (before in nested) for before, name in shapes)


def _is_shape(step: int | str) -> bool:
    """The labels pydantic puts into a path for the members of a union."""
    return step == "AnyOf" or str(step).startswith("function-after[")


def _bad_input(error: ErrorDetails, payload: Mapping[str, object]) -> BadInput:
    path = [str(step) for step in error["loc"][1:] if not _is_shape(step)]  # the first step is the kind
    value = error["input"]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _bad_tag(error, path)
    if error["type"] == "extra_forbidden":
        allowed = _fields_of(payload) if len(path) == 1 else list(Filter.model_fields) if "where" in path or "any_of" in path[:-1] else ()
        return BadInput(".".join(path), value, allowed, nearest_words(path[-1], allowed), why="there is no such field")
    if error["type"] == "literal_error":
        allowed = _listed(str(error.get("ctx", {}).get("expected", "")))
        return BadInput(".".join(path), value, allowed, nearest_words(str(value), allowed))
    if error["type"] == "missing":
        return BadInput(".".join(path), None, allowed="a value", why="this field is required")
    return BadInput(".".join(path) or "query", value, why=error["msg"])


def _bad_tag(error: ErrorDetails, path: list[str]) -> BadInput:
    """An unknown kind, of query or of a part of it."""
    context = error.get("ctx", {})
    allowed = _listed(str(context.get("expected_tags", ""))) or (_kinds() if not path else [])
    tag = context.get("tag")
    return BadInput(".".join([*path, "kind"]), tag, allowed, nearest_words(str(tag or ""), allowed) if tag else ())


def _kinds() -> list[str]:
    return [operator.kind for operator in OPERATORS]


def _fields_of(payload: Mapping[str, object]) -> Sequence[str]:
    return next((list(operator.query.model_fields) for operator in OPERATORS if operator.kind == payload.get("kind")), [])


def _listed(text: str) -> list[str]:
    """The words pydantic quotes in "'a', 'b' or 'c'"."""
    return [word.strip(" '") for word in text.replace(" or ", ",").split(",") if word.strip(" '")]
