-- The mean of the latest same weekdays, this one included: t % 7 is the weekday.
SELECT
    unique_id,
    t,
    sum(y * ok) OVER w4 / nullif(sum(ok) OVER w4, 0) AS weekday_4,
    sum(y * ok) OVER w13 / nullif(sum(ok) OVER w13, 0) AS weekday_13,
    sum(y * ok) OVER w52 / nullif(sum(ok) OVER w52, 0) AS weekday_52
FROM days
WINDOW
    w4 AS (PARTITION BY unique_id, t % 7 ORDER BY t ROWS BETWEEN 3 PRECEDING AND CURRENT ROW),
    w13 AS (PARTITION BY unique_id, t % 7 ORDER BY t ROWS BETWEEN 12 PRECEDING AND CURRENT ROW),
    w52 AS (PARTITION BY unique_id, t % 7 ORDER BY t ROWS BETWEEN 51 PRECEDING AND CURRENT ROW)
