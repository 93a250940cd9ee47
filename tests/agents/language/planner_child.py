"""Plans the questions it is given on the warehouse it is given, in a process of its own, and writes the plans down."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ingestion.warehouse import Warehouse
from tests.agents.language.planner_stage import Planner
from tools.query.served import serve_snapshot


def main(home: str, questions: str) -> None:
    """One plan a line, in the order of the questions."""
    planner = Planner(serve_snapshot(Warehouse(Path(home)).snapshot()))
    for question in json.loads(questions):
        sys.stdout.write(planner.plan(question).model_dump_json() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
