-- Ordinary questions of an analyst, one statement a paragraph; all run as they are on the contract's tables.

SELECT count(*) FROM orders

SELECT COUNT(*) AS orders FROM orders WHERE status <> 'cancelled';

SELECT sum(net_amount) AS revenue FROM order_lines

SELECT sum(l.net_amount) AS revenue
FROM order_lines l
JOIN orders o ON o.order_id = l.order_id
WHERE o.status <> 'cancelled'

select channel, count(*) as n from orders group by channel order by n desc, channel

SELECT status, count(*) AS n, round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS share FROM orders GROUP BY status ORDER BY n DESC, status

SELECT p.category, sum(l.net_amount) AS revenue FROM order_lines AS l INNER JOIN products AS p USING (product_id) GROUP BY p.category ORDER BY revenue DESC

SELECT p.category, p.subcategory, sum(l.quantity) AS units FROM order_lines l JOIN products p ON p.product_id = l.product_id GROUP BY 1, 2 ORDER BY 1, 2

SELECT p.name, sum(l.net_amount) AS revenue FROM order_lines l JOIN products p ON l.product_id = p.product_id GROUP BY p.name ORDER BY revenue DESC, p.name LIMIT 10

SELECT date_trunc('month', o.ordered_at) AS month, sum(l.net_amount) AS revenue FROM orders o JOIN order_lines l USING (order_id) WHERE o.status <> 'cancelled' GROUP BY month ORDER BY month

SELECT date_trunc('week', ordered_at) AS week, count(*) AS n FROM orders GROUP BY ALL ORDER BY ALL

SELECT year(ordered_at) AS y, quarter(ordered_at) AS q, count(*) AS n FROM orders GROUP BY y, q ORDER BY y, q

SELECT extract(month FROM ordered_at) AS m, count(DISTINCT customer_id) AS buyers FROM orders GROUP BY m ORDER BY m

SELECT extract(dow FROM ordered_at) AS weekday, extract(hour FROM ordered_at) AS hour, count(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2

SELECT dayname(ordered_at) AS day, count(*) AS n FROM orders GROUP BY dayname(ordered_at) ORDER BY n DESC, day

SELECT strftime(ordered_at, '%Y-%m') AS month, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1

SELECT ordered_at::DATE AS day, count(*) AS n FROM orders WHERE ordered_at >= DATE '2025-03-01' AND ordered_at < DATE '2025-04-01' GROUP BY day ORDER BY day

SELECT count(*) FROM orders WHERE ordered_at BETWEEN TIMESTAMP '2025-02-01 00:00:00' AND TIMESTAMP '2025-02-28 23:59:59'

SELECT count(*) FROM orders WHERE ordered_at >= DATE '2025-06-30' - INTERVAL 90 DAY

SELECT count(*) FROM orders WHERE ordered_at >= DATE '2025-06-30' - INTERVAL '3 months'

SELECT date_trunc('day', ordered_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Ho_Chi_Minh') AS local_day, count(*) AS n FROM orders GROUP BY local_day ORDER BY local_day

SELECT date_trunc('month', ordered_at + INTERVAL 7 HOUR) AS m, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1

SELECT c.province, sum(l.net_amount) AS revenue FROM customers c JOIN orders o ON o.customer_id = c.customer_id JOIN order_lines l ON l.order_id = o.order_id GROUP BY c.province HAVING sum(l.net_amount) > 1000 ORDER BY revenue DESC

SELECT c.tier, count(DISTINCT o.order_id) AS orders, sum(l.net_amount) / count(DISTINCT o.order_id) AS average_order_value FROM orders o JOIN order_lines l ON l.order_id = o.order_id JOIN customers c ON c.customer_id = o.customer_id GROUP BY c.tier ORDER BY c.tier

SELECT c.customer_id, c.name, count(*) AS n FROM customers c JOIN orders o ON o.customer_id = c.customer_id GROUP BY c.customer_id, c.name HAVING count(*) >= 5 ORDER BY n DESC, c.customer_id

SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id WHERE o.order_id IS NULL ORDER BY c.name

SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id) ORDER BY name

SELECT customer_id, name FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL) ORDER BY 1

SELECT count(*) AS loyal FROM (SELECT customer_id FROM orders WHERE status <> 'cancelled' GROUP BY customer_id HAVING count(*) > 3) AS t

SELECT avg(n) AS mean_orders, median(n) AS median_orders, max(n) AS most FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) x

SELECT kind, tier, count(*) AS customers FROM customers GROUP BY GROUPING SETS ((kind, tier), (kind), ()) ORDER BY kind NULLS LAST, tier NULLS LAST

SELECT province, area_kind, count(*) AS n FROM customers GROUP BY ROLLUP (province, area_kind) ORDER BY province NULLS LAST, area_kind NULLS LAST

