"""Numbers and their cuts: a metric, over groups, over time."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.past import ask
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.distribution import Histogram, Percentiles
from tools.query.operators.grouping import ByMetric
from tools.query.operators.pattern import Pattern
from tools.query.operators.running import Rolling, Running
from tools.query.operators.series import Series
from tools.query.operators.value import Value


@tool()
def metric_value(context: ToolContext, query: Value) -> Findings:
    """The value of one or several metrics over a period; with `compare`, also the value before and the change.

    Use it for "how much", "how many", "what is our". Rates come as fractions of 1 with unit %. Not for a value per group
    (breakdown) or per day, week or month (trend).
    """
    return ask(context, query, "Metric value", "kpi")


@tool()
def breakdown(context: ToolContext, query: Breakdown) -> Findings:
    """Metrics for each member of one or several dimensions (revenue by province, returns by supplier country).

    `having` keeps groups whose metrics qualify, also several together ("low stock but high sales"). Not for the best n only
    (ranking), for parts of a total in percent (share) or for time buckets (trend).
    """
    return ask(context, query, "Breakdown")


@tool()
def trend(context: ToolContext, query: Series) -> Findings:
    """Metrics for each day, week, month, quarter or year of a period, empty buckets included.

    Use it for "over time", "per month", "how did it develop". Not for a running total (running_total) or a smoothed line
    (rolling_average).
    """
    return ask(context, query, "Trend", "line")


@tool()
def running_total(context: ToolContext, query: Running) -> Findings:
    """The total so far, bucket by bucket; `restart: year` gives year to date for each year.

    Only for metrics that add up. Not for stock levels, which do not.
    """
    return ask(context, query, "Running total", "line")


@tool()
def rolling_average(context: ToolContext, query: Rolling) -> Findings:
    """The mean or the sum of a metric over the last n buckets, for each bucket.

    Use it to smooth a noisy line. The first n - 1 buckets are empty.
    """
    return ask(context, query, "Rolling average", "line")


@tool()
def weekday_hour_pattern(context: ToolContext, query: Pattern) -> Findings:
    """A metric by weekday, by hour, or both: its total, and its mean for each such day of the period.

    Use it for "busiest day", "when do people order". Weekdays are cut in the business time zone, Monday first.
    """
    return ask(context, query, "Weekday hour pattern", "bar")


@tool()
def percentiles(context: ToolContext, query: Percentiles) -> Findings:
    """Median, P90 and other percentiles of a metric over its rows (delivery_days) or over members of `per` (revenue per order).

    Interpolated. With `per` a day, week or month the mean is what a usual one brings ("average daily revenue"); empty ones count.
    Not for the average of a rate (metric_value).
    """
    return ask(context, query, "Percentiles")


@tool()
def histogram(context: ToolContext, query: Histogram) -> Findings:
    """How many rows, or members of `per`, fall into each range of values; empty ranges are shown.

    Use it for "how are order values distributed". For ranges you choose yourself use group_by_metric.
    """
    return ask(context, query, "Histogram", "bar")


@tool()
def group_by_metric(context: ToolContext, query: ByMetric) -> Findings:
    """Entities counted by the value of a metric: customers by number of orders, products by stock cover.

    `edges` makes ranges, each edge begins one.
    """
    return ask(context, query, "Group by metric", "bar")
