"""The world outside: what competitors ask and where the markets stand. All of it is invented."""

from __future__ import annotations

import numpy as np

from ingestion.demo import sink
from ingestion.demo.arrays import Floats, Ints
from ingestion.demo.books import Books
from ingestion.demo.prices import SQUEEZE_SINCE
from ingestion.demo.world import World

COMPETITORS = ("Chợ Xanh Online", "Siêu Thị Mới", "Bách Hóa Thành Phố")
COMPETITOR_LEVEL = np.array([0.97, 1.03, 1.00])
WATCHED_SHARE = 0.22

# Daily series: name, unit, value on the first day, yearly drift, daily noise.
DAILY = (
    ("usd_vnd", "VND per USD", 25_300.0, 0.025, 0.0012),
    ("brent_oil", "USD per barrel", 73.0, -0.02, 0.016),
    ("robusta_coffee", "USD per tonne", 4_300.0, 0.02, 0.011),
    ("rice_5pct_broken", "USD per tonne", 520.0, -0.05, 0.006),
)
# Monthly series: name, unit, value in the first month, change a month, noise.
MONTHLY = (
    ("cpi", "index, first month = 100", 100.0, 0.28, 0.18),
    ("retail_sales_index", "index, first month = 100", 100.0, 0.75, 1.1),
    ("consumer_confidence", "index", 98.0, 0.05, 1.4),
)


def write_market(world: World, books: Books) -> None:
    """Writes market indicators and competitors' prices."""
    _write_indicators(world, books)
    _write_competitors(world, books)


def _write_indicators(world: World, books: Books) -> None:
    random = world.seeds.topic("market")
    calendar = world.calendar
    firsts = np.flatnonzero(np.array([day.day == 1 for day in calendar.dates[: calendar.days]]))
    for name, unit, start, drift, noise in DAILY:
        path = start * np.exp(np.cumsum(random.normal(drift / 365, noise, calendar.days)))
        if name == "robusta_coffee":
            since = (SQUEEZE_SINCE - calendar.first_day).days - 25  # beans get dearer before the roasters do
            path = path * np.exp(np.interp(np.arange(calendar.days), [since, since + 70], [0.0, 0.42]))
        _write_series(books, name, unit, calendar.epoch_days[: calendar.days], np.round(path, 2))
    for name, unit, start, step, noise in MONTHLY:
        path = start + np.cumsum(random.normal(step, noise, len(firsts))) - step
        _write_series(books, name, unit, calendar.epoch_days[firsts], np.round(path, 2))


def _write_series(books: Books, name: str, unit: str, days: Ints, values: Floats) -> None:
    same = np.zeros(len(days), dtype=np.int64)
    books.sink.write(
        "market_indicators",
        indicator=sink.labels(same, [name]),
        observed_on=sink.days(days),
        value=sink.numbers(values),
        unit=sink.labels(same, [unit]),
        source=sink.labels(same, ["synthetic"]),
    )


def _write_competitors(world: World, books: Books) -> None:
    """Every Monday somebody looks up part of the range in the other shops."""
    random, goods, calendar = world.seeds.topic("competitors"), world.products, world.calendar
    watched = np.sort(np.argsort(-goods.want, kind="stable")[: max(10, int(goods.count * WATCHED_SHARE))])
    mondays = np.flatnonzero(calendar.weekday[: calendar.days] == 0)
    level = COMPETITOR_LEVEL[:, None] * np.exp(random.normal(0, 0.05, (len(COMPETITORS), len(watched))))
    drift = np.cumsum(random.normal(0, 0.008, (len(mondays), len(COMPETITORS), len(watched))), axis=0)
    base = world.prices.listed[np.maximum(mondays - 7, 0)][:, None, watched]  # they follow a week later
    sale = np.where(random.random(drift.shape) < 0.06, 0.88, 1.0)
    price = base * level * np.exp(np.clip(drift, -0.15, 0.15)) * sale
    seen = (random.random(drift.shape) < 0.8) & (goods.launched[watched] <= mondays[:, None, None])
    seen &= goods.discontinued[watched] >= mondays[:, None, None]
    week, competitor, product = np.nonzero(seen)
    books.sink.write(
        "competitor_prices",
        product_id=sink.labels(watched[product], books.products),
        competitor=sink.labels(competitor, COMPETITORS),
        observed_on=sink.days(calendar.epoch_days[mondays[week]]),
        price=sink.numbers((np.round(price[seen] / 500) * 500).astype(np.int64)),
    )
