"""What visitors did in the web shop: sessions that end in an order, and the many more that do not."""

from __future__ import annotations

import numpy as np

from ingestion.demo import sink
from ingestion.demo.arrays import Ints, Picker
from ingestion.demo.books import Books
from ingestion.demo.ids import scattered
from ingestion.demo.journal import Rows
from ingestion.demo.shopping import DEVICES_A_CUSTOMER, HOURS
from ingestion.demo.wishes import CHANNEL
from ingestion.demo.world import World
from ingestion.schema import WEB_EVENTS

EVENT = {name: code for code, name in enumerate(WEB_EVENTS)}
ANONYMOUS_DEVICES = 1_000_000_000  # device numbers from here belong to nobody we know
VISITS_A_BROWSER = 2.2  # how often a stranger's browser comes back
KNOWN_SHARE = 0.3
ADD_CHANCE = 0.13
REMOVE_CHANCE = 0.3
WANDER_CHANCE = 0.55
DROP_CHANCE = 0.12


class Web:
    """Writes the web events of each month."""

    def __init__(self, world: World, books: Books) -> None:
        self._world, self._books = world, books
        self._random = world.seeds.topic("browsing")
        self._hours = Picker(np.array([HOURS["web"]], dtype=float))
        self._sessions, self._events = 0, 0
        people = np.flatnonzero(~world.customers.is_business[: world.customers.named])
        self._people = people[people < world.customers.named - len(world.customers.mules)]

    def write(self, first_day: int, last_day: int, orders: Rows | None, lines: Rows | None) -> None:
        """All sessions of the days from `first_day` to `last_day`."""
        parts = [self._visits(day) for day in range(first_day, last_day + 1)]
        if orders is not None and lines is not None:
            parts.append(self._purchases(orders, lines))
        events = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        # A purchase may be decided after midnight of a visit begun before the data: the visit is then cut at their start.
        events["second"] = np.maximum(events["second"], self._world.calendar.start_second)
        self._write(events)

    def _purchases(self, orders: Rows, lines: Rows) -> Rows:
        """Sessions that end in an order: every product is looked at, put into the cart and bought, with some wandering about."""
        random = self._random
        online = np.isin(orders["channel"], (CHANNEL["web"], CHANNEL["app"]))
        row = np.searchsorted(orders["number"], lines["order"])
        kept = np.flatnonzero(online[row])
        row, product = row[kept], lines["product"][kept]
        session = self._session_numbers(row)
        bought = orders["second"][row]
        length = random.integers(240, 1_500, len(orders["second"]))[row]
        seen_at = bought - length + np.floor(length * 0.7 * random.random(len(row))).astype(np.int64)
        added_at = seen_at + 5 + np.floor((bought - seen_at - 10) * 0.8 * random.random(len(row))).astype(np.int64)
        wander = np.flatnonzero(random.random(len(row)) < WANDER_CHANCE)
        dropped = wander[random.random(len(wander)) < DROP_CHANCE]
        other = self._anything(bought)
        wander_at = bought - np.floor(length * random.uniform(0.5, 1.0, len(row))).astype(np.int64)
        dropped_at = bought - np.floor(length * random.uniform(0.2, 0.4, len(row))).astype(np.int64)
        pieces = [
            ("view", row, session, seen_at, product),
            ("addtocart", row, session, added_at, product),
            ("transaction", row, session, bought, product),
            ("view", row[wander], session[wander], wander_at[wander], other[wander]),
            ("addtocart", row[dropped], session[dropped], dropped_at[dropped], other[dropped]),
            ("removefromcart", row[dropped], session[dropped], dropped_at[dropped] + 45, other[dropped]),
        ]
        return _stack([self._piece(orders, *piece) for piece in pieces])

    def _piece(self, orders: Rows, event: str, row: Ints, session: Ints, second: Ints, product: Ints) -> Rows:
        return {
            "second": second,
            "device": orders["device"][row],
            "session": session,
            "customer": orders["customer"][row],
            "event": np.full(len(row), EVENT[event]),
            "product": product,
            "order": orders["number"][row] if event == "transaction" else np.full(len(row), -1),
        }

    def _session_numbers(self, row: Ints) -> Ints:
        """A new session for each order, in their order."""
        _, position = np.unique(row, return_inverse=True)
        session = self._sessions + 1 + position
        self._sessions += int(position.max()) + 1 if len(position) else 0
        return session

    def _anything(self, second: Ints) -> Ints:
        """Any product, by how much it was wanted on the first of those days."""
        world = self._world
        if not len(second):
            return np.empty(0, dtype=np.int64)
        day = int(world.calendar.day_of(second).min())
        picker = Picker((world.products.want * np.sqrt(world.appeal[day]))[None, :])
        return picker.pick(np.zeros(len(second), dtype=np.int64), self._random.random(len(second)))

    def _visits(self, day: int) -> Rows:
        """Sessions of one day without an order."""
        world, random = self._world, self._random
        visits = int(random.poisson(world.scale.visits_a_day * world.calendar.consumer_mood[day] ** 0.6))
        device, customer = self._visitors(day, visits)
        views = np.minimum(random.geometric(0.52, visits), 12)
        visit = np.repeat(np.arange(visits), views)
        picker = Picker((world.products.want * np.sqrt(world.appeal[day]))[None, :])
        product = picker.pick(np.zeros(len(visit), dtype=np.int64), random.random(len(visit)))
        hour = self._hours.pick(np.zeros(visits, dtype=np.int64), random.random(visits))
        start = world.calendar.second(np.full(visits, day), hour * 3_600 + random.integers(0, 2_400, visits))
        step = np.arange(len(visit)) - (np.cumsum(views) - views)[visit]
        seen_at = start[visit] + step * 75 + random.integers(0, 40, len(visit))
        added = np.flatnonzero(random.random(len(visit)) < ADD_CHANCE)
        removed = added[random.random(len(added)) < REMOVE_CHANCE]
        session = self._sessions + 1 + visit
        self._sessions += visits
        rows, seconds, events = _events_of(len(visit), seen_at, added, removed)
        return {
            "second": seconds,
            "device": device[visit[rows]],
            "session": session[rows],
            "customer": customer[visit[rows]],
            "event": events,
            "product": product[rows],
            "order": np.full(len(rows), -1),
        }

    def _visitors(self, day: int, visits: int) -> tuple[Ints, Ints]:
        """Whose browser it is, and who is signed in; -1 for nobody."""
        world, random = self._world, self._random
        known = random.random(visits) < KNOWN_SHARE
        who = self._people[random.integers(0, len(self._people), visits)]
        known &= world.customers.signed_up[who] <= day
        strangers = int(world.scale.visits_a_day * 0.7 * world.calendar.days / VISITS_A_BROWSER) + 1
        # A browser is seen during some weeks only: strangers come in a window that moves with the days.
        window = max(1, strangers // 8)
        offset = int((strangers - window) * day / world.calendar.days)
        stranger = ANONYMOUS_DEVICES + offset + random.integers(0, window, visits)
        signed_in = known & (random.random(visits) < 0.7)
        return np.where(known, who * DEVICES_A_CUSTOMER, stranger), np.where(signed_in, who, -1)

    def _write(self, events: Rows) -> None:
        order = np.lexsort((events["event"], events["session"], events["second"]))
        rows = {name: column[order] for name, column in events.items()}
        count = len(rows["second"])
        if not count:
            return
        number = self._events + 1 + np.arange(count)
        self._events += count
        self._books.sink.write(
            "web_events",
            event_id=sink.numbered("E", 8, number),
            occurred_at=sink.moments(rows["second"]),
            visitor_id=sink.numbered("V", 10, scattered(rows["device"], 1_013)),
            session_id=sink.numbered("W", 10, scattered(rows["session"], 31)),
            customer_id=sink.labels(rows["customer"], self._books.customers),
            event=sink.labels(rows["event"], WEB_EVENTS),
            product_id=sink.labels(rows["product"], self._books.products),
            order_id=sink.where(rows["order"] > 0, sink.numbered("SO", 7, np.maximum(rows["order"], 0))),
        )


def _events_of(views: int, seen_at: Ints, added: Ints, removed: Ints) -> tuple[Ints, Ints, Ints]:
    """View positions, times and kinds of the events of visits: every view, some put into the cart, some taken out again."""
    rows = np.r_[np.arange(views), added, removed]
    seconds = np.r_[seen_at, seen_at[added] + 20, seen_at[removed] + 55]
    kinds = np.repeat([EVENT["view"], EVENT["addtocart"], EVENT["removefromcart"]], [views, len(added), len(removed)])
    return rows, seconds, kinds


def _stack(parts: list[Rows]) -> Rows:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
