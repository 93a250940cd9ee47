"""What the demo company is meant to teach can be found in its tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.ingestion.demo.building import Built

SALES = """
    (SELECT o.order_id, o.customer_id, o.location_id, o.channel, CAST(o.ordered_at + INTERVAL 7 HOUR AS DATE) AS day,
            l.product_id, l.quantity::DOUBLE AS units, l.net_amount::DOUBLE AS net, l.unit_cost::DOUBLE * l.quantity AS cost,
            l.discount_rate
     FROM orders o JOIN order_lines l USING (order_id) WHERE o.status <> 'cancelled')"""


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ("products", 500, 500),
        ("customers", 1_500, 1_500),
        ("suppliers", 30, 30),
        ("locations", 4, 4),
        ("order_lines", 135_000, 165_000),
        ("web_events", 350_000, 470_000),
    ],
)
def test_demo_is_as_big_as_promised(demo: Built, table: str, low: int, high: int) -> None:
    assert low <= demo.value(f"SELECT count(*) FROM {table}") <= high


def test_promotions_lift_sales_and_leave_a_hole(demo: Built) -> None:
    during, before, after = _promotion_rates(demo)
    assert 1.3 * before < during < 2.6 * before
    assert after < 0.92 * before


def _promotion_rates(demo: Built) -> tuple[float, float, float]:
    """Units a day during, in the four weeks before and in the week after the product offers, summed over offers."""
    row = demo.rows(f"""
        WITH each AS (
            SELECT promotion_id,
                   coalesce(sum(units) FILTER (day BETWEEN starts_on AND ends_on), 0) / any_value(ends_on - starts_on + 1) AS during,
                   coalesce(sum(units) FILTER (day BETWEEN starts_on - 28 AND starts_on - 1), 0) / 28 AS earlier,
                   coalesce(sum(units) FILTER (day BETWEEN ends_on + 1 AND ends_on + 7), 0) / 7 AS later
            FROM {SALES} s JOIN promotions p ON p.product_id = s.product_id AND day BETWEEN starts_on - 28 AND ends_on + 7
            WHERE starts_on > DATE '2024-12-01' AND ends_on < DATE '2026-10-20' GROUP BY ALL)
        SELECT sum(during), sum(earlier), sum(later) FROM each""")[0]
    return float(row[0]), float(row[1]), float(row[2])


def test_price_elasticity_can_be_recovered(demo: Built) -> None:
    """Units five weeks after a price step against five weeks before: the slope is near the mean of the true ones."""
    steps = demo.connection.execute(f"""
        WITH step AS (SELECT product_id, valid_from, list_price,
                             lag(list_price) OVER (PARTITION BY product_id ORDER BY valid_from) AS price_before FROM price_history)
        SELECT ln(step.list_price / step.price_before) AS price, ln(sum(units) FILTER (day >= valid_from)
               / sum(units) FILTER (day < valid_from)) AS sold, count(*) AS lines, any_value(e.elasticity) AS truth
        FROM step JOIN {SALES} s ON s.product_id = step.product_id AND day BETWEEN valid_from - 35 AND valid_from + 34
        JOIN truth.elasticities e ON e.product_id = step.product_id
        WHERE price_before IS NOT NULL AND discount_rate = 0 AND valid_from BETWEEN DATE '2024-12-10' AND DATE '2026-09-20'
        GROUP BY step.product_id, valid_from, step.list_price, price_before
        HAVING count(*) FILTER (day >= valid_from) >= 3 AND count(*) FILTER (day < valid_from) >= 3""").df()
    slope = np.polyfit(steps["price"], steps["sold"], 1, w=np.sqrt(steps["lines"]))[0]
    true_mean = np.average(steps["truth"], weights=steps["lines"])
    assert true_mean < -1
    assert slope == pytest.approx(true_mean, abs=0.6)


def test_weeks_have_a_shape(demo: Built) -> None:
    by_weekday = dict(demo.rows(f"SELECT isodow(day), count(DISTINCT order_id) FROM {SALES} WHERE channel = 'b2b' GROUP BY 1"))
    assert by_weekday[1] > by_weekday[3] > 3 * by_weekday[7]
    shop = dict(demo.rows(f"SELECT isodow(day), count(DISTINCT order_id) FROM {SALES} WHERE channel = 'store' GROUP BY 1"))
    assert shop[6] > shop[2]


def test_hours_have_a_shape(demo: Built) -> None:
    hours = dict(demo.rows("SELECT hour(ordered_at + INTERVAL 7 HOUR), count(*) FROM orders WHERE channel IN ('web', 'app') GROUP BY 1"))
    assert hours[20] > 5 * hours[3]
    assert (
        demo.value("SELECT count(*) FROM orders WHERE channel = 'store' AND hour(ordered_at + INTERVAL 7 HOUR) NOT BETWEEN 9 AND 20") == 0
    )


@pytest.mark.parametrize("tet", ["2025-01-29", "2026-02-17"])
def test_tet_builds_up_then_stops_sales(demo: Built, tet: str) -> None:
    before, holiday, normal = demo.rows(f"""
        SELECT sum(net) FILTER (day BETWEEN DATE '{tet}' - 25 AND DATE '{tet}' - 5) / 21,
               sum(net) FILTER (day BETWEEN DATE '{tet}' - 1 AND DATE '{tet}' + 4) / 6,
               sum(net) FILTER (day BETWEEN DATE '{tet}' + 25 AND DATE '{tet}' + 59) / 35 FROM {SALES}""")[0]
    assert before > 1.15 * normal
    assert holiday < 0.2 * normal


def test_sales_grow(demo: Built) -> None:
    first, second = demo.rows(f"""
        SELECT sum(net) FILTER (day BETWEEN DATE '2025-03-01' AND DATE '2025-09-30'),
               sum(net) FILTER (day BETWEEN DATE '2026-03-01' AND DATE '2026-09-30') FROM {SALES}""")[0]
    assert 1.05 * first < second < 1.6 * first


def test_customers_keep_their_own_rhythm(demo: Built) -> None:
    """Gaps between purchases of the same product by the same customer are far more regular than chance (variation 1)."""
    bought = demo.connection.execute(f"SELECT DISTINCT customer_id, product_id, day FROM {SALES} WHERE customer_id IS NOT NULL").df()
    bought["day"] = pd.to_datetime(bought["day"])
    bought = bought.sort_values(["customer_id", "product_id", "day"])
    gaps = bought.groupby(["customer_id", "product_id"])["day"].diff().dt.days
    shape = gaps.groupby([bought["customer_id"], bought["product_id"]]).agg(["count", "mean", "std"])
    often = shape[shape["count"] >= 6]
    assert len(often) > 1_000
    assert float((often["std"] / often["mean"]).median()) < 0.7


def test_companions_are_bought_together(demo: Built) -> None:
    lifts = demo.rows(f"""
        WITH baskets AS (SELECT DISTINCT order_id, family FROM {SALES} JOIN products USING (product_id)),
             share AS (SELECT family, count(*) / (SELECT count(DISTINCT order_id) FROM baskets) AS part, count(*) AS orders
                       FROM baskets GROUP BY family)
        SELECT c.family, c.companion, count(*) / any_value(base.orders) / any_value(other.part) FROM truth.co_purchases c
        JOIN baskets x ON x.family = c.family JOIN baskets y ON y.order_id = x.order_id AND y.family = c.companion
        JOIN share base ON base.family = c.family JOIN share other ON other.family = c.companion
        WHERE c.probability >= 0.14 GROUP BY ALL""")
    assert len(lifts) >= 10
    assert min(lift for *_, lift in lifts) > 1.3


def test_stock_outs_censor_demand(demo: Built) -> None:
    """On days that end without stock less is sold than was asked for; on other days nearly all is."""
    dry, stocked = demo.rows(f"""
        WITH sold AS (SELECT day, location_id, product_id, sum(units) AS units FROM {SALES} GROUP BY ALL)
        SELECT sum(coalesce(sold.units, 0)) FILTER (on_hand = 0) / sum(t.units) FILTER (on_hand = 0),
               sum(coalesce(sold.units, 0)) FILTER (on_hand > 50) / sum(t.units) FILTER (on_hand > 50)
        FROM truth.true_demand t JOIN stock_levels s ON s.as_of = t.day AND s.location_id = t.location_id AND s.product_id = t.product_id
        LEFT JOIN sold ON sold.day = t.day AND sold.location_id = t.location_id AND sold.product_id = t.product_id""")[0]
    assert dry < 0.6
    assert stocked > 0.85


def test_the_failing_supplier_stands_out(demo: Built) -> None:
    worst = demo.rows("""
        WITH lines AS (SELECT o.supplier_id, o.ordered_at, l.*, date_diff('hour', o.ordered_at, l.received_at) / 24 AS days
                       FROM purchase_orders o JOIN purchase_order_lines l USING (po_id) WHERE l.received_at IS NOT NULL)
        SELECT supplier_id,
               avg(days) FILTER (ordered_at >= TIMESTAMP '2026-07-01')
               / avg(days) FILTER (ordered_at < TIMESTAMP '2026-07-01') AS slower,
               sum(rejected_quantity) FILTER (ordered_at >= TIMESTAMP '2026-07-01')
               / sum(received_quantity) FILTER (ordered_at >= TIMESTAMP '2026-07-01') AS refused
        FROM lines GROUP BY ALL ORDER BY slower DESC""")
    supplier, slower, refused = worst[0]
    assert (supplier,) == demo.rows("SELECT supplier_id FROM truth.failing_supplier")[0]
    assert slower > 1.5 and refused > 0.05
    assert worst[1][1] < 1.3


def test_coffee_margin_falls_because_cost_rose(demo: Built) -> None:
    margins = {
        category: (before, after)
        for category, before, after in demo.rows(f"""
            SELECT category, 1 - sum(cost) FILTER (day BETWEEN DATE '2026-04-01' AND DATE '2026-06-30')
                     / sum(net) FILTER (day BETWEEN DATE '2026-04-01' AND DATE '2026-06-30'),
                   1 - sum(cost) FILTER (day >= DATE '2026-08-01') / sum(net) FILTER (day >= DATE '2026-08-01')
            FROM {SALES} JOIN products USING (product_id) GROUP BY 1""")
    }
    falls = {category: before - after for category, (before, after) in margins.items()}
    assert max(falls, key=lambda category: falls[category]) == demo.value("SELECT category FROM truth.margin_squeeze")
    assert falls["Coffee & Tea"] > 0.07
    robusta = demo.rows("""
        SELECT avg(value) FILTER (observed_on BETWEEN DATE '2026-03-01' AND DATE '2026-05-31'),
               avg(value) FILTER (observed_on >= DATE '2026-09-01')
        FROM market_indicators WHERE indicator = 'robusta_coffee'""")[0]
    assert robusta[1] > 1.2 * robusta[0]


def test_the_growing_province_grows_fastest(demo: Built) -> None:
    """Among provinces with enough orders to tell."""
    growth = demo.rows(f"""
        SELECT province, count(DISTINCT order_id) FILTER (day >= DATE '2026-08-01') AS late,
               count(DISTINCT order_id) FILTER (day BETWEEN DATE '2025-08-01' AND DATE '2025-10-31') AS early
        FROM {SALES} JOIN customers USING (customer_id) GROUP BY 1 HAVING late >= 60 ORDER BY late / early DESC""")
    assert growth[0][0] == demo.value("SELECT province FROM truth.growing_province")
    assert growth[0][1] > 1.5 * growth[0][2]


def test_dead_stock_lies_and_does_not_sell(demo: Built) -> None:
    dead = demo.rows(f"""
        SELECT d.product_id, (SELECT sum(on_hand) FROM stock_levels s WHERE s.product_id = d.product_id AND as_of = DATE '2026-10-31'),
               (SELECT coalesce(sum(units), 0) FROM {SALES} s WHERE s.product_id = d.product_id AND day > DATE '2026-08-01')
        FROM truth.dead_stock d""")
    assert len(dead) >= 5
    assert all(float(on_hand) > 4 * float(sold) for _, on_hand, sold in dead if on_hand > 20)
    assert sum(1 for _, on_hand, _ in dead if on_hand > 20) >= len(dead) // 2


def test_who_churned_stopped_buying(demo: Built) -> None:
    """But for orders placed from their account by somebody else."""
    orders = """
        SELECT count(*) FROM truth.churned c JOIN orders o USING (customer_id)
        WHERE o.order_id NOT IN (SELECT order_id FROM truth.planted_frauds)
          AND CAST(ordered_at + INTERVAL 7 HOUR AS DATE) >= churned_on
          AND (won_back_on IS NULL OR CAST(ordered_at + INTERVAL 7 HOUR AS DATE) < won_back_on)"""
    assert demo.value(orders) == 0
    assert (
        demo.value(f"SELECT count(*) FROM truth.churned WHERE won_back_on IS NOT NULL AND customer_id IN (SELECT customer_id FROM {SALES})")
        > 20
    )


def test_some_of_the_best_customers_stopped(demo: Built) -> None:
    best_gone = demo.rows(f"""
        SELECT customer_id, max(day)
        FROM (SELECT *, sum(net) OVER (PARTITION BY customer_id) AS worth FROM {SALES} WHERE customer_id IS NOT NULL)
        GROUP BY customer_id, worth QUALIFY row_number() OVER (ORDER BY worth DESC) <= 40 AND max(day) < DATE '2026-09-15'""")
    assert len(best_gone) >= 2


def test_a_carrier_slips(demo: Built) -> None:
    late = demo.rows("""
        SELECT carrier, avg((CAST(delivered_at + INTERVAL 7 HOUR AS DATE) > promised_on)::INT) FILTER (shipped_at >= s.since)
               - avg((CAST(delivered_at + INTERVAL 7 HOUR AS DATE) > promised_on)::INT) FILTER (shipped_at < s.since) AS worse
        FROM shipments, (SELECT since FROM truth.slipping_carrier) s WHERE delivered_at IS NOT NULL GROUP BY 1 ORDER BY worse DESC""")
    assert late[0][0] == demo.value("SELECT carrier FROM truth.slipping_carrier")
    assert late[0][1] > 0.05


def test_reviews_fit_quality_and_words_fit_stars(demo: Built) -> None:
    poor, good = demo.rows("""
        SELECT avg(rating) FILTER (quality < -0.2), avg(rating) FILTER (quality > 0.4)
        FROM reviews JOIN truth.product_quality USING (product_id)""")[0]
    assert good > poor + 0.7
    assert demo.value("SELECT min(rating) FROM reviews WHERE text LIKE 'Tuyệt vời%'") == 5
    assert demo.value("SELECT max(rating) FROM reviews WHERE text LIKE 'Quá tệ%'") == 1


def test_returns_follow_quality(demo: Built) -> None:
    poor, good = demo.rows("""
        SELECT avg((return_id IS NOT NULL)::INT) FILTER (quality < -0.2), avg((return_id IS NOT NULL)::INT) FILTER (quality > 0.4)
        FROM order_lines l LEFT JOIN returns r ON r.order_id = l.order_id AND r.line_no = l.line_no
        JOIN truth.product_quality q ON q.product_id = l.product_id""")[0]
    assert poor > 1.2 * good


def test_most_sessions_do_not_buy(demo: Built) -> None:
    rate = demo.value("SELECT count(DISTINCT session_id) FILTER (event = 'transaction') / count(DISTINCT session_id) FROM web_events")
    assert 0.03 < rate < 0.2


def test_new_days_have_orders_under_way(demo: Built) -> None:
    open_orders = dict(demo.rows("SELECT status, count(*) FROM orders WHERE status IN ('pending', 'paid', 'shipped') GROUP BY 1"))
    assert set(open_orders) == {"pending", "paid", "shipped"}
    oldest = demo.value("SELECT min(CAST(ordered_at + INTERVAL 7 HOUR AS DATE)) FROM orders WHERE status IN ('pending', 'paid', 'shipped')")
    assert str(oldest) > "2026-10-10"


def test_some_purchase_orders_are_open_and_some_overdue(demo: Built) -> None:
    statuses = dict(demo.rows("SELECT status, count(*) FROM purchase_orders GROUP BY 1"))
    assert all(statuses[status] > 5 for status in ("open", "partial", "cancelled"))
    assert demo.value("SELECT count(*) FROM purchase_orders WHERE status IN ('open', 'partial') AND expected_on < DATE '2026-10-31'") > 5


def test_names_are_vietnamese(demo: Built) -> None:
    for table in ("customers", "products"):
        marked = demo.value(f"SELECT avg((regexp_matches(name, '[^\\x00-\\x7F]'))::INT) FROM {table}")
        assert marked > 0.9, table
    assert demo.value("SELECT count(*) - count(DISTINCT name) FROM products") == 0
