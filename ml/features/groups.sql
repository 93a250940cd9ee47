-- The same of a whole group (a category at a location): its pace lately, and where it stood a year before the day asked about.
WITH sums AS (
    SELECT series.group_id, days.t, sum(days.y) AS y
    FROM days
    JOIN series ON series.unique_id = days.unique_id
    GROUP BY series.group_id, days.t
)
SELECT
    group_id,
    t,
    avg(y) OVER (PARTITION BY group_id ORDER BY t ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS group_7,
    avg(y) OVER (PARTITION BY group_id ORDER BY t ROWS BETWEEN 27 PRECEDING AND CURRENT ROW) AS group_28,
    avg(y) OVER (PARTITION BY group_id ORDER BY t ROWS BETWEEN 111 PRECEDING AND CURRENT ROW) AS group_112,
    avg(y) OVER (PARTITION BY group_id ORDER BY t ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING) AS group_around
FROM sums
