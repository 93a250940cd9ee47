-- One row for each series, origin and day asked about: what was known at the end of the origin, and what is known of the day itself.
-- groups is what groups.sql says of all series together. asked(unique_id, origin, h) · known(unique_id, t, ...) holds only what is truly known ahead.
SELECT
    asked.unique_id,
    asked.origin,
    asked.h,
    asked.origin + asked.h AS t,
    now.mean_3, now.mean_7, now.mean_14, now.mean_28, now.mean_56, now.mean_112, now.mean_364, now.ewm_10, now.ewm_40,
    now.sd_28, now.sd_112, now.zeros_28, now.zeros_112, now.max_28, now.since_sale, now.age, now.censored_28, now.promotion_28,
    now.y AS last_y,
    now.price / nullif(now.price_364, 0) AS price_level,
    now.price / nullif(now.price_28, 0) AS price_lately,
    now.price AS price_now,
    weekday.weekday_4, weekday.weekday_13, weekday.weekday_52,
    around.around AS year_ago,
    then_.mean_28 AS year_ago_28,
    grp.group_7 / nullif(grp.group_28, 0) AS group_week,
    grp.group_28 / nullif(grp.group_112, 0) AS group_trend,
    grp_then.group_around / nullif(grp_year.group_28, 0) AS group_season,
    now.mean_28 / nullif(grp.group_28, 0) AS group_share,
    known.price / nullif(now.price, 0) AS price_change,
    known.price / nullif(now.price_364, 0) AS price_ahead,
    CASE WHEN known.promotion_since <= asked.origin THEN known.promotion ELSE 0 END AS promotion_ahead
    /* more */
FROM asked
JOIN state AS now ON now.unique_id = asked.unique_id AND now.t = asked.origin
JOIN series ON series.unique_id = asked.unique_id
LEFT JOIN weekday ON weekday.unique_id = asked.unique_id AND weekday.t = asked.origin - (6 - (asked.h + 6) % 7)
LEFT JOIN around ON around.unique_id = asked.unique_id AND around.t = asked.origin + asked.h - 364
LEFT JOIN state AS then_ ON then_.unique_id = asked.unique_id AND then_.t = asked.origin - 364
LEFT JOIN known ON known.unique_id = asked.unique_id AND known.t = asked.origin + asked.h
LEFT JOIN groups AS grp ON grp.group_id = series.group_id AND grp.t = asked.origin
LEFT JOIN groups AS grp_then ON grp_then.group_id = series.group_id AND grp_then.t = asked.origin + asked.h - 364
LEFT JOIN groups AS grp_year ON grp_year.group_id = series.group_id AND grp_year.t = asked.origin - 364