SELECT kind, area_kind, count(*) AS n FROM customers GROUP BY CUBE (kind, area_kind) ORDER BY ALL

SELECT count(*) FILTER (WHERE status = 'cancelled') AS cancelled, count(*) AS placed, count(*) FILTER (WHERE status = 'cancelled') * 1.0 / count(*) AS rate FROM orders

SELECT sum(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled, sum(CASE WHEN status <> 'cancelled' THEN 1 ELSE 0 END) AS valid FROM orders

SELECT CASE WHEN unit_price < 50 THEN 'low' WHEN unit_price < 150 THEN 'middle' ELSE 'high' END AS band, count(*) AS lines, sum(net_amount) AS revenue FROM order_lines GROUP BY band ORDER BY band

SELECT CASE status WHEN 'cancelled' THEN 'lost' WHEN 'delivered' THEN 'done' ELSE 'open' END AS state, count(*) FROM orders GROUP BY 1 ORDER BY 1

WITH monthly AS (SELECT date_trunc('month', o.ordered_at) AS month, sum(l.net_amount) AS revenue FROM orders o JOIN order_lines l ON l.order_id = o.order_id WHERE o.status <> 'cancelled' GROUP BY 1) SELECT month, revenue, revenue - lag(revenue) OVER (ORDER BY month) AS change FROM monthly ORDER BY month

WITH monthly AS (SELECT date_trunc('month', o.ordered_at) AS month, sum(l.net_amount) AS revenue FROM orders o JOIN order_lines l ON l.order_id = o.order_id GROUP BY 1), compared AS (SELECT month, revenue, lag(revenue) OVER (ORDER BY month) AS before FROM monthly) SELECT month, revenue, before, round((revenue - before) * 100.0 / nullif(before, 0), 1) AS "change %" FROM compared ORDER BY month

WITH daily AS (SELECT CAST(ordered_at AS DATE) AS day, count(*) AS n FROM orders GROUP BY 1) SELECT day, n, avg(n) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS rolling FROM daily ORDER BY day

WITH daily AS (SELECT CAST(ordered_at AS DATE) AS day, count(*) AS n FROM orders GROUP BY 1) SELECT day, sum(n) OVER (ORDER BY day ROWS UNBOUNDED PRECEDING) AS so_far FROM daily ORDER BY day

WITH d AS (SELECT CAST(ordered_at AS DATE) AS day, count(*) AS n FROM orders GROUP BY 1) SELECT day, sum(n) OVER (PARTITION BY date_trunc('month', day) ORDER BY day) AS month_to_date FROM d ORDER BY day

WITH d AS (SELECT CAST(ordered_at AS DATE) AS day, count(*) AS n FROM orders GROUP BY 1) SELECT day, sum(n) OVER (ORDER BY day RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW) AS week_sum FROM d ORDER BY day

WITH r AS (SELECT p.category, p.name, sum(l.net_amount) AS revenue FROM order_lines l JOIN products p ON p.product_id = l.product_id GROUP BY ALL) SELECT category, name, revenue, rank() OVER (PARTITION BY category ORDER BY revenue DESC) AS place FROM r QUALIFY place <= 3 ORDER BY category, place, name

SELECT p.category, p.name, sum(l.net_amount) AS revenue, row_number() OVER (PARTITION BY p.category ORDER BY sum(l.net_amount) DESC, p.name) AS place FROM order_lines l JOIN products p ON p.product_id = l.product_id GROUP BY p.category, p.name QUALIFY place = 1 ORDER BY p.category

WITH r AS (SELECT product_id, sum(net_amount) AS revenue FROM order_lines GROUP BY product_id), c AS (SELECT product_id, revenue, sum(revenue) OVER (ORDER BY revenue DESC, product_id) AS running, sum(revenue) OVER () AS total FROM r) SELECT product_id, revenue, running / total AS part FROM c WHERE running - revenue < 0.8 * total ORDER BY revenue DESC, product_id

WITH r AS (SELECT product_id, sum(net_amount) AS revenue FROM order_lines GROUP BY product_id) SELECT product_id, ntile(4) OVER (ORDER BY revenue DESC, product_id) AS quartile FROM r ORDER BY product_id

WITH r AS (SELECT product_id, sum(net_amount) AS revenue FROM order_lines GROUP BY product_id), t AS (SELECT sum(revenue) AS total FROM r) SELECT r.product_id, r.revenue / t.total AS share FROM r CROSS JOIN t ORDER BY share DESC, r.product_id LIMIT 20

WITH t AS (SELECT sum(net_amount) AS total FROM order_lines) SELECT p.category, sum(l.net_amount) / max(t.total) AS share FROM order_lines l JOIN products p ON p.product_id = l.product_id, t GROUP BY p.category ORDER BY p.category

SELECT product_id, sum(quantity) AS units FROM order_lines GROUP BY product_id HAVING sum(quantity) > (SELECT avg(u) FROM (SELECT sum(quantity) AS u FROM order_lines GROUP BY product_id) s) ORDER BY units DESC, product_id

SELECT name, list_price FROM products WHERE list_price > (SELECT avg(list_price) FROM products) ORDER BY list_price DESC, name

SELECT p.name, p.list_price, (SELECT max(l.unit_price) FROM order_lines l WHERE l.product_id = p.product_id) AS highest_paid FROM products p ORDER BY p.name

SELECT quantile_cont(net_amount, 0.5) AS p50, quantile_cont(net_amount, 0.9) AS p90, quantile_cont(net_amount, 0.99) AS p99 FROM order_lines

SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY net_amount) AS q1, percentile_cont(0.75) WITHIN GROUP (ORDER BY net_amount) AS q3 FROM order_lines

SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity DESC) AS middle FROM order_lines

SELECT stddev(net_amount) AS sd, variance(net_amount) AS var, min(net_amount) AS low, max(net_amount) AS high FROM order_lines

SELECT category, mode(manufacturer) AS usual FROM products GROUP BY category ORDER BY category

SELECT corr(quantity, unit_price) AS r, covar_pop(quantity, unit_price) AS c FROM order_lines

SELECT regr_slope(quantity, unit_price) AS slope, regr_intercept(quantity, unit_price) AS base, regr_r2(quantity, unit_price) AS fit FROM order_lines

SELECT arg_max(product_id, net_amount) AS best FROM order_lines WHERE order_id = 'O0007'

SELECT customer_id, max_by(channel, ordered_at) AS last_channel, min(ordered_at) AS first_order, max(ordered_at) AS last_order FROM orders GROUP BY customer_id ORDER BY customer_id

SELECT product_id, approx_count_distinct(order_id) AS about FROM order_lines GROUP BY product_id ORDER BY product_id

SELECT order_id, string_agg(product_id, ', ' ORDER BY line_no) AS basket FROM order_lines GROUP BY order_id ORDER BY order_id LIMIT 30

SELECT bool_and(status = 'paid') AS all_paid, bool_or(status = 'paid') AS some_paid FROM orders

SELECT count_if(damaged) AS damaged, count(*) AS all_shipments FROM shipments

SELECT carrier, avg(date_diff('day', shipped_at, delivered_at)) AS days FROM shipments WHERE delivered_at IS NOT NULL GROUP BY carrier ORDER BY carrier

SELECT s.carrier, avg(epoch(s.delivered_at - o.ordered_at) / 86400.0) AS delivery_days FROM shipments s JOIN orders o ON o.order_id = s.order_id WHERE s.delivered_at IS NOT NULL GROUP BY 1 ORDER BY 1

SELECT carrier, sum(CASE WHEN CAST(delivered_at AS DATE) <= promised_on THEN 1 ELSE 0 END)::DOUBLE / count(*) AS on_time FROM shipments WHERE delivered_at IS NOT NULL GROUP BY carrier ORDER BY on_time DESC, carrier

SELECT carrier, sum(cost) AS cost, sum(distance_km) AS km, sum(cost) / nullif(sum(distance_km), 0) AS cost_per_km FROM shipments GROUP BY carrier ORDER BY carrier

SELECT r.reason, count(*) AS n, sum(r.refund_amount) AS refunds FROM returns r GROUP BY r.reason ORDER BY n DESC, r.reason NULLS LAST

SELECT p.category, sum(r.quantity) AS returned FROM returns r JOIN products p ON p.product_id = r.product_id GROUP BY p.category ORDER BY p.category

WITH sold AS (SELECT product_id, sum(quantity) AS units FROM order_lines GROUP BY product_id), back AS (SELECT product_id, sum(quantity) AS units FROM returns GROUP BY product_id) SELECT sold.product_id, coalesce(back.units, 0) / sold.units AS return_rate FROM sold LEFT JOIN back ON back.product_id = sold.product_id ORDER BY return_rate DESC, sold.product_id

SELECT s.country, sum(r.quantity) AS returned FROM returns r JOIN products p ON p.product_id = r.product_id JOIN suppliers s ON s.supplier_id = p.supplier_id GROUP BY s.country ORDER BY returned DESC, s.country

SELECT as_of, sum(on_hand) AS stock FROM stock_levels GROUP BY as_of ORDER BY as_of

SELECT location_id, sum(on_hand) AS stock FROM stock_levels WHERE as_of = (SELECT max(as_of) FROM stock_levels) GROUP BY location_id ORDER BY location_id

SELECT sum(s.on_hand * p.unit_cost) AS stock_value FROM stock_levels s JOIN products p ON p.product_id = s.product_id WHERE s.as_of = DATE '2025-06-30'

SELECT product_id, count(*) AS empty_days FROM stock_levels WHERE on_hand = 0 GROUP BY product_id ORDER BY empty_days DESC, product_id

