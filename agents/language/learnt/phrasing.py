"""A plan as a question that is read back as the same plan: what is offered when two readings are close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agents.language.figures import Json
from agents.language.words import name_of
from agents.plan import Language

_PERIODS: Mapping[str, tuple[str, str]] = {
    "last_month": ("last month", "tháng trước"),
    "this_month": ("this month", "tháng này"),
    "last_quarter": ("last quarter", "quý trước"),
    "this_quarter": ("this quarter", "quý này"),
    "last_year": ("last year", "năm ngoái"),
    "this_year": ("this year", "năm nay"),
    "last_week": ("last week", "tuần trước"),
    "this_week": ("this week", "tuần này"),
    "yesterday": ("yesterday", "hôm qua"),
    "today": ("today", "hôm nay"),
    "ytd": ("year to date", "từ đầu năm đến nay"),
}
_GRAINS = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}
_COMPARED = {
    "previous": ("against the period before", "so với kỳ trước"),
    "year_on_year": ("against last year", "so với cùng kỳ năm ngoái"),
}


def phrase(calls: Sequence[tuple[str, Json]], language: Language) -> str:
    """The question; nothing for plans that have no plain wording."""
    if len(calls) != 1 or calls[0][0] not in _FORMS:
        return ""
    tool, arguments = calls[0]
    if arguments.keys() - _SAID[tool] - {"where", "period"}:
        return ""
    parts = (_FORMS[tool](arguments, language), _conditions(arguments, language), _period(arguments.get("period"), language))
    return " ".join(part for part in parts if part)


def _value(arguments: Json, language: Language) -> str:
    compared = arguments.get("compare")
    how = _COMPARED.get(str(compared.get("to")), ("", "")) if isinstance(compared, dict) else ("", "")
    return f"{_metrics(arguments, language)} {how[language == 'vi']}".strip()


def _breakdown(arguments: Json, language: Language) -> str:
    by = (" and " if language == "en" else " và ").join(_name(each, language) for each in _texts(arguments.get("by")))
    return f"{_metrics(arguments, language)} {'by' if language == 'en' else 'theo'} {by}"


def _ranking(arguments: Json, language: Language) -> str:
    n, by, metric = arguments.get("n", 10), _name(arguments.get("by"), language), _metrics(arguments, language)
    if language == "vi":
        return f"{n} {by} có {metric} {'thấp nhất' if arguments.get('lowest') else 'cao nhất'}"
    return f"{'bottom' if arguments.get('lowest') else 'top'} {n} {by} by {metric}"


def _trend(arguments: Json, language: Language) -> str:
    grain = str(arguments.get("grain", "month"))
    return f"{_metrics(arguments, language)} {f'per {grain}' if language == 'en' else f'theo {_GRAINS[grain]}'}"


def _share(arguments: Json, language: Language) -> str:
    by = _name(next(iter(_texts(arguments.get("by"))), ""), language)
    return (
        f"share of {_metrics(arguments, language)} by {by}" if language == "en" else f"tỷ trọng {_metrics(arguments, language)} theo {by}"
    )


def _running(arguments: Json, language: Language) -> str:
    grain = str(arguments.get("grain", "month"))
    metric = _metrics(arguments, language)
    return f"cumulative {metric} by {grain}" if language == "en" else f"{metric} lũy kế theo {_GRAINS[grain]}"


def _inactive(arguments: Json, language: Language) -> str:
    entity, days = _name(arguments.get("entity"), "en"), arguments.get("days", 90)
    if language == "vi":
        return f"{'khách hàng' if entity == 'customer' else 'sản phẩm'} nào không mua trong {days} ngày qua"
    return f"which {entity}s had no sales in {days} days" if entity == "product" else f"which {entity}s have not ordered for {days} days"


_FORMS: Mapping[str, Callable[[Json, Language], str]] = {
    "metric_value": _value,
    "breakdown": _breakdown,
    "ranking": _ranking,
    "trend": _trend,
    "share": _share,
    "running_total": _running,
    "inactive": _inactive,
}
_SAID: Mapping[str, frozenset[str]] = {
    "metric_value": frozenset({"metrics", "compare"}),
    "breakdown": frozenset({"metrics", "by"}),
    "ranking": frozenset({"metric", "by", "n", "lowest"}),
    "trend": frozenset({"metrics", "grain"}),
    "share": frozenset({"metric", "by"}),
    "running_total": frozenset({"metric", "grain"}),
    "inactive": frozenset({"entity", "days", "metric"}),
}


def _metrics(arguments: Json, language: Language) -> str:
    names = _texts(arguments.get("metrics") or arguments.get("metric"))
    return (" and " if language == "en" else " và ").join(_name(name, language) for name in names)


def _conditions(arguments: Json, language: Language) -> str:
    """Names, each told with its kind, so that it is read as the same; what is left out, left out."""
    said = []
    for each in _objects(arguments.get("where")):
        values = ", ".join(_texts(each.get("values")))
        without = each.get("op") in ("!=", "not_in")
        word = ("without" if without else "for") if language == "en" else ("trừ" if without else "của")
        said.append(f"{word} {_name(each.get('dimension'), language)} {values}")
    return " ".join(said)


def _period(period: object, language: Language) -> str:
    if not isinstance(period, dict):
        return ""
    place = int(language == "vi")
    if period.get("kind") == "named":
        return _PERIODS.get(str(period.get("name")), ("", ""))[place]
    if period.get("kind") == "last":
        n, unit = period.get("n"), str(period.get("unit"))
        return f"in the last {n} {unit}s" if language == "en" else f"{n} {_GRAINS.get(unit, unit)} qua"
    if period.get("kind") == "between":
        return (
            f"from {period.get('start')} to {period.get('end')}"
            if language == "en"
            else f"từ {period.get('start')} đến {period.get('end')}"
        )
    return _calendar(period, language) if period.get("kind") == "calendar" else ""


def _calendar(period: Json, language: Language) -> str:
    year = period.get("year")
    if month := period.get("month"):
        return f"in {year}-{int(str(month)):02d}" if language == "en" else f"tháng {month}/{year}"
    if quarter := period.get("quarter"):
        return f"in Q{quarter} {year}" if language == "en" else f"quý {quarter}/{year}"
    return f"in {year}" if language == "en" else f"năm {year}"


def _name(name: object, language: Language) -> str:
    return name_of(str(name), language)


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


def _objects(found: object) -> list[Json]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list | tuple) else []
