"""English ranges, comparisons, cuts, lengths and windows, grouped by what they mean on any business date."""

from __future__ import annotations

from datetime import date

from tests.agents.language.time import oracle as o
from tests.agents.language.time.oracle import Meant

RANGES: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (o.since_month(1), ("since January", "since jan", "from January to date", "from Jan onwards", "January to now")),
    (o.since_month(3), ("since March", "since mar", "from March until today")),
    (lambda d: o.on((o.newest_day(d, 3, 1)[0], d)), ("since 1 March", "since March 1st", "from 1 March")),
    (lambda d: o.on((o.whole(d, "week", -1)[0], d)), ("since last week",)),
    (lambda d: o.on((o.whole(d, "day", -1)[0], d)), ("since yesterday",)),
    (lambda d: o.on((o.newest_day(d, 6, 15)[0] + o.DAY, d)) if o.newest_day(d, 6, 15)[0] < d else [], ("after 15 June", "after June 15")),
    (
        lambda d: o.on((o.newest_month(o.newest_month(d, 5)[0], 3)[0], o.newest_month(d, 5)[1])),
        ("from March to May", "March to May", "between March and May", "Mar-May", "from Mar through May"),
    ),
    (lambda d: o.on((o.newest_month(o.newest_month(d, 2)[0], 11)[0], o.newest_month(d, 2)[1])), ("from November to February", "nov-feb")),
    (
        lambda d: o.on((o.newest_day(d, 3, 15)[0] - 14 * o.DAY, o.newest_day(d, 3, 15)[0])),
        ("from 1 to 15 March", "1-15 March", "March 1-15", "from the 1st to the 15th of March", "between 1 and 15 March"),
    ),
    (
        o.fixed("2025-01-01", "2025-03-31"),
        (
            "Jan-Mar 2025",
            "January to March 2025",
            "Jan–Mar 2025",
            "from Jan to Mar 2025",
            "between January and March 2025",
            "Jan through Mar 2025",
        ),
    ),
    (
        o.fixed("2024-11-01", "2025-02-28"),
        ("from November to February 2025", "November 2024 to February 2025", "Nov 2024 - Feb 2025", "from November 2024 to February"),
    ),
    (
        o.fixed("2025-03-01", "2025-03-15"),
        (
            "from 1 to 15 March 2025",
            "between 1 March and 15 March 2025",
            "2025-03-01 to 2025-03-15",
            "from 01/03/2025 to 15/03/2025",
            "March 1-15, 2025",
        ),
    ),
    (o.fixed("2023-01-01", "2024-12-31"), ("from 2023 to 2024", "2023-2024", "between 2023 and 2024", "2023 to 2024")),
    (o.fixed("2025-01-01", "2025-09-30"), ("Q1-Q3 2025", "Q1 to Q3 2025", "from Q1 to Q3 2025")),
    (o.fixed("2025-10-01", "2025-10-07"), ("first week of October 2025", "the first 7 days of October 2025")),
    (o.fixed("2025-10-25", "2025-10-31"), ("last week of October 2025", "the final week of October 2025", "last 7 days of October 2025")),
    (o.fixed("2025-05-01", "2025-05-10"), ("first ten days of May 2025", "early May 2025", "the first 10 days of may 2025")),
    (o.fixed("2025-05-08", "2025-05-14"), ("second week of May 2025", "the 2nd week of May 2025")),
    (o.fixed("2025-03-11", "2025-03-20"), ("mid-March 2025", "mid March 2025")),
    (o.fixed("2025-03-01", "2025-03-15"), ("first half of March 2025",)),
    (o.fixed("2025-03-16", "2025-03-31"), ("second half of March 2025",)),
    (
        lambda d: o.on((o.whole(d, "month", -1)[0], o.whole(d, "month", -1)[0] + 9 * o.DAY)),
        ("first 10 days of last month", "early last month"),
    ),
    (lambda d: o.on(o.half_days(d.year, 1)), ("first half of the year", "first half of this year", "the first six months of the year")),
    (lambda d: o.on(o.half_days(d.year - 1, 2)), ("second half of last year",)),
    (o.until(lambda d: o.newest_month(d, 3)[1]), ("until March", "up to March", "up until March")),
    (o.until(lambda d: date(2024, 12, 31)), ("before 2025", "until 2024", "up to 2024", "prior to 2025", "as of 31 December 2024")),
    (o.until(lambda d: o.newest_day(d, 3, 31)[0]), ("as of 31 March", "at 31 March", "by 31 March", "as at March 31")),
    (o.until(lambda d: o.whole(d, "month", -1)[1]), ("end of last month", "at the end of last month", "stock at end of last month")),
    (o.until(lambda d: o.whole(d, "year", -1)[1]), ("end of last year", "by the end of last year")),
    (o.until(lambda d: min(d, o.newest_month(d, 3)[1])), ("end of March", "at the end of March")),
)

