"""A suite for the user's own data: questions from its metrics, dimensions and members, with the plans that answer them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml

from evals.cases import Call, Language, read_case
from evals.company import Company, NotHere
from evals.gold import Runner
from evals.tables import is_empty
from ingestion.metrics import Dimension, Metric, load_definitions

_LAST_MONTH = {"kind": "named", "name": "last_month"}
_THIS_YEAR = {"kind": "named", "name": "this_year"}
_CUTS = ("category", "manufacturer", "supplier", "province", "tier", "channel", "location", "carrier", "payment_method")
_RANKED = ("product", "customer", "supplier", "category")


@dataclass(frozen=True)
class Form:
    """One shape of question: several wordings, the tool, and the archetype it belongs to."""

    archetype: int
    tool: str
    en: tuple[str, ...]
    vi: tuple[str, ...]


_FORMS = {
    "value": Form(
        1,
        "metric_value",
        ("What was our {metric} last month?", "{metric} last month", "tell me last month's {metric} please"),
        ("{metric} tháng trước là bao nhiêu?", "cho xem {metric} tháng trước"),
    ),
    "compare": Form(
        18,
        "metric_value",
        ("{metric} last month compared with the month before", "how did {metric} change last month against the previous one?"),
        ("{metric} tháng trước so với tháng trước nữa",),
    ),
    "cut": Form(
        12,
        "breakdown",
        ("{metric} by {dimension} this year", "this year's {metric} for each {dimension}", "break {metric} down by {dimension}, this year"),
        ("{metric} theo {dimension} năm nay",),
    ),
    "top": Form(
        9,
        "ranking",
        ("top 5 {dimension} by {metric} this year", "which 5 have the highest {metric} this year, by {dimension}?"),
        ("5 {dimension} có {metric} cao nhất năm nay",),
    ),
    "trend": Form(21, "trend", ("{metric} per month this year", "monthly {metric} this year"), ("{metric} từng tháng năm nay",)),
    "one": Form(
        7,
        "metric_value",
        ("{metric} of {member} last month", "what did {member} do in {metric} last month?"),
        ("{metric} của {member} tháng trước",),
    ),
}


def generate_suite(company: Company, folder: Path, most: int = 300) -> Path:
    """Write `own.yaml`: at most so many questions whose plans run on this data and find something."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "own.yaml"
    cases = list(islice(_cases(company), most))
    for case in cases:
        read_case(case)
    text = yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=140)
    path.write_text(f"# Questions about {company.name}, as of {company.as_of}; every plan was run\n{text}", encoding="utf-8")
    return path


@dataclass(frozen=True)
class _Plan:
    """One call that may be asked for, and the words of a question for it: English, Vietnamese."""

    form: str
    metric: Metric
    arguments: dict[str, object]
    words: Mapping[str, tuple[str, str]]

    @property
    def number(self) -> int:
        """Its place among all: the same every time, and every shape and metric has its part."""
        return int(hashlib.sha256(f"{self.form} {self.arguments}".encode()).hexdigest()[:8], 16)


def _cases(company: Company) -> Iterator[dict[str, object]]:
    """Questions whose plan finds something, in English and Vietnamese by turns."""
    known, runner = load_definitions(), Runner(company)
    plans = [plan for name, metric in known.metrics.items() for plan in _plans(name, metric, known.dimensions, company)]
    for plan in sorted(plans, key=lambda plan: plan.number):
        language: Language = "vi" if plan.number % 3 == 0 and plan.metric.vi else "en"
        ran = runner.run(Call(tool=_FORMS[plan.form].tool, arguments=plan.arguments))
        if ran.table is not None and not is_empty(ran.table):
            yield _case(plan, language)


def _plans(name: str, metric: Metric, dimensions: Mapping[str, Dimension], company: Company) -> Iterator[_Plan]:
    """Every shape of question that this metric could be asked in."""
    if metric.hidden or metric.unit == "number":
        return
    yield _Plan("value", metric, {"metrics": [name], "period": _LAST_MONTH}, {})
    yield _Plan("compare", metric, {"metrics": [name], "period": _LAST_MONTH, "compare": {"to": "previous"}}, {})
    yield _Plan("trend", metric, {"metrics": [name], "grain": "month", "period": _THIS_YEAR}, {})
    for cut in _CUTS:
        yield _Plan("cut", metric, {"metrics": [name], "by": [cut], "period": _THIS_YEAR}, {"dimension": _said(cut, dimensions[cut])})
        for member in _some_members(company, cut):
            where = [{"dimension": cut, "values": [member]}]
            yield _Plan("one", metric, {"metrics": [name], "where": where, "period": _LAST_MONTH}, {"member": (member, member)})
    for cut in _RANKED:
        arguments: dict[str, object] = {"metric": name, "by": cut, "n": 5, "period": _THIS_YEAR}
        yield _Plan("top", metric, arguments, {"dimension": _said(cut, dimensions[cut])})


def _case(plan: _Plan, language: Language) -> dict[str, object]:
    """The case of a plan, in one of the wordings of its shape."""
    form, key = _FORMS[plan.form], plan.number
    name = str(plan.arguments.get("metric") or next(iter(_texts(plan.arguments["metrics"]))))
    spoken = (name.replace("_", " "), *plan.metric.en) if language == "en" else plan.metric.vi
    wordings = form.en if language == "en" else form.vi
    filled = {word: each[0 if language == "en" else 1] for word, each in plan.words.items()}
    return {
        "id": f"own-{plan.form}-{key:08x}",
        "ask": _pick(wordings, key).format(metric=_pick(spoken, key + 1), **filled),
        "language": language,
        "archetype": form.archetype,
        "accept": [[{"tool": form.tool, "arguments": plan.arguments}]],
    }


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _said(name: str, dimension: Dimension) -> tuple[str, str]:
    return name.replace("_", " "), dimension.vi[0] if dimension.vi else name


def _some_members(company: Company, dimension: str) -> Sequence[str]:
    try:
        return company.members(dimension)[:2]
    except NotHere:
        return ()


def _pick(words: Sequence[str], key: int) -> str:
    return words[key % len(words)]