SELECT location_id, product_id, on_hand, on_hand - coalesce(allocated, 0) AS available FROM stock_levels WHERE as_of = DATE '2025-06-30' AND on_hand < 20 ORDER BY on_hand, location_id, product_id

SELECT kind, sum(quantity) AS units FROM stock_movements GROUP BY kind ORDER BY kind

SELECT date_trunc('month', moved_at) AS m, -sum(quantity) AS lost FROM stock_movements WHERE kind = 'count_adjustment' GROUP BY 1 ORDER BY 1

SELECT po.supplier_id, avg(date_diff('day', po.ordered_at, l.received_at)) AS lead_time_days FROM purchase_orders po JOIN purchase_order_lines l ON l.po_id = po.po_id WHERE l.received_at IS NOT NULL GROUP BY po.supplier_id ORDER BY po.supplier_id

SELECT count(*) AS overdue FROM purchase_orders WHERE status IN ('open', 'partial') AND expected_on < DATE '2025-06-30'

SELECT s.name, sum(l.quantity * l.unit_cost) AS spend FROM purchase_orders po JOIN purchase_order_lines l USING (po_id) JOIN suppliers s USING (supplier_id) WHERE po.status <> 'cancelled' GROUP BY s.name ORDER BY spend DESC

SELECT sum(received_quantity) / sum(quantity) AS fill_rate, sum(rejected_quantity) / nullif(sum(received_quantity), 0) AS reject_rate FROM purchase_order_lines WHERE received_at IS NOT NULL

SELECT product_id, valid_from, list_price, list_price - lag(list_price) OVER (PARTITION BY product_id ORDER BY valid_from) AS step FROM price_history ORDER BY product_id, valid_from

SELECT product_id, list_price FROM price_history WHERE valid_from <= DATE '2025-04-15' QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY valid_from DESC) = 1 ORDER BY product_id

SELECT p.name, p.list_price, min(c.price) AS cheapest, p.list_price - min(c.price) AS gap FROM products p JOIN competitor_prices c ON c.product_id = p.product_id GROUP BY p.name, p.list_price ORDER BY gap DESC, p.name

SELECT competitor, count(*) AS n, avg(price) AS mean_price FROM competitor_prices GROUP BY competitor HAVING count(*) > 2 ORDER BY competitor

SELECT product_id, avg(rating) AS stars, count(*) AS reviews FROM reviews GROUP BY product_id HAVING count(*) >= 2 ORDER BY stars DESC, product_id

SELECT rating, count(*) AS n FROM reviews GROUP BY rating ORDER BY rating

SELECT count(*) FROM reviews WHERE text ILIKE '%good%'

SELECT review_id, left(text, 10) AS start, length(text) AS characters FROM reviews WHERE text IS NOT NULL ORDER BY review_id LIMIT 20

SELECT event, count(*) AS n, count(DISTINCT session_id) AS sessions, count(DISTINCT visitor_id) AS visitors FROM web_events GROUP BY event ORDER BY event

SELECT count(DISTINCT session_id) FILTER (WHERE event = 'transaction') * 1.0 / count(DISTINCT session_id) AS conversion FROM web_events

WITH steps AS (SELECT session_id, max(CASE WHEN event = 'view' THEN 1 ELSE 0 END) AS viewed, max(CASE WHEN event = 'addtocart' THEN 1 ELSE 0 END) AS added, max(CASE WHEN event = 'transaction' THEN 1 ELSE 0 END) AS bought FROM web_events GROUP BY session_id) SELECT sum(viewed) AS viewed, sum(added) AS added, sum(bought) AS bought FROM steps

SELECT indicator, max(observed_on) AS last_seen, arg_max(value, observed_on) AS last_value FROM market_indicators GROUP BY indicator ORDER BY indicator

SELECT indicator, observed_on, value / first_value(value) OVER (PARTITION BY indicator ORDER BY observed_on) AS indexed FROM market_indicators ORDER BY indicator, observed_on

SELECT promotion_id, name, discount_rate FROM promotions WHERE starts_on <= DATE '2025-05-01' AND ends_on >= DATE '2025-05-01' ORDER BY promotion_id

SELECT pr.name, sum(l.net_amount) AS revenue, sum(l.quantity * l.unit_price) - sum(l.net_amount) AS discount FROM order_lines l JOIN promotions pr ON pr.promotion_id = l.promotion_id GROUP BY pr.name ORDER BY pr.name

SELECT l.name AS location, l.kind, count(o.order_id) AS orders FROM locations l LEFT JOIN orders o ON o.location_id = l.location_id GROUP BY l.name, l.kind ORDER BY orders DESC, location

SELECT a.product_id AS one, b.product_id AS other, count(*) AS together FROM order_lines a JOIN order_lines b ON a.order_id = b.order_id AND a.product_id < b.product_id GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY together DESC, one, other

