"""The OpenAPI document: what the routes say, with every error as the problem document it is."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE
from api.schemas import Problem

_REF = "#/components/schemas/{model}"
_METHODS = ("get", "post", "patch", "put", "delete")
_NOT_OURS = ("HTTPValidationError", "ValidationError")
_PROBLEM = {"description": "A problem document", "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description="Ask about orders and stock.", routes=app.routes)
        _add_problems(document)
        document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{}, {"key": []}]  # the key, where one is set
        app.openapi_schema = document
    return app.openapi_schema


def _add_problems(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for method in (name for name in _METHODS if name in item):
            responses = item[method]["responses"]
            for status in [status for status in responses if status.startswith(("4", "5"))]:
                del responses[status]
            responses["default"] = _PROBLEM
    schemas = document["components"]["schemas"]
    for name in _NOT_OURS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
