"""What was planted is there, can be found by looking closely, and cannot be read off an id."""

from __future__ import annotations

from tests.ingestion.demo.building import Built


def test_frauds_are_orders_of_the_warehouse(tiny: Built) -> None:
    assert tiny.value("SELECT count(*) FROM truth.planted_frauds") >= 5
    assert tiny.rows("SELECT order_id FROM truth.planted_frauds EXCEPT SELECT order_id FROM orders") == []
    assert {kind for (kind,) in tiny.rows("SELECT DISTINCT kind FROM truth.planted_frauds")} == {"device_burst", "account_takeover"}


def test_fraud_bursts_share_a_device_no_honest_order_uses(demo: Built) -> None:
    mixed = demo.rows("""
        SELECT device_id FROM orders LEFT JOIN truth.planted_frauds f USING (order_id) WHERE device_id IS NOT NULL
        GROUP BY 1 HAVING count(f.order_id) > 0 AND count(f.order_id) < count(*)""")
    assert mixed == []
    accounts = demo.rows("""
        SELECT count(DISTINCT customer_id) FROM orders JOIN truth.planted_frauds USING (order_id)
        WHERE kind = 'device_burst' GROUP BY device_id""")
    assert max(count for (count,) in accounts) >= 3


def test_frauds_are_worth_more_than_other_web_orders(demo: Built) -> None:
    fraud, honest = demo.rows("""
        WITH worth AS (SELECT order_id, sum(net_amount) AS net FROM order_lines GROUP BY 1)
        SELECT median(net) FILTER (f.order_id IS NOT NULL), median(net) FILTER (f.order_id IS NULL)
        FROM orders JOIN worth USING (order_id) JOIN customers c USING (customer_id) LEFT JOIN truth.planted_frauds f USING (order_id)
        WHERE channel IN ('web', 'app') AND c.kind = 'consumer'""")[0]
    assert fraud > 3 * honest


def test_fraud_accounts_do_not_stand_together(demo: Built) -> None:
    """Customers are numbered as they signed up, so a fraud account sits among honest ones."""
    numbers = [
        number
        for (number,) in demo.rows("""
            SELECT DISTINCT substr(customer_id, 2)::INT FROM orders JOIN truth.planted_frauds USING (order_id)
            WHERE kind = 'device_burst' ORDER BY 1""")
    ]
    assert numbers[-1] - numbers[0] > 2 * len(numbers)
    assert (
        demo.value(
            "SELECT count(*) FROM (SELECT signed_up_on < lag(signed_up_on) OVER (ORDER BY customer_id) AS back FROM customers) WHERE back"
        )
        == 0
    )


def test_thefts_are_count_adjustments_at_one_location(demo: Built) -> None:
    rows = demo.rows("""
        SELECT m.kind, m.location_id = t.location_id, m.product_id = t.product_id, m.quantity = -t.units, t.location_id
        FROM truth.planted_thefts t LEFT JOIN stock_movements m USING (movement_id)""")
    assert len(rows) >= 10
    assert {row[:4] for row in rows} == {("count_adjustment", True, True, True)}
    assert len({row[4] for row in rows}) == 1


def test_stolen_goods_show_as_shrinkage(demo: Built) -> None:
    """The thief's location loses the most value over the last half year, and the stolen products lead there."""
    by_place = demo.rows("""
        SELECT location_id, -sum(quantity * unit_cost) AS lost FROM stock_movements JOIN products USING (product_id)
        WHERE stock_movements.kind = 'count_adjustment' AND moved_at >= TIMESTAMP '2026-04-20' GROUP BY 1 ORDER BY lost DESC""")
    assert by_place[0][0] == demo.value("SELECT any_value(location_id) FROM truth.planted_thefts")
    assert by_place[0][1] > 2 * abs(by_place[1][1])


def test_mistyped_prices_are_off_by_ten(demo: Built) -> None:
    ratios = demo.rows("SELECT DISTINCT unit_price / true_price FROM truth.mistyped_prices JOIN order_lines USING (order_id, line_no)")
    assert {float(ratio) for (ratio,) in ratios} == {10.0, 0.1}
    assert 15 < demo.value("SELECT count(*) FROM truth.mistyped_prices") < 100


def test_mistyped_prices_of_tiny_exist(tiny: Built) -> None:
    assert tiny.value("SELECT count(*) FROM truth.mistyped_prices") > 0


def test_truth_covers_the_range(tiny: Built) -> None:
    products = tiny.value("SELECT count(*) FROM products")
    assert tiny.value("SELECT count(*) FROM truth.elasticities WHERE elasticity < 0") == products
    assert tiny.value("SELECT count(*) FROM truth.promotion_uplift WHERE uplift > 1") == tiny.value("SELECT count(*) FROM promotions")
    assert tiny.value("SELECT count(*) FROM truth.customer_segments") == tiny.value("SELECT count(*) FROM customers")


def test_no_device_or_visitor_number_tells_its_owner(tiny: Built) -> None:
    """Devices in the order of customers are in no order themselves."""
    agreement = tiny.value("""
        SELECT corr(substr(customer_id, 2)::INT, substr(device_id, 2)::BIGINT) FROM (
            SELECT DISTINCT customer_id, device_id FROM orders WHERE device_id IS NOT NULL AND customer_id IS NOT NULL)""")
    assert abs(agreement) < 0.35


def test_no_session_number_tells_who_bought(tiny: Built) -> None:
    bought, looked = tiny.rows("""
        WITH visits AS (SELECT substr(session_id, 2)::BIGINT AS number, bool_or(event = 'transaction') AS bought FROM web_events GROUP BY 1)
        SELECT avg(number) FILTER (bought), avg(number) FILTER (NOT bought) FROM visits""")[0]
    assert abs(bought / looked - 1) < 0.12