WITH firsts AS (SELECT customer_id, date_trunc('month', min(ordered_at)) AS cohort FROM orders WHERE status <> 'cancelled' GROUP BY customer_id), active AS (SELECT DISTINCT customer_id, date_trunc('month', ordered_at) AS month FROM orders WHERE status <> 'cancelled') SELECT f.cohort, date_diff('month', f.cohort, a.month) AS age, count(*) AS customers FROM firsts f JOIN active a ON a.customer_id = f.customer_id GROUP BY 1, 2 ORDER BY 1, 2

WITH numbered AS (SELECT customer_id, ordered_at, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at) AS n FROM orders WHERE customer_id IS NOT NULL) SELECT avg(date_diff('day', a.ordered_at, b.ordered_at)) AS days_to_second FROM numbered a JOIN numbered b ON a.customer_id = b.customer_id AND b.n = a.n + 1 WHERE a.n = 1

SELECT customer_id FROM orders WHERE channel = 'web' INTERSECT SELECT customer_id FROM orders WHERE channel = 'store' ORDER BY 1

SELECT customer_id FROM orders WHERE channel = 'web' EXCEPT SELECT customer_id FROM orders WHERE channel = 'store' ORDER BY customer_id

SELECT 'sold' AS what, sum(quantity) AS units FROM order_lines UNION ALL SELECT 'returned', sum(quantity) FROM returns ORDER BY what

SELECT province FROM customers UNION SELECT province FROM locations ORDER BY province

(SELECT product_id FROM order_lines WHERE quantity > 5) UNION (SELECT product_id FROM returns) ORDER BY product_id LIMIT 50

SELECT count(*) FROM (SELECT order_id FROM orders UNION ALL SELECT order_id FROM returns) u

SELECT DISTINCT category FROM products ORDER BY category

SELECT DISTINCT category, subcategory FROM products ORDER BY category, subcategory

SELECT DISTINCT ON (customer_id) customer_id, order_id, ordered_at FROM orders WHERE customer_id IS NOT NULL ORDER BY customer_id, ordered_at DESC, order_id

SELECT * FROM products ORDER BY product_id LIMIT 5

SELECT * FROM order_lines WHERE order_id = 'O0003' ORDER BY line_no

SELECT * FROM locations

SELECT l.*, p.name FROM order_lines l JOIN products p ON p.product_id = l.product_id ORDER BY l.order_id, l.line_no LIMIT 25

SELECT * EXCLUDE (description, weight_kg) FROM products ORDER BY product_id

FROM promotions ORDER BY promotion_id

FROM products SELECT category, count(*) AS n GROUP BY category ORDER BY category

SELECT * FROM (SELECT category, count(*) AS n FROM products GROUP BY category) t WHERE n > 1 ORDER BY n DESC, category

SELECT upper(name) AS shout, lower(category) AS whisper, trim(sku) AS sku FROM products ORDER BY product_id

SELECT sku, substring(sku, 1, 3) AS prefix, right(sku, 2) AS tail FROM products ORDER BY sku

SELECT name || ' (' || category || ')' AS label FROM products ORDER BY label

SELECT concat(category, '/', subcategory) AS path, count(*) AS n FROM products GROUP BY path ORDER BY path

SELECT concat_ws(' - ', category, subcategory, manufacturer) AS path FROM products ORDER BY path

SELECT replace(name, 'Product', 'Item') AS renamed FROM products ORDER BY renamed

SELECT split_part(sku, '-', 2) AS number FROM products ORDER BY number

SELECT name FROM products WHERE name LIKE 'Product 1%' ORDER BY name

SELECT name FROM products WHERE name NOT LIKE '%9' ORDER BY name

SELECT name FROM products WHERE contains(lower(name), 'product 2') ORDER BY name

SELECT name FROM products WHERE starts_with(sku, 'SKU-0') ORDER BY name

SELECT name FROM products WHERE strpos(name, '3') > 0 ORDER BY name

SELECT strip_accents(name) AS plain FROM customers ORDER BY plain

SELECT name FROM customers WHERE province = 'Đà Nẵng' ORDER BY name

SELECT province AS "Tỉnh", count(*) AS "Số khách" FROM customers GROUP BY province ORDER BY "Số khách" DESC, "Tỉnh"

SELECT count(*) AS "Number of Orders" FROM orders

SELECT abs(-3) AS a, round(2.567, 1) AS b, ceil(1.2) AS c, floor(1.8) AS d, sqrt(16) AS e, power(2, 10) AS f

SELECT 1 + 1 AS two

SELECT 7 // 2 AS whole, 7 % 2 AS rest, 7 / 2 AS exact, 2 ** 3 AS cube

SELECT ln(10) AS a, log10(1000) AS b, log2(8) AS c, exp(1) AS d, sign(-4) AS e, pi() AS f

