-- A week around each day: only ever joined to days at least three further back than any origin, a year before the day asked about.
SELECT
    unique_id,
    t,
    avg(y) OVER (PARTITION BY unique_id ORDER BY t ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING) AS around
FROM days
