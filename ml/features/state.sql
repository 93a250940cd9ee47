-- What is known of every series at the end of day t: frames end on the current row, so nothing later is read.
-- days(unique_id, t, y, ok, price, promotion): a row for each day, t counts days, ok = 0 where nothing could be sold.
SELECT
    unique_id,
    t,
    y,
    sum(y * ok) OVER w3 / nullif(sum(ok) OVER w3, 0) AS mean_3,
    sum(y * ok) OVER w7 / nullif(sum(ok) OVER w7, 0) AS mean_7,
    sum(y * ok) OVER w14 / nullif(sum(ok) OVER w14, 0) AS mean_14,
    sum(y * ok) OVER w28 / nullif(sum(ok) OVER w28, 0) AS mean_28,
    sum(y * ok) OVER w56 / nullif(sum(ok) OVER w56, 0) AS mean_56,
    sum(y * ok) OVER w112 / nullif(sum(ok) OVER w112, 0) AS mean_112,
    sum(y * ok) OVER w364 / nullif(sum(ok) OVER w364, 0) AS mean_364,
    -- Exponential weights: newer days count more, by 10 % and 2.5 % a day; only their ratios matter, so they may be scaled freely.
    sum(y * ok * weight_10) OVER w112 / nullif(sum(ok * weight_10) OVER w112, 0) AS ewm_10,
    sum(y * ok * weight_40) OVER w364 / nullif(sum(ok * weight_40) OVER w364, 0) AS ewm_40,
    stddev_samp(y) OVER w28 AS sd_28,
    stddev_samp(y) OVER w112 AS sd_112,
    avg(CASE WHEN y > 0 THEN 0.0 ELSE 1.0 END) OVER w28 AS zeros_28,
    avg(CASE WHEN y > 0 THEN 0.0 ELSE 1.0 END) OVER w112 AS zeros_112,
    max(y) OVER w28 AS max_28,
    t - max(CASE WHEN y > 0 THEN t END) OVER w_all AS since_sale,
    t - min(t) OVER w_all AS age,
    avg(1.0 - ok) OVER w28 AS censored_28,
    avg(promotion) OVER w28 AS promotion_28,
    price,
    avg(price) OVER w28 AS price_28,
    avg(price) OVER w364 AS price_364
FROM (SELECT *, exp(0.1 * (t - (SELECT max(t) FROM days))) AS weight_10, exp(0.025 * (t - (SELECT max(t) FROM days))) AS weight_40 FROM days) AS weighted
WINDOW
    w3 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),
    w7 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 6 PRECEDING AND CURRENT ROW),
    w14 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 13 PRECEDING AND CURRENT ROW),
    w28 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 27 PRECEDING AND CURRENT ROW),
    w56 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 55 PRECEDING AND CURRENT ROW),
    w112 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 111 PRECEDING AND CURRENT ROW),
    w364 AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 363 PRECEDING AND CURRENT ROW),
    w_all AS (PARTITION BY unique_id ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