SELECT greatest(1, 2, 3) AS g, least(1, 2, 3) AS l, coalesce(NULL, 5) AS c, nullif(3, 3) AS n, ifnull(NULL, 4) AS i

SELECT product_id, round(list_price * 1.1, 0) AS raised FROM products WHERE list_price IS NOT NULL ORDER BY product_id

SELECT product_id, (list_price - unit_cost) / nullif(list_price, 0) AS margin_rate FROM products ORDER BY margin_rate DESC NULLS LAST, product_id

SELECT sum(l.net_amount) - sum(l.quantity * coalesce(l.unit_cost, p.unit_cost)) AS margin FROM order_lines l JOIN products p ON p.product_id = l.product_id

SELECT sum(quantity * unit_price) AS gross, sum(net_amount) AS net, 1 - sum(net_amount) / sum(quantity * unit_price) AS discount_rate FROM order_lines

SELECT avg(list_price)::DECIMAL(18, 2) AS mean_price FROM products

SELECT CAST(sum(net_amount) AS BIGINT) AS rounded FROM order_lines

SELECT CAST(count(*) AS VARCHAR) AS as_text FROM orders

SELECT try_cast(split_part(sku, '-', 2) AS INTEGER) AS number FROM products ORDER BY number

SELECT last_day(DATE '2024-02-10') AS l, make_date(2025, 1, 31) AS m, DATE '2025-01-31' + INTERVAL 1 MONTH AS p

SELECT date_diff('month', DATE '2024-11-15', DATE '2025-02-01') AS months, date_part('isodow', DATE '2025-06-30') AS dow, isodow(DATE '2025-06-30') AS dow2

SELECT weekofyear(ordered_at) AS week, isoyear(ordered_at) AS year, count(*) AS n FROM orders GROUP BY ALL ORDER BY year, week

SELECT monthname(ordered_at) AS month, count(*) AS n FROM orders GROUP BY 1 ORDER BY n, month

SELECT date_trunc('quarter', ordered_at)::DATE AS quarter, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1

SELECT CAST(date_trunc('year', ordered_at) AS DATE) AS year, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1

SELECT order_id, ordered_at + to_days(3) AS due FROM orders ORDER BY order_id LIMIT 10

SELECT s.supplier_id, po.ordered_at + to_days(s.contract_lead_time_days) AS due FROM purchase_orders po JOIN suppliers s ON s.supplier_id = po.supplier_id ORDER BY po.po_id

SELECT age(DATE '2025-06-30', DATE '2024-01-15') AS span

SELECT strftime(DATE '2025-06-30', '%d/%m/%Y') AS vn, strftime(TIMESTAMP '2025-06-30 14:05:06', '%H:%M') AS clock

SELECT count(*) FROM customers WHERE signed_up_on >= DATE '2024-06-01' AND marketing_consent

SELECT count(*) FROM customers WHERE marketing_consent IS TRUE

SELECT count(*) FROM customers WHERE NOT marketing_consent OR marketing_consent IS NULL

SELECT tier, count(*) AS n FROM customers WHERE tier IN ('gold', 'silver') GROUP BY tier ORDER BY tier

SELECT tier, count(*) AS n FROM customers WHERE tier NOT IN ('gold', 'silver') GROUP BY tier ORDER BY tier

SELECT count(*) FROM orders WHERE customer_id IS NULL

SELECT count(*) FROM orders WHERE customer_id IS NOT DISTINCT FROM NULL

SELECT count(*) AS n FROM orders WHERE (channel = 'web' OR channel = 'app') AND status = 'delivered'

SELECT count(*) AS n FROM orders WHERE shipping_fee BETWEEN 1 AND 20

SELECT o.order_id FROM orders o SEMI JOIN returns r ON r.order_id = o.order_id ORDER BY o.order_id

SELECT o.order_id FROM orders o ANTI JOIN shipments s ON s.order_id = o.order_id ORDER BY o.order_id

SELECT coalesce(a.product_id, b.product_id) AS product_id, a.units AS sold, b.units AS returned FROM (SELECT product_id, sum(quantity) AS units FROM order_lines GROUP BY 1) a FULL OUTER JOIN (SELECT product_id, sum(quantity) AS units FROM returns GROUP BY 1) b ON a.product_id = b.product_id ORDER BY 1

SELECT p.product_id, l.order_id FROM order_lines l RIGHT JOIN products p ON p.product_id = l.product_id WHERE l.order_id IS NULL ORDER BY p.product_id

SELECT x.category, x.n FROM (SELECT category, count(*) AS n FROM products GROUP BY category) AS x JOIN (SELECT max(n) AS most FROM (SELECT category, count(*) AS n FROM products GROUP BY category) y) AS z ON x.n = z.most ORDER BY 1

SELECT lead(ordered_at) OVER w AS next_order, order_id FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at, order_id) ORDER BY order_id

