"""The tables tell one story: stock moves with orders, receipts with purchase orders, prices with promotions."""

from __future__ import annotations

import pytest

from tests.ingestion.demo.building import Built

LOCAL = "INTERVAL 7 HOUR"

# Each query finds the rows that would contradict the story; there must be none.
CONTRADICTIONS = {
    "net amount is quantity x price x (1 - discount)": """
        SELECT * FROM order_lines WHERE net_amount <> round(quantity::DECIMAL(38,3) * unit_price * (1 - discount_rate), 2)""",
    "discount comes from a promotion that covers product and day": f"""
        SELECT l.order_id FROM order_lines l JOIN orders o USING (order_id) JOIN products p USING (product_id)
        LEFT JOIN promotions r ON r.promotion_id = l.promotion_id
        WHERE (l.discount_rate > 0) <> (l.promotion_id IS NOT NULL)
           OR (r.promotion_id IS NOT NULL AND (r.discount_rate <> l.discount_rate
               OR CAST(o.ordered_at + {LOCAL} AS DATE) NOT BETWEEN r.starts_on AND r.ends_on
               OR coalesce(r.product_id, l.product_id) <> l.product_id OR r.category <> p.category))""",
    "a promotion in force is granted": f"""
        SELECT l.order_id FROM order_lines l JOIN orders o USING (order_id) JOIN products p USING (product_id)
        JOIN promotions r ON CAST(o.ordered_at + {LOCAL} AS DATE) BETWEEN r.starts_on AND r.ends_on
            AND (r.product_id = l.product_id OR (r.product_id IS NULL AND r.category = p.category))
        WHERE l.discount_rate < r.discount_rate""",
    "unit price follows the price history, but for the mistyped ones": f"""
        SELECT l.order_id FROM order_lines l JOIN orders o USING (order_id)
        ASOF JOIN price_history h ON h.product_id = l.product_id AND CAST(o.ordered_at + {LOCAL} AS DATE) >= h.valid_from
        LEFT JOIN truth.mistyped_prices m ON m.order_id = l.order_id AND m.line_no = l.line_no
        WHERE coalesce(m.true_price, l.unit_price) <> h.list_price
           OR (m.true_price IS NOT NULL AND l.unit_price NOT IN (m.true_price * 10, m.true_price / 10))""",
    "every line finds a price": f"""
        SELECT l.order_id FROM order_lines l JOIN orders o USING (order_id) WHERE NOT EXISTS (
            SELECT 1 FROM price_history h WHERE h.product_id = l.product_id AND h.valid_from <= CAST(o.ordered_at + {LOCAL} AS DATE))""",
    "list price is the last of the history": """
        SELECT p.product_id FROM products p JOIN (
            SELECT product_id, arg_max(list_price, valid_from) AS last FROM price_history GROUP BY ALL) h USING (product_id)
        WHERE p.list_price <> h.last""",
    "products are sold between launch and end": f"""
        SELECT l.order_id FROM order_lines l JOIN orders o USING (order_id) JOIN products p USING (product_id)
        WHERE CAST(o.ordered_at + {LOCAL} AS DATE) NOT BETWEEN p.launched_on AND coalesce(p.discontinued_on, DATE '2100-01-01')""",
    "customers order after they signed up": f"""
        SELECT order_id FROM orders JOIN customers USING (customer_id) WHERE CAST(ordered_at + {LOCAL} AS DATE) < signed_up_on""",
    "orders have lines": "SELECT order_id FROM orders WHERE order_id NOT IN (SELECT order_id FROM order_lines)",
    "line numbers run from one": """
        SELECT order_id FROM order_lines GROUP BY order_id HAVING min(line_no) <> 1 OR max(line_no) <> count(*)""",
    "a product stands once in an order": "SELECT order_id FROM order_lines GROUP BY order_id, product_id HAVING count(*) > 1",
    "status fits the shipment": """
        SELECT o.order_id FROM orders o LEFT JOIN shipments s USING (order_id)
        WHERE (o.status = 'delivered') <> (s.delivered_at IS NOT NULL)
           OR (o.status IN ('shipped', 'delivered')) <> (s.order_id IS NOT NULL)""",
    "an order is shipped once": "SELECT order_id FROM shipments GROUP BY order_id HAVING count(*) > 1",
    "cancelled orders say when": "SELECT order_id FROM orders WHERE (status = 'cancelled') <> (cancelled_at IS NOT NULL)",
    "time runs forward": """
        SELECT o.order_id FROM orders o LEFT JOIN shipments s USING (order_id)
        WHERE s.shipped_at < o.ordered_at OR s.delivered_at < s.shipped_at OR o.cancelled_at < o.ordered_at
           OR o.promised_on < CAST(o.ordered_at + INTERVAL 7 HOUR AS DATE) OR s.promised_on <> o.promised_on""",
    "what left is what was shipped": """
        (SELECT o.order_id, l.product_id, o.location_id, -l.quantity FROM orders o JOIN order_lines l USING (order_id)
            JOIN shipments USING (order_id))
        EXCEPT (SELECT reference_id, product_id, location_id, quantity FROM stock_movements WHERE kind = 'sale')""",
    "nothing left without a shipment": """
        (SELECT reference_id, product_id, location_id, moved_at, quantity FROM stock_movements WHERE kind = 'sale')
        EXCEPT (SELECT o.order_id, l.product_id, o.location_id, s.shipped_at, -l.quantity FROM orders o
            JOIN order_lines l USING (order_id) JOIN shipments s USING (order_id))""",
    "receipts are what came less what was refused": """
        (SELECT l.po_id, l.product_id, p.location_id, l.received_at, l.received_quantity - l.rejected_quantity
            FROM purchase_order_lines l JOIN purchase_orders p USING (po_id)
            WHERE l.received_at IS NOT NULL AND l.received_quantity > l.rejected_quantity)
        EXCEPT (SELECT reference_id, product_id, location_id, moved_at, quantity FROM stock_movements WHERE kind = 'receipt')""",
    "nothing is received that was not ordered": """
        (SELECT reference_id, product_id, location_id, moved_at, quantity FROM stock_movements WHERE kind = 'receipt')
        EXCEPT (SELECT l.po_id, l.product_id, p.location_id, l.received_at, l.received_quantity - l.rejected_quantity
            FROM purchase_order_lines l JOIN purchase_orders p USING (po_id))""",
    "purchase status fits its lines": """
        SELECT p.po_id FROM purchase_orders p JOIN (
            SELECT po_id, count(*) AS lines, count(received_at) AS came FROM purchase_order_lines GROUP BY ALL) l USING (po_id)
        WHERE p.status <> CASE WHEN p.status = 'cancelled' AND came = 0 THEN 'cancelled' WHEN came = 0 THEN 'open'
            WHEN came < lines THEN 'partial' ELSE 'received' END""",
    "purchase orders have lines": "SELECT po_id FROM purchase_orders WHERE po_id NOT IN (SELECT po_id FROM purchase_order_lines)",
    "what is not received has no quantity": """
        SELECT po_id FROM purchase_order_lines WHERE received_at IS NULL AND (received_quantity > 0 OR rejected_quantity > 0)
           OR received_quantity > quantity OR rejected_quantity > received_quantity""",
    "goods are bought from their supplier, in whole packs": """
        SELECT l.po_id FROM purchase_order_lines l JOIN purchase_orders o USING (po_id) JOIN products p USING (product_id)
        WHERE p.supplier_id <> o.supplier_id OR l.quantity % p.pack_size <> 0 OR l.quantity < p.min_order_qty""",
    "goods come after they were ordered": """
        SELECT l.po_id FROM purchase_order_lines l JOIN purchase_orders o USING (po_id) WHERE l.received_at < o.ordered_at""",
    "returns follow a delivered line": """
        SELECT r.return_id FROM returns r LEFT JOIN order_lines l USING (order_id, line_no) LEFT JOIN shipments s USING (order_id)
        WHERE l.product_id IS DISTINCT FROM r.product_id OR r.quantity > l.quantity OR r.refund_amount > l.net_amount
           OR s.delivered_at IS NULL OR r.returned_at < s.delivered_at""",
    "returns come back to the shelf": """
        (SELECT r.order_id, r.product_id, o.location_id, r.returned_at, r.quantity FROM returns r JOIN orders o USING (order_id))
        EXCEPT (SELECT reference_id, product_id, location_id, moved_at, quantity FROM stock_movements WHERE kind = 'return')""",
    "transfers balance": """
        SELECT reference_id, product_id FROM stock_movements WHERE kind IN ('transfer_in', 'transfer_out')
        GROUP BY ALL HAVING sum(quantity) <> 0 OR count(DISTINCT location_id) <> 2""",
    "signs fit the kind of movement": """
        SELECT movement_id FROM stock_movements WHERE quantity = 0 OR (kind IN ('sale', 'transfer_out', 'damage') AND quantity > 0)
           OR (kind IN ('receipt', 'return', 'transfer_in') AND quantity < 0)""",
    "reviews are by those who bought it and had it": """
        SELECT v.review_id FROM reviews v LEFT JOIN orders o USING (order_id) LEFT JOIN shipments s USING (order_id)
        LEFT JOIN order_lines l ON l.order_id = v.order_id AND l.product_id = v.product_id
        WHERE o.customer_id IS DISTINCT FROM v.customer_id OR l.order_id IS NULL OR s.delivered_at IS NULL
           OR v.reviewed_at < s.delivered_at""",
    "web transactions are lines of web orders of that customer": """
        SELECT e.event_id FROM web_events e LEFT JOIN orders o USING (order_id)
        LEFT JOIN order_lines l ON l.order_id = e.order_id AND l.product_id = e.product_id
        WHERE e.event = 'transaction' AND (o.channel NOT IN ('web', 'app') OR o.customer_id IS DISTINCT FROM e.customer_id
            OR l.order_id IS NULL OR e.occurred_at <> o.ordered_at) OR (e.event <> 'transaction' AND e.order_id IS NOT NULL)""",
    "web orders leave a trace": """
        (SELECT order_id, product_id FROM order_lines JOIN orders USING (order_id) WHERE channel IN ('web', 'app'))
        EXCEPT (SELECT order_id, product_id FROM web_events WHERE event = 'transaction')""",
    "web orders name their device": """
        SELECT order_id FROM orders WHERE (device_id IS NOT NULL) <> (channel IN ('web', 'app'))""",
    "a session is one visitor's": "SELECT session_id FROM web_events GROUP BY ALL HAVING count(DISTINCT visitor_id) > 1",
    "only businesses order b2b": """
        SELECT order_id FROM orders JOIN customers USING (customer_id) WHERE channel = 'b2b' AND kind <> 'business'""",
    "locations hold no more than they can": """
        SELECT as_of FROM stock_levels JOIN locations USING (location_id) GROUP BY as_of, location_id, capacity_units
        HAVING sum(on_hand) > capacity_units""",
}


