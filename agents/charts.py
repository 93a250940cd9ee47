"""Pictures of findings as Vega-Lite: data inside, no address, dark, units in the titles; only where they say it better than words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from agents.answer import ChartBlock
from agents.formats import Unit, show_period
from agents.writer_page import Page, bucket_end
from agents.writer_query import tool_of
from tools.facts import Days, FactValue

Spec = dict[str, object]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
LEAST_POINTS, MOST_BARS = 3, 40
BACKGROUND, CYAN, ROSE, SLATE, TEXT, GRID = "#0a0e17", "#22d3ee", "#fb7185", "#64748b", "#cbd5e1", "#1e293b"
_FORMATS: dict[str, str] = {
    "money": ",.3~s",
    "%": ".1%",
    "units": ",.3~s",
    "count": ",.3~s",
    "days": ",.1f",
    "ratio": ",.2f",
    "1..5": ".2f",
}
_EXACT: dict[str, str] = {"money": ",.0f", "%": ".1%", "units": ",~f", "count": ",~f", "days": ",.1f", "ratio": ",.2f", "1..5": ".2f"}
_CONFIG: Spec = {
    "background": BACKGROUND,
    "view": {"stroke": None},
    "font": "Inter, system-ui, sans-serif",
    "title": {"color": TEXT, "anchor": "start", "fontSize": 14},
    "axis": {"labelColor": TEXT, "titleColor": TEXT, "gridColor": GRID, "domainColor": GRID, "tickColor": GRID, "labelLimit": 220},
    "legend": {"labelColor": TEXT, "titleColor": TEXT},
    "range": {"category": [CYAN, "#a78bfa", "#f59e0b", "#34d399", ROSE, "#60a5fa", "#f472b6", "#facc15"], "ramp": [GRID, CYAN]},
}
_LINES = ("trend", "running_total", "rolling_average")
_BARS = {
    "ranking": "",
    "breakdown": "",
    "share": "share",
    "pareto": "share",
    "abc_classes": "share",
    "funnel": "reached",
    "group_by_metric": "members",
    "stock_ageing": "units",
}
_DIVERGING = {"change_by_member": "{metric}_change", "contribution": "contribution"}


def draw(page: Page, title: str, currency: str) -> ChartBlock | None:
    """The chart of a finding, or None where words or a table do better."""
    if len(page.rows) < LEAST_POINTS:
        return None
    make = _maker(tool_of(page.finding.call, page.query), page)
    spec = make(page, currency) if make else None
    if spec is None:
        return None
    return ChartBlock(title=title, spec={"$schema": SCHEMA, "title": title, "width": "container", "height": 300, "config": _CONFIG, **spec})


def _maker(tool: str, page: Page) -> Callable[[Page, str], Spec | None] | None:
    if tool == "weekday_hour_pattern" and len(page.names) > 1:
        return _heat
    if tool == "cohort_retention":
        return _cohorts
    if tool in _LINES or (tool == "breakdown" and page.bucket):
        return _line
    makers: Mapping[str, Callable[[Page, str], Spec | None]] = {
        "demand_forecast": _fan if page.bucket else _bars,
        "decomposition": _waterfall,
        "histogram": _histogram,
        "weekday_hour_pattern": _bars,
        **dict.fromkeys(_DIVERGING, _diverging),
        **dict.fromkeys(_BARS, _bars),
    }
    return makers.get(tool)


def _time_axis(bucket: str) -> Spec:
    """Marks at the buckets themselves, not at days between them."""
    marks: Spec = (
        {"tickCount": {"interval": "month" if bucket == "quarter" else bucket, "step": 3 if bucket == "quarter" else 1}}
        if bucket in ("month", "quarter", "year")
        else {}
    )
    return {"grid": False, **marks}


def _line(page: Page, currency: str) -> Spec | None:
    column = page.measured[-1] if page.measured[-1].startswith(("running", "rolling")) else page.measured[0]
    bucket = page.bucket
    if bucket is None:
        return None
    rows = [
        {"when": _plain(page.cell(row, bucket)), "label": _when(page, row), "value": value, "group": _who(page, row)}
        for row in range(len(page.rows))
        if (value := _number(page.cell(row, column))) is not None
    ]
    color: Spec = {"field": "group", "type": "nominal", "title": ""} if page.names else {"value": CYAN}
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "point": len(rows) <= 60, "strokeWidth": 2, "interpolate": "monotone"},
        "encoding": {
            "x": {"field": "when", "type": "temporal", "title": _title(page, bucket, currency), "axis": _time_axis(bucket)},
            "y": _quantity(page, column, currency),
            "color": color,
            "tooltip": [_tip("label", page.label(bucket)), *([_tip("group", "")] if page.names else []), _value_tip(page, column)],
        },
    }


def _fan(page: Page, currency: str) -> Spec | None:
    """The past as it was, the days ahead as a line in the band of its interval; they meet where the past ends."""
    bucket, column = page.bucket or "day", page.measured[0]
    rows = _past(page, bucket)
    if rows:
        last = rows[-1]["value"]
        rows.append({**rows[-1], "part": "ahead", "low": last, "high": last})
    rows += [_ahead(page, row, bucket) for row in range(len(page.rows))]
    y: Spec = _quantity(page, column, currency)
    line: Spec = {"type": "line", "strokeWidth": 2, "interpolate": "monotone"}
    tips = [_tip("label", page.label(bucket)), _value_tip(page, column)]
    ends = [{**_value_tip(page, name), "field": end} for name, end in zip(page.measured[1:3], ("low", "high"), strict=True)]
    band: Spec = {"y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": [*tips, *ends]}
    x: Spec = {"field": "when", "type": "temporal", "title": _title(page, bucket, currency), "axis": _time_axis(bucket)}
    return {
        "data": {"values": rows},
        "encoding": {"x": x, "tooltip": tips},
        "layer": [
            {"transform": [_of_part("ahead")], "mark": {"type": "area", "color": CYAN, "opacity": 0.22}, "encoding": band},
            {"transform": [_of_part("past")], "mark": {**line, "color": TEXT}, "encoding": {"y": y}},
            {"transform": [_of_part("ahead")], "mark": {**line, "color": CYAN, "strokeDash": [6, 3]}, "encoding": {"y": y}},
        ],
    }


def _ahead(page: Page, row: int, bucket: str) -> dict[str, object]:
    expected, low, high = (_number(page.cell(row, name)) for name in page.measured[:3])
    when, label = _plain(page.cell(row, bucket)), _when(page, row)
    return {"when": when, "label": label, "value": expected, "low": low, "high": high, "part": "ahead"}


def _of_part(part: str) -> Spec:
    return {"filter": {"field": "part", "equal": part}}


def _past(page: Page, bucket: str) -> list[dict[str, object]]:
    """What happened before, in the same buckets; one that is not over is left out."""
    first = page.findings.period.start if page.findings.period else None
    if first is None or len(page.findings.tables) < 2:
        return []
    found: list[dict[str, object]] = []
    for start, value in page.findings.tables[1].rows:
        if isinstance(start, date) and bucket_end(start, bucket) < first:
            days = Days(start=start, end=bucket_end(start, bucket))
            found.append(
                {"when": start.isoformat(), "label": show_period(days, page.book.language), "value": _number(value), "part": "past"}
            )
    return found


def _bars(page: Page, currency: str) -> Spec | None:
    tool = tool_of(page.finding.call, page.query)
    column = _BARS.get(tool) or str(page.asked("metric") or page.measured[0])
    column = column if column in page.columns else page.measured[0]
    rows = _named_rows(page, column)
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "color": CYAN, "cornerRadiusEnd": 3},
        "encoding": {
            "y": {"field": "who", "type": "nominal", "sort": None, "title": ""},
            "x": _quantity(page, column, currency),
            "tooltip": [_tip("who", ""), _value_tip(page, column)],
        },
    }


def _diverging(page: Page, currency: str) -> Spec | None:
    pattern = _DIVERGING[tool_of(page.finding.call, page.query)]
    column = pattern.format(metric=page.asked("metric"))
    if column not in page.columns:
        return None
    return {
        "data": {"values": _named_rows(page, column)},
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "y": {"field": "who", "type": "nominal", "sort": None, "title": ""},
            "x": _quantity(page, column, currency),
            "color": {"condition": {"test": "datum.value < 0", "value": ROSE}, "value": CYAN},
            "tooltip": [_tip("who", ""), _value_tip(page, column)],
        },
    }


def _waterfall(page: Page, currency: str) -> Spec | None:
    """Each effect starts where the one before ended; the total stands on the ground."""
    rows, reached = [], 0.0
    for row in range(len(page.rows)):
        amount, last = _number(page.cell(row, "amount")) or 0.0, row == len(page.rows) - 1
        start = 0.0 if last else reached
        rows.append({"who": _who(page, row), "value": amount, "from": start, "to": start + amount, "total": last})
        reached += amount
    color: Spec = {
        "condition": [{"test": "datum.total", "value": SLATE}, {"test": "datum.value < 0", "value": ROSE}],
        "value": CYAN,
    }
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "x": {"field": "who", "type": "nominal", "sort": None, "title": "", "axis": {"labelAngle": 0}},
            "y": {**_quantity(page, "amount", currency), "field": "from"},
            "y2": {"field": "to"},
            "color": color,
            "tooltip": [_tip("who", ""), _value_tip(page, "amount")],
        },
    }


def _histogram(page: Page, currency: str) -> Spec | None:
    pairs = [tuple(_number(page.cell(row, name)) for name in ("from_value", "to_value", "count")) for row in range(len(page.rows))]
    rows: list[dict[str, object]] = [{"from": low, "to": high, "value": count} for low, high, count in pairs]
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "color": CYAN},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "bin": {"binned": True},
                "title": f"{page.metric()}{_unit_said(page, _unit(page, 'from_value'), currency)}",
                "axis": {"format": _FORMATS.get(_unit(page, "from_value") or "", ",.3~s")},
            },
            "x2": {"field": "to"},
            "y": _quantity(page, "count", currency),
            "tooltip": [_tip("from", page.label("from_value")), _tip("to", page.label("to_value")), _value_tip(page, "count")],
        },
    }


def _heat(page: Page, currency: str) -> Spec | None:
    metric = str(page.asked("metric"))
    rows = [
        {"x": f"{page.cell(row, 'hour')}", "y": page.book.weekdays[int(str(page.cell(row, "weekday"))) - 1], "value": value}
        for row in range(len(page.rows))
        if (value := _number(page.cell(row, metric))) is not None
    ]
    return _grid(page, rows, metric, (page.label("hour"), page.label("weekday")), currency)


def _cohorts(page: Page, currency: str) -> Spec | None:
    rows = [
        {"x": f"{page.cell(row, 'offset_buckets')}", "y": _when(page, row), "value": value}
        for row in range(len(page.rows))
        if (value := _number(page.cell(row, "retention"))) is not None
    ]
    return _grid(page, rows, "retention", (page.label("offset_buckets"), page.label("cohort")), currency)


def _grid(page: Page, rows: list[dict[str, object]], column: str, titles: tuple[str, str], currency: str) -> Spec:
    color = {**_quantity(page, column, currency), "scale": {"range": [GRID, CYAN]}}
    color["legend"] = color.pop("axis")
    return {
        "data": {"values": rows},
        "mark": "rect",
        "encoding": {
            "x": {"field": "x", "type": "ordinal", "sort": None, "title": titles[0]},
            "y": {"field": "y", "type": "ordinal", "sort": None, "title": titles[1]},
            "color": color,
            "tooltip": [_tip("y", titles[1]), _tip("x", titles[0]), _value_tip(page, column)],
        },
    }


def _named_rows(page: Page, column: str) -> list[dict[str, object]]:
    rows = range(min(len(page.rows), MOST_BARS))
    return [{"who": _who(page, row), "value": value} for row in rows if (value := _number(page.cell(row, column))) is not None]


def _quantity(page: Page, column: str, currency: str) -> Spec:
    unit = _unit(page, column)
    axis: Spec = {"format": _FORMATS.get(unit or "", ",.3~s")}
    return {"field": "value", "type": "quantitative", "title": _title(page, column, currency), "axis": axis}


def _value_tip(page: Page, column: str) -> Spec:
    return {**_tip("value", page.label(column)), "type": "quantitative", "format": _EXACT.get(_unit(page, column) or "", ",~f")}


def _tip(name: str, title: str) -> Spec:
    return {"field": name, "type": "nominal", "title": title or " "}


def _title(page: Page, column: str, currency: str) -> str:
    return f"{page.label(column)}{_unit_said(page, _unit(page, column), currency)}"


def _unit_said(page: Page, unit: Unit | None, currency: str) -> str:
    days = {"en": "days", "vi": "ngày"}[page.book.language]
    return {"money": f" ({currency})", "%": " (%)", "days": f" ({days})", "1..5": " (1..5)"}.get(unit or "", "")


def _unit(page: Page, column: str) -> Unit | None:
    return next((each.unit for each in page.table.columns if each.name == column), None)


def _who(page: Page, row: int) -> str:
    return page.spoken_name(row)


def _when(page: Page, row: int) -> str:
    days = page.stretch(row)
    return show_period(days, page.book.language) if days else ""


def _number(value: FactValue) -> float | None:
    return float(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else None


def _plain(value: FactValue) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