COMPARISONS: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (
        o.against("previous"),
        (
            "vs last month",
            "month over month",
            "mom",
            "m/m",
            "month on month",
            "week on week",
            "qoq",
            "wow",
            "compared with the previous month",
            "compared to the previous period",
            "from the month before",
            "versus last week",
            "than last month",
            "against last quarter",
            "vs the prior period",
            "vs yesterday",
            "change since last month",
            "growth over last month",
            "up on last week",
            "period over period",
            "compared with the month before",
        ),
    ),
    (
        o.against("year_on_year"),
        (
            "year on year",
            "yoy",
            "YoY growth",
            "y/y",
            "than last year",
            "vs last year",
            "same period last year",
            "vs same month last year",
            "versus the same week last year",
            "compared with the same period last year",
            "year-over-year",
            "vs a year ago",
            "growth over last year",
            "against the previous year",
            "vs ly",
            "compared to this time last year",
        ),
    ),
    (lambda d: [("against", *o.newest_month(d, 9))], ("against September", "vs september", "compared with sept")),
    (lambda d: [("against", *o.newest_quarter(d, 2))], ("compared to Q2", "vs Q2", "against the second quarter")),
    (o.versus(o.fixed("2024-01-01", "2024-06-30")), ("vs H1 2024", "compared to the first half of 2024")),
    (
        o.both(o.this("month"), o.against("previous")),
        ("this month vs last month", "revenue this month compared with last month", "MTD vs last month"),
    ),
    (o.both(o.this("week"), o.against("previous")), ("this week against last week", "sales this week versus last week")),
    (o.both(o.unit("month", -1), o.against("previous")), ("last month compared with the month before", "last month vs the previous month")),
    (o.both(o.unit("quarter", -1), o.against("previous")), ("last quarter vs the quarter before",)),
    (o.both(o.this("month"), o.against("year_on_year")), ("this month vs last year", "this month vs the same month last year")),
    (o.both(o.this("year"), o.against("year_on_year")), ("this year vs last year", "ytd vs last year")),
    (
        o.both(o.fixed("2025-10-01", "2025-10-31"), o.versus(o.fixed("2025-09-01", "2025-09-30"))),
        ("October 2025 vs September 2025", "October vs September 2025", "October 2025 vs September"),
    ),
    (o.both(o.fixed("2025-10-01", "2025-10-31"), o.against("year_on_year")), ("October 2025 vs 2024", "October 2025 year on year")),
    (o.both(o.fixed("2025-10-01", "2025-10-31"), o.versus(o.fixed("2023-10-01", "2023-10-31"))), ("October 2025 vs 2023",)),
    (
        o.both(o.fixed("2025-07-01", "2025-09-30"), o.versus(o.fixed("2025-04-01", "2025-06-30"))),
        ("Q3 2025 vs Q2 2025", "Q3 vs Q2 2025", "Q3 2025 against Q2"),
    ),
    (
        o.both(o.fixed("2024-01-01", "2024-12-31"), o.versus(o.fixed("2023-01-01", "2023-12-31"))),
        ("2024 vs 2023", "in 2024 compared with 2023"),
    ),
    (
        o.both(o.versus(o.fixed("2025-09-01", "2025-09-30")), o.fixed("2025-10-01", "2025-10-31")),
        (
            "how did revenue change from September to October 2025",
            "margin fell from September 2025 to October 2025",
            "who lost the most revenue between September and October 2025",
        ),
    ),
    (
        o.both(o.fixed("2025-01-01", "2025-03-31"), o.fixed("2025-04-01", "2025-06-30")),
        ("Q1 and Q2 2025", "Q1 2025 and Q2 2025", "Q1, Q2 2025"),
    ),
    (
        o.both(o.fixed("2023-01-01", "2023-12-31"), o.fixed("2024-01-01", "2024-12-31"), o.fixed("2025-01-01", "2025-12-31")),
        ("2023, 2024 and 2025",),
    ),
    (
        o.both(o.fixed("2024-12-01", "2024-12-31"), o.fixed("2025-01-01", "2025-01-31")),
        ("December and January 2025", "December 2024 and January"),
    ),
    (o.both(o.unit("day", -1), o.this("day")), ("yesterday and today",)),
    (lambda d: [("period", *o.whole(d, "day", -1)), ("against", d - 8 * o.DAY, d - 8 * o.DAY)], ("yesterday vs same day last week",)),
)