@pytest.mark.parametrize("promise", CONTRADICTIONS)
def test_story_has_no_contradiction(company: Built, promise: str) -> None:
    assert company.rows(f"SELECT * FROM ({CONTRADICTIONS[promise]}) LIMIT 3") == []


def test_movements_explain_stock_levels(company: Built) -> None:
    """Level of the day before (none: nothing on the shelf) plus the day's movements is the level of the day, everywhere."""
    wrong = company.rows(f"""
        WITH moved AS (SELECT CAST(moved_at + {LOCAL} AS DATE) AS as_of, location_id, product_id, sum(quantity) AS units
                       FROM stock_movements GROUP BY ALL),
        both_days AS (SELECT coalesce(l.as_of, y.as_of + 1, m.as_of) AS as_of, coalesce(l.on_hand, 0) AS closing,
                             coalesce(y.on_hand, 0) AS opening, coalesce(m.units, 0) AS units
            FROM stock_levels l
            FULL JOIN (SELECT * FROM stock_levels WHERE as_of < DATE '2026-10-31') y
                ON y.as_of + 1 = l.as_of AND y.location_id = l.location_id AND y.product_id = l.product_id
            FULL JOIN moved m ON m.as_of = coalesce(l.as_of, y.as_of + 1) AND m.location_id = coalesce(l.location_id, y.location_id)
                AND m.product_id = coalesce(l.product_id, y.product_id))
        SELECT * FROM both_days WHERE as_of > (SELECT min(as_of) FROM stock_levels) AND opening + units <> closing LIMIT 3""")
    assert wrong == []
    assert company.value("SELECT count(*) FROM stock_movements") > 1_000