SELECT product_id, first_value(list_price) OVER (PARTITION BY product_id ORDER BY valid_from) AS first_price, last_value(list_price) OVER (PARTITION BY product_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_price FROM price_history ORDER BY product_id, valid_from

SELECT order_id, percent_rank() OVER (ORDER BY shipping_fee) AS pr, cume_dist() OVER (ORDER BY shipping_fee) AS cd FROM orders ORDER BY order_id

SELECT order_id, dense_rank() OVER (ORDER BY shipping_fee DESC) AS dr FROM orders ORDER BY dr, order_id LIMIT 15

SELECT customer_id, nth_value(order_id, 2) OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS second FROM orders WHERE customer_id IS NOT NULL ORDER BY customer_id, order_id

WITH m AS (SELECT c.province, date_trunc('month', o.ordered_at) AS month, count(*) AS n FROM orders o JOIN customers c ON c.customer_id = o.customer_id GROUP BY ALL), falls AS (SELECT province, month, n, n < lag(n) OVER (PARTITION BY province ORDER BY month) AS fell FROM m) SELECT province, count(*) FILTER (WHERE fell) AS falls FROM falls GROUP BY province ORDER BY province

WITH d AS (SELECT customer_id, CAST(ordered_at AS DATE) AS day FROM orders WHERE customer_id IS NOT NULL GROUP BY ALL), g AS (SELECT customer_id, day, lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS before FROM d) SELECT customer_id, max(date_diff('day', before, day)) AS longest_gap FROM g GROUP BY customer_id ORDER BY longest_gap DESC NULLS LAST, customer_id

WITH recency AS (SELECT customer_id, date_diff('day', max(ordered_at), TIMESTAMP '2025-06-30 00:00:00') AS days, count(*) AS n FROM orders WHERE customer_id IS NOT NULL GROUP BY 1) SELECT CASE WHEN days <= 30 THEN 'active' WHEN days <= 90 THEN 'cooling' ELSE 'lost' END AS segment, count(*) AS customers, avg(n) AS orders FROM recency GROUP BY segment ORDER BY segment

WITH a AS (SELECT product_id, sum(quantity) AS u FROM order_lines l JOIN orders o USING (order_id) WHERE o.ordered_at >= DATE '2025-04-01' GROUP BY product_id), b AS (SELECT product_id, sum(quantity) AS u FROM order_lines l JOIN orders o USING (order_id) WHERE o.ordered_at < DATE '2025-04-01' GROUP BY product_id) SELECT product_id, a.u AS later, b.u AS earlier FROM a JOIN b USING (product_id) ORDER BY product_id

WITH sales AS (SELECT product_id, sum(quantity) / 28.0 AS per_day FROM order_lines l JOIN orders o ON o.order_id = l.order_id WHERE o.ordered_at > DATE '2025-06-30' - INTERVAL 28 DAY GROUP BY product_id), stock AS (SELECT product_id, sum(on_hand) AS on_hand FROM stock_levels WHERE as_of = DATE '2025-06-30' GROUP BY product_id) SELECT stock.product_id, stock.on_hand / nullif(sales.per_day, 0) AS days_of_cover FROM stock LEFT JOIN sales ON sales.product_id = stock.product_id ORDER BY days_of_cover NULLS LAST, stock.product_id

WITH base AS MATERIALIZED (SELECT category, list_price FROM products) SELECT category, avg(list_price) AS mean FROM base GROUP BY category ORDER BY category

WITH t(cat, n) AS (SELECT category, count(*) FROM products GROUP BY category) SELECT cat, n FROM t ORDER BY cat

SELECT category, n FROM (SELECT category, count(*) FROM products GROUP BY category) AS t(category, n) ORDER BY category

SELECT sum(net_amount) AS revenue, sum(net_amount) / count(DISTINCT order_id) AS aov, revenue / 2 AS half FROM order_lines

SELECT status, count(*) AS n FROM orders GROUP BY status HAVING n > 10 ORDER BY n / 2 DESC, status

SELECT o.status, count(*) FROM orders AS o GROUP BY o.status ORDER BY count(*) DESC, o.status

SELECT upper(status) AS status, count(*) AS n FROM orders GROUP BY upper(orders.status) ORDER BY status

SELECT channel AS status, count(*) AS n FROM orders WHERE status = 'paid' GROUP BY channel ORDER BY status

SELECT location_id, count(*) AS n, rank() OVER (ORDER BY count(*) DESC) AS place FROM orders GROUP BY location_id ORDER BY place, location_id

SELECT order_id FROM orders ORDER BY ordered_at DESC, order_id LIMIT 10 OFFSET 5

SELECT order_id, ordered_at FROM orders WHERE customer_id = 'C003' ORDER BY ordered_at DESC, order_id LIMIT 1

SELECT max(ordered_at) - min(ordered_at) AS span FROM orders

SELECT count(DISTINCT date_trunc('month', ordered_at)) AS months FROM orders

SELECT sum(DISTINCT quantity) AS s FROM order_lines

SELECT date_part('year', ordered_at) AS y, date_part('month', ordered_at) AS m, sum(shipping_fee) AS fees FROM orders GROUP BY ALL ORDER BY ALL DESC

SELECT product_id, sum(quantity) FILTER (WHERE discount_rate > 0) AS promoted, sum(quantity) FILTER (WHERE coalesce(discount_rate, 0) = 0) AS plain FROM order_lines GROUP BY product_id ORDER BY product_id

SELECT /* the best ones */ product_id -- by units
FROM order_lines GROUP BY product_id ORDER BY sum(quantity) DESC, product_id LIMIT 3

SELECT s.supplier_id, s.name, count(p.product_id) AS range_size FROM suppliers s LEFT JOIN products p ON p.supplier_id = s.supplier_id GROUP BY s.supplier_id, s.name ORDER BY range_size DESC, s.supplier_id

SELECT 2 * asin(sqrt(power(sin(radians(10.8 - latitude) / 2), 2) + cos(radians(latitude)) * cos(radians(10.8)) * power(sin(radians(106.6 - longitude) / 2), 2))) * 6371 AS km, name FROM locations ORDER BY km

SELECT date_trunc('month', launched_on) AS m, count(*) AS launched FROM products WHERE discontinued_on IS NULL GROUP BY 1 ORDER BY 1

SELECT category, sum(CASE WHEN discontinued_on IS NULL THEN 1 ELSE 0 END) AS live, sum(if(discontinued_on IS NULL, 0, 1)) AS ended FROM products GROUP BY category ORDER BY category

SELECT visitor_id, count(*) AS n FROM web_events WHERE customer_id IS NULL GROUP BY visitor_id ORDER BY n DESC, visitor_id LIMIT 5

SELECT w.product_id, count(*) FILTER (WHERE w.event = 'view') AS views, count(*) FILTER (WHERE w.event = 'addtocart') AS carts FROM web_events w WHERE w.product_id IS NOT NULL GROUP BY w.product_id ORDER BY views DESC, w.product_id

SELECT m.kind, l.province, sum(m.quantity) AS units FROM stock_movements m JOIN locations l ON l.location_id = m.location_id GROUP BY m.kind, l.province ORDER BY 1, 2

SELECT product_id FROM products WHERE product_id IN (SELECT product_id FROM order_lines WHERE order_id IN (SELECT order_id FROM orders WHERE channel = 'b2b')) ORDER BY product_id

SELECT c.customer_id FROM customers c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id) > 6 ORDER BY c.customer_id

