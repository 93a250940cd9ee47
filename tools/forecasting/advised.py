"""What was sold while advised stock had to last: orders advised against the demand that came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from ml.ledger import Promise
from tools.contract import ToolContext
from tools.forecasting.happened import Came
from tools.inventory.books import HISTORY_DAYS, open_books

WHAT = "orders advised against what came"
EXPECTED_THEN = "expected_on_scored_days"


def what_was_needed(context: ToolContext, promises: Sequence[Promise]) -> Came:
    """Each advice as the forecast it stood on, up to the reorder point, with what was then sold where its goods come from.

    Sold is no more than there was: where shelves were empty more was wanted.
    """
    books = open_books(context, WHAT)
    rows = {name: row for row, name in enumerate(books.history.ids)}
    found, older, unknown = [], 0, 0
    for promise in promises:
        row = rows.get(f"{promise.subject}|{promise.location_id}")
        first = HISTORY_DAYS - 1 - (books.history.as_of - promise.starts_on).days
        if first < 0:
            older += 1
        elif row is None:
            unknown += 1
        else:
            length = (promise.ends_on - promise.starts_on).days + 1
            found.append((_as_forecast(promise), float(books.history.units[row, first : first + length].sum())))
    return Came(tuple(found), older, unknown)


def _as_forecast(promise: Promise) -> Promise:
    """What was expected of the days that are scored, and the stock that should be enough for them.

    Advice of earlier releases kept the certainty of another stretch of days, an uncertain lead time: it is not held against these.
    """
    said = json.loads(promise.detail)
    high = float(said["reorder_point"])
    if EXPECTED_THEN not in said:
        return replace(promise, value=float(said["expected_demand"]), high=high, coverage=None)
    return replace(promise, value=float(said[EXPECTED_THEN]), high=high)
