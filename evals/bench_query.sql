-- A made-up company for evals/bench_query.py: two years up to 31 October 2026, the same for the same {lines}.
-- Rows are expressions over a running number i, and hashes stand in for chance.
INSERT INTO suppliers (supplier_id, name, country)
SELECT 'S' || lpad(i::VARCHAR, 3, '0'), 'Supplier ' || i, CASE i % 3 WHEN 0 THEN 'VN' WHEN 1 THEN 'CN' ELSE 'TH' END
FROM range(60) t(i);

INSERT INTO products (product_id, sku, name, category, supplier_id, unit_cost, list_price)
SELECT 'P' || lpad(i::VARCHAR, 5, '0'), 'K' || i, 'Product ' || i, 'Category ' || i % 12, 'S' || lpad((i % 60)::VARCHAR, 3, '0'),
       8000 + i % 5000, 20000 + i % 9000
FROM range({products}) t(i);

INSERT INTO customers (customer_id, name, tier, province)
SELECT 'C' || lpad(i::VARCHAR, 8, '0'), 'Customer ' || i, 'standard', 'Province ' || i % 30
FROM range({customers}) t(i);

INSERT INTO locations (location_id, name, province)
SELECT 'L' || i, 'Store ' || i, 'Province ' || i
FROM range(8) t(i);

INSERT INTO orders (order_id, customer_id, location_id, ordered_at, status, channel, payment_method)
SELECT 'O' || lpad(i::VARCHAR, 8, '0'), 'C' || lpad((hash(i) % {customers})::VARCHAR, 8, '0'), 'L' || hash(i * 7) % 8,
       TIMESTAMP '2024-10-31 17:30:00' + to_seconds(i * 729.95 * 86400 / {orders}),
       CASE WHEN hash(i * 3) % 20 = 0 THEN 'cancelled' ELSE 'delivered' END,
       CASE hash(i * 5) % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'app' ELSE 'store' END, 'card'
FROM range({orders}) t(i);

INSERT INTO order_lines (order_id, line_no, product_id, quantity, unit_price, discount_rate, net_amount, unit_cost)
SELECT 'O' || lpad((i * 2 // 5)::VARCHAR, 8, '0'), i % 3 + 1, 'P' || lpad((hash(i) % {products})::VARCHAR, 5, '0'),
       1 + hash(i * 11) % 5, 10000 + hash(i * 13) % 90000, 0.1, (1 + hash(i * 11) % 5) * (10000 + hash(i * 13) % 90000) * 0.9, 8000
FROM range({lines}) t(i);

INSERT INTO returns (return_id, order_id, product_id, returned_at, quantity, refund_amount)
SELECT 'R' || i, 'O' || lpad((hash(i) % {orders})::VARCHAR, 8, '0'), 'P' || lpad((hash(i * 3) % {products})::VARCHAR, 5, '0'),
       TIMESTAMP '2024-11-08' + to_days((i * 720 // {returns})::INTEGER), 1, 15000
FROM range({returns}) t(i);

INSERT INTO shipments (shipment_id, order_id, carrier, shipped_at, promised_on, delivered_at, cost, damaged)
SELECT 'H' || order_id, order_id, 'Carrier ' || hash(order_id) % 3, ordered_at + INTERVAL 1 DAY, ordered_at::DATE + 4,
       ordered_at + to_hours((30 + hash(order_id) % 90)::INTEGER), 20000, hash(order_id) % 50 = 0
FROM orders WHERE ordered_at < TIMESTAMP '2026-10-26';

INSERT INTO stock_levels (as_of, location_id, product_id, on_hand, allocated, on_order)
SELECT DATE '2026-10-31' - (i // 6000)::INTEGER, 'L' || i % 4, 'P' || lpad((i // 4 % 1500)::VARCHAR, 5, '0'), hash(i) % 60, 0, 5
FROM range(720000) t(i);

INSERT INTO stock_movements (movement_id, moved_at, location_id, product_id, kind, quantity)
SELECT 'M' || i, TIMESTAMP '2025-11-01' + to_hours((i * 8700 // {movements})::INTEGER), 'L' || hash(i) % 4,
       'P' || lpad((hash(i * 3) % 1500)::VARCHAR, 5, '0'), CASE i % 2 WHEN 0 THEN 'receipt' ELSE 'sale' END, CASE i % 2 WHEN 0 THEN 20 ELSE -20 END
FROM range({movements}) t(i);

INSERT INTO purchase_orders (po_id, supplier_id, location_id, ordered_at, expected_on, status)
SELECT 'B' || lpad(i::VARCHAR, 6, '0'), 'S' || lpad((hash(i) % 60)::VARCHAR, 3, '0'), 'L0',
       TIMESTAMP '2024-11-02' + to_hours((i * 17200 // {purchases})::INTEGER), DATE '2024-11-12' + (i * 716 // {purchases})::INTEGER,
       CASE WHEN i < {purchases} * 0.97 THEN 'received' ELSE 'open' END
FROM range({purchases}) t(i);

INSERT INTO purchase_order_lines (po_id, line_no, product_id, quantity, unit_cost, received_quantity, rejected_quantity, received_at)
SELECT po_id, n, 'P' || lpad((hash(po_id || n) % {products})::VARCHAR, 5, '0'), 40, 8000, 40, 0,
       CASE WHEN status = 'received' THEN ordered_at + INTERVAL 9 DAY END
FROM purchase_orders, range(1, 4) t(n);

INSERT INTO price_history (product_id, valid_from, list_price)
SELECT product_id, DATE '2025-01-01' + (n * 150)::INTEGER, list_price + n
FROM products, range(4) t(n)