SELECT kurtosis(net_amount) AS k, skewness(net_amount) AS s, stddev_pop(net_amount) AS sp, var_pop(net_amount) AS vp FROM order_lines

SELECT fsum(net_amount) AS exact_sum, mean(net_amount) AS m, mad(net_amount) AS deviation FROM order_lines

-- Words that sound dangerous, inside values.

SELECT count(*) FROM reviews WHERE text LIKE '%drop table%'

SELECT count(*) FROM reviews WHERE text = 'please delete from the list; drop table orders --'

SELECT 'drop table orders' AS note

SELECT 'DELETE FROM customers' AS note, count(*) AS n FROM orders

SELECT name FROM products WHERE name = 'Robert''); DROP TABLE products;--' ORDER BY name

SELECT count(*) FROM customers WHERE name = '''; ATTACH ''x'' AS y; --'

SELECT count(*) FROM products WHERE description ILIKE '%copy to%'

SELECT count(*) FROM products WHERE description LIKE '%INSERT INTO%' OR description LIKE '%UPDATE%'

SELECT CASE WHEN count(*) > 0 THEN 'truncate' ELSE 'alter table' END AS verdict FROM orders

SELECT 'create table' || ' as ' || 'select' AS words

SELECT count(*) AS "drop table" FROM orders

SELECT channel AS "delete" FROM orders GROUP BY channel ORDER BY 1

SELECT '/* not a comment */' AS c, '-- nor this' AS d

SELECT 'SELECT * FROM users' AS quoted_sql

SELECT '; SHUTDOWN;' AS s, '$$ do $$' AS d

SELECT replace('grant all', 'all', 'none') AS g

SELECT count(*) FROM reviews WHERE lower(text) LIKE '%pragma%' OR lower(text) LIKE '%load %'

SELECT 'install httpfs; load httpfs' AS s UNION ALL SELECT 'export database' ORDER BY s

SELECT '\x41\n' AS backslashes, 'read_csv(''/etc/passwd'')' AS path

SELECT count(*) FROM customers WHERE name IN ('exec', 'execute', 'vacuum', 'checkpoint', 'call')

SELECT 'union select password from users' AS u, length('union select') AS n

SELECT concat('rev', 'oke') AS r, upper('merge into') AS m