OTHERS: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (
        o.cut("month"),
        (
            "per month",
            "monthly revenue",
            "by month",
            "each month",
            "every month",
            "month by month",
            "by the month",
            "revenue by monht",
            "orders a month",
        ),
    ),
    (o.cut("week"), ("by week", "weekly", "per week", "week by week", "every week", "orders a week")),
    (o.cut("day"), ("each day", "daily sales", "per day", "day by day", "by day", "orders a day")),
    (o.cut("quarter"), ("quarterly", "by quarter", "per quarter", "quaterly revenue")),
    (o.cut("year"), ("per year", "by year", "annual revenue", "yearly", "annually")),
    (
        o.length(90, "day"),
        ("no order for 90 days", "90 days without orders", "90-day window", "longer than 90 days", "not sold for ninety days"),
    ),
    (o.length(30, "day"), ("within 30 days", "in 30 days", "30 days of cover")),
    (o.length(3, "month"), ("three months in a row", "3 months running", "for 3 months")),
    (o.length(2, "week"), ("more than 2 weeks", "over two weeks", "2 weeks late")),
    (o.length(1, "week"), ("within a week", "more than a week", "for a week")),
    (o.length(1, "year"), ("more than a year", "1 year warranty")),
    (o.length(6, "month"), ("half a year", "six months without a sale")),
    (o.length(1.5, "year"), ("1.5 years",)),
    (o.length(48, "hour"), ("within 48 hours", "48h", "48 hrs")),
    (o.both(o.rolling(12, "month"), o.cut("month")), ("last 12 months by month", "in the past 12 months per month")),
    (o.both(o.cut("month"), o.rolling(6, "month")), ("each of the last 6 months",)),
    (o.both(o.cut("month"), o.fixed("2025-01-01", "2025-12-31")), ("monthly revenue in 2025", "for each month of 2025")),
    (o.both(o.cut("week"), o.since_month(6)), ("sales by week since June",)),
)

WINDOWS: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (
        o.fixed("2025-07-01", "2025-09-30"),
        ("the 3 months to September 2025", "three months ending September 2025", "3 months ended 30 September 2025"),
    ),
    (o.fixed("2024-07-01", "2025-06-30"), ("year ending June 2025", "12 months to June 2025", "the year ended 30 June 2025")),
    (o.rolling(12, "month"), ("trailing 12 months", "TTM", "12 months to date", "LTM revenue")),
    (
        o.fixed("2025-05-05", "2025-05-11"),
        ("the week of 5 May 2025", "week of May 7th, 2025", "week beginning 5 May 2025", "w/c 5 May 2025"),
    ),
    (o.fixed("2025-03-03", "2025-03-09"), ("week ending 9 March 2025", "w/e 9 March 2025")),
    (o.fixed("2025-01-14", "2025-01-27"), ("two weeks before Tet 2025", "the 14 days before Tet 2025")),
    (o.fixed("2024-12-27", "2024-12-27"), ("the day after Christmas 2024",)),
    (o.fixed("2025-10-31"), ("last Friday of October 2025", "the last friday of oct 2025")),
    (o.fixed("2025-05-12"), ("second Monday of May 2025", "the 2nd Monday of May 2025")),
    (lambda d: o.on((o.whole(d, "month", -1)[0] + 14 * o.DAY,) * 2), ("on the 15th of last month", "the 15th of last month")),
    (o.fixed("2025-01-01", "2025-09-30"), ("9M 2025", "first 9 months of 2025", "the first three quarters of 2025")),
    (o.unit("month", -2), ("second last month", "the penultimate month")),
    (lambda d: o.on(o.half_days(d.year - (d.month <= 6), 1 if d.month > 6 else 2)), ("last half", "the previous half")),
    (lambda d: o.on((o.half_days(d.year, 1 if d.month <= 6 else 2)[0], d)), ("this half",)),
    (lambda d: o.on(o.newest_half(d, 2)), ("the second half", "in the second half")),
    (o.unit("day", -14), ("a fortnight ago",)),
    (lambda d: o.on((date(d.year - 1, 1, 1), o.back(d, 12, "month"))), ("last year to date", "prior YTD")),
    (o.this("year"), ("earlier this year", "fiscal year to date", "this fiscal year")),
    (o.unit("year", -1), ("last financial year", "previous fiscal year")),
    (o.lately(o.fixed("2024-01-01", "2024-12-31")), ("in '24", "'24")),
    (o.this("day"), ("the latest day", "most recent day")),
    (o.unit("quarter", -1), ("the most recent quarter", "latest full quarter")),
    (
        lambda d: o.on((d + o.DAY, o.year_days(d.year)[1])) if d != o.year_days(d.year)[1] else [],
        ("later this year", "the rest of the year"),
    ),
    (o.both(o.this("year"), o.against("year_on_year")), ("YTD vs last YTD", "year to date compared with last year to date")),
    (
        o.both(o.this("month"), o.against("previous")),
        ("this month vs last", "this month vs last MTD", "this month compared to the previous"),
    ),
    (
        o.both(o.this("month"), o.unit("month", -1)),
        ("this and last month", "the current and previous month", "compare this month and last month"),
    ),
    (o.both(o.rolling(3, "month"), o.against("previous")), ("last 3 months vs the 3 months before", "last 3 months vs previous 3 months")),
    (
        o.both(o.fixed("2023-01-01", "2023-12-31"), o.versus(o.fixed("2024-01-01", "2024-12-31"))),
        ("compare 2023 to 2024", "compare 2023 with 2024"),
    ),
    (
        o.both(o.fixed("2025-03-01", "2025-03-31"), o.fixed("2025-04-01", "2025-04-30")),
        ("compare March and April 2025",),
    ),
)

GROUPS = (*RANGES, *COMPARISONS, *OTHERS, *WINDOWS)
