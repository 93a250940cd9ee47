"""The days of the company, one after the other: deliveries come, customers ask, orders leave, the buyer buys."""

from __future__ import annotations

from ingestion.demo.books import Books
from ingestion.demo.browsing import Web
from ingestion.demo.frauds import fraud_wishes
from ingestion.demo.levels import Levels
from ingestion.demo.opinions import write_reviews
from ingestion.demo.purchasing import Buyer
from ingestion.demo.seasons import SECONDS_A_DAY
from ingestion.demo.selling import Desk
from ingestion.demo.shopping import Shoppers
from ingestion.demo.stock import Stock, serve
from ingestion.demo.truth import Truth
from ingestion.demo.warehousing import Floor
from ingestion.demo.wishes import Wishes, join
from ingestion.demo.world import World
from ingestion.progress import Progress


class Simulation:
    """Runs the company through all its days and writes each month when it is over."""

    def __init__(self, world: World, books: Books, truth: Truth) -> None:
        self._world, self._books, self._truth = world, books, truth
        self._stock = Stock(world.products, world.kept)
        self._shoppers = Shoppers(world.customers, world.products, world.kept, world.calendar, world.seeds)
        self._buyer = Buyer(world, self._stock, books)
        self._floor = Floor(world, self._stock, books)
        self._desk = Desk(world, self._stock, books)
        self._levels = Levels(world, self._stock, books)
        self._web = Web(world, books)
        self._serving = world.seeds.topic("serving")
        self._month_start = 0

    def run(self, progress: Progress) -> None:
        """All days, in order."""
        calendar = self._world.calendar
        self._buyer.open_stock()
        for day in range(calendar.days):
            self._live(day)
            if calendar.month_ends[day] or day == calendar.days - 1:
                self._close_month(day)
                progress(f"demo company: {calendar.dates[day]:%Y-%m}", (day + 1) / calendar.days)

    def _live(self, day: int) -> None:
        self._stock.open_day(day)
        mean_sales = self._buyer.mean_sales(day)
        self._floor.feed_shop(day, mean_sales)
        accepted = self._sell(day)
        self._buyer.note_sales(day, self._stock.cell(accepted.location[accepted.order], accepted.product), accepted.units)
        self._buyer.buy(day)
        self._floor.help_out(day, mean_sales)
        self._floor.throw_out(day, mean_sales)
        self._floor.break_some(day)
        self._floor.count(day)
        self._levels.close_day(day)

    def _sell(self, day: int) -> Wishes:
        wanted = self._world.appeal[day]
        wishes = self._shoppers.wishes(day, wanted)
        frauds = fraud_wishes(self._world, day)
        if frauds is not None:
            wishes = join(wishes, frauds)
        self._truth.note_demand(day, wishes, self._stock)
        accepted = serve(wishes, self._stock, wanted, self._serving)
        self._desk.sell(day, accepted)
        return accepted

    def _close_month(self, day: int) -> None:
        """Writes what is settled: everything dated before the day after `day`."""
        before = self._world.calendar.start_second + (day + 1) * SECONDS_A_DAY
        orders, lines = self._books.write(before)
        self._web.write(self._month_start, day, orders, lines)
        write_reviews(self._books, self._books.reviews.take(before))
        self._levels.write()
        self._truth.write_month()
        self._month_start = day + 1
