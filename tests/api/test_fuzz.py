"""Whatever the OpenAPI document allows, and a good deal that it does not, gets a reply that is documented and no fault of ours."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.api.stage import RANKING, Live, ask, open_thread

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def fuzz(stage: Live, examples: int) -> int:
    """Ask `examples` times at every operation and in both modes, every second time about things that exist; how often that was."""
    asked = 0
    with stage.client() as client:
        run = ask(client, RANKING)
        real = {"thread_id": run["thread_id"], "run_id": run["id"], "answer_id": run["answer"]["answer_id"], "name": "ranking"}
        schema = schemathesis.openapi.from_url(f"{stage.address}/openapi.json")
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            for mode in MODES:
                asked += fuzz_operation(stage, found.ok(), mode, examples, real)
        assert open_thread(client)
    return asked


def fuzz_operation(stage: Live, operation: Any, mode: Any, examples: int, real: dict[str, str]) -> int:
    asked = 0
    turns = cycle((True, False))

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def each(case: Any) -> None:
        nonlocal asked
        if next(turns):
            case.path_parameters = {name: real.get(name, value) for name, value in (case.path_parameters or {}).items()}
        if operation.method == "delete" and "thread" in operation.path:
            case.path_parameters = {"thread_id": "0" * 32}  # the thread is needed by the others
        if isinstance(case.query, dict):
            case.query.pop("wait", None)
        asked += 1
        response = case.call(base_url=stage.address, timeout=30)
        case.validate_response(response, checks=CHECKS)

    try:
        each()
    except Unsatisfiable:
        assert mode is schemathesis.GenerationMode.NEGATIVE, operation.label  # it takes nothing, so nothing can be wrong with it
    return asked


def test_no_request_breaks_the_server(stage: Live) -> None:
    assert fuzz(stage, 3) >= 80


@pytest.mark.slow
def test_ten_thousand_requests_do_not_break_the_server(stage: Live) -> None:
    assert fuzz(stage, 500) >= 10_000
