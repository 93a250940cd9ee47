"""The rows that do not move: suppliers, products, customers, locations, offers and list prices."""

from __future__ import annotations

import numpy as np

from ingestion.demo import sink
from ingestion.demo.assortment import ALWAYS, Products
from ingestion.demo.books import Books
from ingestion.demo.ids import customer_numbers, location_ids, promotion_ids, supplier_ids
from ingestion.demo.locations import LOCATIONS
from ingestion.demo.loyalty import tiers
from ingestion.demo.people import plain
from ingestion.demo.places import provinces
from ingestion.demo.profiles import make_profiles
from ingestion.demo.segments import segments
from ingestion.demo.world import World


def write_masters(world: World, books: Books) -> None:
    """Writes everything known before the first day, as it stands on the last."""
    _write_suppliers(world, books)
    _write_products(world, books)
    _write_customers(world, books)
    _write_locations(world, books)
    _write_promotions(world, books)
    _write_price_history(world, books)


def _write_suppliers(world: World, books: Books) -> None:
    rows = world.products.suppliers
    books.sink.write(
        "suppliers",
        supplier_id=sink.texts(supplier_ids(len(rows))),
        name=sink.texts([row.name for row in rows]),
        country=sink.texts([row.country for row in rows]),
        contract_lead_time_days=sink.numbers(np.array([row.contract_lead_time_days for row in rows])),
        payment_terms_days=sink.numbers(np.array([row.payment_terms_days for row in rows])),
        min_order_value=sink.numbers(np.array([row.min_order_value for row in rows])),
        email=sink.texts([f"orders@{plain(row.manufacturer).replace(' ', '-')}.example" for row in rows]),
    )


def _write_products(world: World, books: Books) -> None:
    goods, epoch = world.products, int(world.calendar.epoch_days[0])
    families = [goods.families[index] for index in goods.family]
    suppliers = [goods.suppliers[index] for index in goods.supplier]
    ended = goods.discontinued < ALWAYS
    books.sink.write(
        "products",
        product_id=sink.texts(books.products),
        sku=sink.texts(_skus(goods)),
        name=sink.texts([article.name for article in goods.articles]),
        description=sink.texts(_descriptions(goods)),
        category=sink.texts([family.category for family in families]),
        subcategory=sink.texts([family.subcategory for family in families]),
        family=sink.texts([family.name for family in families]),
        series=sink.texts([article.series for article in goods.articles]),
        manufacturer=sink.texts([supplier.manufacturer for supplier in suppliers]),
        supplier_id=sink.labels(goods.supplier, supplier_ids(len(goods.suppliers))),
        unit_cost=sink.numbers(world.prices.cost[-1]),
        list_price=sink.numbers(world.prices.listed[-1]),
        pack_size=sink.numbers(goods.pack_size),
        min_order_qty=sink.numbers(goods.min_order_qty),
        weight_kg=sink.numbers(goods.weight_kg),
        shelf_life_days=sink.numbers(np.nan_to_num(goods.shelf_life_days).astype(np.int64), np.isnan(goods.shelf_life_days)),
        launched_on=sink.days(goods.launched + epoch),
        discontinued_on=sink.days(np.where(ended, goods.discontinued, 0) + epoch, ~ended),
    )


def _skus(goods: Products) -> list[str]:
    """Letters of the family and maker, then a running number."""
    return [
        f"{_initials(goods.families[article.family].name)}-{_initials(goods.suppliers[article.supplier].manufacturer)}-{number:04d}"
        for number, article in enumerate(goods.articles, start=1)
    ]


def _initials(name: str) -> str:
    words = plain(name).upper().split()
    return words[0][:3] if len(words) == 1 else "".join(word[0] for word in words)


def _descriptions(goods: Products) -> list[str]:
    lines = []
    for article in goods.articles:
        family, supplier = goods.families[article.family], goods.suppliers[article.supplier]
        keeps = f" Hạn dùng {family.shelf_life_days} ngày." if family.shelf_life_days else ""
        lines.append(
            f"{family.noun} loại {article.variant}, {article.size_label}, dòng {article.series} của {supplier.manufacturer}.{keeps}"
        )
    return lines


def _write_customers(world: World, books: Books) -> None:
    people, epoch = world.customers, int(world.calendar.epoch_days[0])
    profiles, tier = make_profiles(people, customer_numbers(people), world.seeds), tiers(people.worth[: people.named])
    rows = np.argsort(customer_numbers(people))
    consents = world.seeds.topic("consents").random(people.named) < 0.62
    books.sink.write(
        "customers",
        customer_id=sink.texts([books.customers[row] for row in rows]),
        name=sink.texts([profiles[row].name for row in rows]),
        kind=sink.labels(people.segment[rows], [segment.kind for segment in segments()]),
        tier=sink.texts([tier[row] for row in rows]),
        email=sink.texts([profiles[row].email for row in rows]),
        phone=sink.texts([profiles[row].phone for row in rows]),
        province=sink.labels(people.province[rows], [province.name for province in provinces()]),
        district=sink.texts([profiles[row].district for row in rows]),
        settlement=sink.texts([profiles[row].settlement for row in rows]),
        area_kind=sink.labels(people.urban[rows].astype(np.int64), ["rural", "urban"]),
        latitude=sink.numbers(people.latitude[rows]),
        longitude=sink.numbers(people.longitude[rows]),
        signed_up_on=sink.days(people.signed_up[rows] + epoch),
        marketing_consent=sink.numbers(consents[rows]),
    )


def _write_locations(world: World, books: Books) -> None:
    growth = max(1.0, world.scale.customers / 1_500)
    books.sink.write(
        "locations",
        location_id=sink.texts(location_ids()),
        name=sink.texts([place.name for place in LOCATIONS]),
        kind=sink.texts([place.kind for place in LOCATIONS]),
        province=sink.texts([place.province for place in LOCATIONS]),
        latitude=sink.numbers(np.array([place.latitude for place in LOCATIONS])),
        longitude=sink.numbers(np.array([place.longitude for place in LOCATIONS])),
        capacity_units=sink.numbers(np.array([round(place.capacity_units * growth) for place in LOCATIONS])),
    )


def _write_promotions(world: World, books: Books) -> None:
    offers, epoch = world.promotions.offers, int(world.calendar.epoch_days[0])
    books.sink.write(
        "promotions",
        promotion_id=sink.texts(promotion_ids(len(offers))),
        name=sink.texts([offer.name for offer in offers]),
        product_id=sink.labels(np.array([-1 if offer.product is None else offer.product for offer in offers]), books.products),
        category=sink.texts([offer.category for offer in offers]),
        starts_on=sink.days(np.array([offer.first for offer in offers]) + epoch),
        ends_on=sink.days(np.array([offer.last for offer in offers]) + epoch),
        discount_rate=sink.numbers(np.array([offer.percent for offer in offers]) / 100),
    )


def _write_price_history(world: World, books: Books) -> None:
    changes, epoch = world.prices.changes, int(world.calendar.epoch_days[0])
    books.sink.write(
        "price_history",
        product_id=sink.labels(np.array([change.product for change in changes]), books.products),
        valid_from=sink.days(np.array([change.day for change in changes]) + epoch),
        list_price=sink.numbers(np.array([change.price for change in changes])),
    )
