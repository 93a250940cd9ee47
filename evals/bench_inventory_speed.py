"""How long forecasts of all products and a reorder list of a company take: the first time, and when everything was read before."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingestion.warehouse import Warehouse
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.forecasting.foreseen import current_model, outlook_of
from tools.query.served import serve_snapshot


def print_speed(console: Console, home: Path) -> None:
    """Processor seconds and seconds by the clock of each act, in the order a working day has them."""
    table = Table("act", "processor s", "clock s", title="A company's forecasts and orders")
    for name, (processor, clock) in time_acts(home).items():
        table.add_row(name, f"{processor:.2f}", f"{clock:.2f}")
    console.print(table)


def time_acts(home: Path) -> dict[str, tuple[float, float]]:
    """What each act took; forecasts of all products only where a trained model serves."""
    context = ToolContext(serve_snapshot(Warehouse(home).snapshot()))
    found, model = {}, current_model(context)
    if not isinstance(model, str):
        found["forecasts of all products"] = _timed(lambda: outlook_of(context, model))

    def advise(**arguments: object) -> None:
        call(ToolCall("reorder_advice", arguments), context, TOOLS)

    found["reorder list, the first time"] = _timed(advise)
    found["reorder list again"] = _timed(advise)
    found["reorder list at another service level"] = _timed(lambda: advise(service_level=0.97))
    found["reorder list of one place"] = _timed(lambda: advise(location=str(context.served.source.fetch(_PLACE, {})[0][0])))
    return found


_PLACE = "SELECT location_id FROM purchase_orders GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    processor, clock = time.process_time(), time.perf_counter()
    act()
    return time.process_time() - processor, time.perf_counter() - clock