def test_stock_never_runs_below_zero_within_a_day(company: Built) -> None:
    opening = f"""
        SELECT l.location_id, l.product_id, on_hand - coalesce(sum(quantity), 0) AS units FROM stock_levels l
        LEFT JOIN stock_movements m ON m.location_id = l.location_id AND m.product_id = l.product_id
            AND CAST(m.moved_at + {LOCAL} AS DATE) = l.as_of
        WHERE l.as_of = (SELECT min(as_of) FROM stock_levels) GROUP BY l.location_id, l.product_id, on_hand"""
    lowest = company.value(f"""
        SELECT min(coalesce(o.units, 0) + running) FROM (
            SELECT location_id, product_id, sum(quantity) OVER cell AS running FROM stock_movements
            WINDOW cell AS (PARTITION BY location_id, product_id ORDER BY moved_at, movement_id))
        LEFT JOIN ({opening}) o USING (location_id, product_id)""")
    assert lowest >= 0


def test_allocated_is_what_open_orders_wait_for(company: Built) -> None:
    wrong = company.rows("""
        WITH waiting AS (SELECT o.location_id, l.product_id, sum(l.quantity) AS units FROM orders o JOIN order_lines l USING (order_id)
                         WHERE status IN ('pending', 'paid') GROUP BY ALL)
        SELECT * FROM (SELECT * FROM stock_levels WHERE as_of = DATE '2026-10-31') s
        FULL JOIN waiting w USING (location_id, product_id) WHERE coalesce(s.allocated, 0) <> coalesce(w.units, 0)""")
    assert wrong == []
    assert company.value("SELECT count(*) FROM orders WHERE status IN ('pending', 'paid')") > 0


