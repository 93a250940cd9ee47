"""The company's stock as arrays, read once a snapshot, day and scope: products, shelves, daily sales, deliveries, lead times."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tools.contract import ToolContext
from tools.facts import QueryEvidence
from tools.inventory.reading import Read, Reader
from tools.query.source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ml.contract import Floats
    from ml.inventory.demand import History
    from ml.inventory.lead_times import LeadTimes
    from ml.inventory.orders import Shelves
    from ml.inventory.risk import Delivery

HISTORY_DAYS = 210
KEPT = 4  # stock books kept of each source: as_of and scope change seldom


@dataclass(frozen=True)
class Goods:
    """Products, in the order of their ids."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    life_days: Floats
    place: dict[str, int]


@dataclass(frozen=True)
class Places:
    """Locations that buy, and which others each of them feeds."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    feeder: dict[str, str]  # location -> where its goods come from; itself when it buys
    capacity: Floats  # NaN when unknown


@dataclass(frozen=True)
class Suppliers:
    """Suppliers, in the order of their lead times."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    leads: LeadTimes
    least_value: Floats

    def ordered(self, ids: Sequence[str]) -> Suppliers:
        """The same suppliers in another order; one that is not among them has no lead time."""
        import numpy as np

        from ml.inventory.lead_times import POINTS, LeadTimes

        at = {each: place for place, each in enumerate(self.ids)}
        place = np.array([at.get(each, -1) for each in ids], dtype=np.int64)
        days = np.concatenate([self.leads.days, np.full((1, POINTS), np.nan)])[place]
        basis, receipts = (*self.leads.basis, "none"), (*self.leads.receipts, 0)
        leads = LeadTimes(days, tuple(basis[each] for each in place), tuple(receipts[each] for each in place))
        return Suppliers(tuple(ids), tuple((*self.names, "")[each] for each in place), leads, np.append(self.least_value, np.nan)[place])


@dataclass(frozen=True)
class Books:
    """Everything a plan needs. A row is a product at a place that buys it."""

    goods: Goods
    places: Places
    suppliers: Suppliers
    product: NDArray[np.int64]
    location: NDArray[np.int64]
    shelves: Shelves
    history: History
    since_sale: Floats  # days; infinite when never within the history
    deliveries: tuple[Delivery, ...]
    next_due: Floats  # days until the next delivery is expected; NaN without one
    stock_read: Read
    notes: tuple[str, ...]
    whole: NDArray[np.bool_]  # sold in pieces

    def product_id(self, row: int) -> str:
        return self.goods.ids[int(self.product[row])]

    def product_name(self, row: int) -> str:
        return self.goods.names[int(self.product[row])]

    def location_name(self, row: int) -> str:
        return self.places.names[int(self.location[row])]

    def supplier_name(self, row: int) -> str | None:
        place = int(self.shelves.supplier[row])
        return self.suppliers.names[place] if place >= 0 else None

    def evidence(self, context: ToolContext) -> QueryEvidence:
        """The statement that read the stock."""
        return Reader(context).evidence(self.stock_read, "stock")


_Key = tuple[object, ...]
_shelf: WeakKeyDictionary[Source, dict[_Key, object]] = WeakKeyDictionary()
_lock = threading.Lock()


def remembered(context: ToolContext, key: _Key) -> object | None:
    """What was worked out before on the same data by the same rights, if it is still kept."""
    with _lock:
        return _shelf.get(context.served.source, {}).get((*_rights(context), *key))


def remember(context: ToolContext, key: _Key, value: object) -> None:
    """Keeps something worked out; the oldest of its kind goes when there are too many."""
    with _lock:
        mine = _shelf.setdefault(context.served.source, {})
        same = [each for each in mine if each[_RIGHTS] == key[0]]
        for each in same[: max(0, len(same) - KEPT + 1)]:
            del mine[each]
        mine[(*_rights(context), *key)] = value


_RIGHTS = 4


def _rights(context: ToolContext) -> _Key:
    asked = context.served.context
    return asked.as_of, asked.timezone, asked.locations, asked.provinces


def open_books(context: ToolContext, what: str) -> Books:
    """The books of the caller's warehouse; `what` names the answer in a refusal."""
    found = remembered(context, ("books",))
    if isinstance(found, Books):
        return found
    from tools.inventory.opening import read_books

    books = read_books(Reader(context), what)
    remember(context, ("books",), books)
    return books
