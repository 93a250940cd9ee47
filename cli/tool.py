"""`./oiis tool`: run one tool by hand, the same way agents and the API run it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import fail, say, table

if TYPE_CHECKING:
    from knowledge.search import Searcher


def run_tool(
    name: Annotated[str | None, typer.Argument(help="Tool to run; lists them when left out")] = None,
    arguments: Annotated[str, typer.Argument(help="Its arguments as JSON or YAML")] = "{}",
    schema: Annotated[bool, typer.Option(help="Show what the tool takes instead of running it")] = False,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as it would have been on this day")] = None,
) -> None:
    """Run a tool and print its findings as JSON: facts, evidence, tables."""
    import yaml

    from cli.query import served
    from tools.call import call, find
    from tools.catalog import TOOLS
    from tools.contract import LOCAL, ToolCall, ToolContext
    from tools.errors import BadInput, ToolError

    if name is None:
        table(("tool", "what it does"), [(each.name, each.description.splitlines()[0]) for each in TOOLS])
        return
    try:
        if schema:
            say(json.dumps(find(name, TOOLS).schema(), indent=1))
            return
        given = yaml.safe_load(arguments)
        if not isinstance(given, dict):
            raise BadInput("arguments", arguments[:80], "an object, for example {metrics: [revenue]}")
        context = ToolContext(served(as_of.date() if as_of else None), LOCAL, documents=_searcher())
        say(call(ToolCall(name, given), context, TOOLS).model_dump_json(indent=1))
    except (ToolError, yaml.YAMLError) as error:
        fail(error, 10)


def _searcher() -> Searcher:
    from api.documents import Documents
    from settings import read_settings

    return Documents(read_settings()).searcher