def test_on_order_is_what_suppliers_owe(company: Built) -> None:
    wrong = company.rows("""
        WITH owed AS (SELECT o.location_id, l.product_id, sum(l.quantity) AS units FROM purchase_orders o
                      JOIN purchase_order_lines l USING (po_id) WHERE status IN ('open', 'partial') AND received_at IS NULL GROUP BY ALL)
        SELECT * FROM (SELECT * FROM stock_levels WHERE as_of = DATE '2026-10-31') s
        JOIN owed w USING (location_id, product_id) WHERE s.on_order <> w.units""")
    assert wrong == []


def test_on_hand_covers_what_is_allocated(company: Built) -> None:
    assert company.value("SELECT count(*) FROM stock_levels WHERE allocated > on_hand") == 0


def test_sold_never_exceeds_what_was_asked(company: Built) -> None:
    """Substitutes may sell more of one product than was asked for, never more of all of them."""
    sold, asked = company.value("SELECT sum(quantity) FROM order_lines"), company.value("SELECT sum(units) FROM truth.true_demand")
    assert 0.8 * asked < float(sold) < asked


def test_last_order_is_on_the_business_date(company: Built) -> None:
    assert str(company.value(f"SELECT CAST(max(ordered_at + {LOCAL}) AS DATE) FROM orders")) == "2026-10-31"
