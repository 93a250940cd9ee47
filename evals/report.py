"""A run as one HTML page that needs nothing else: totals against their targets, buckets, every failure with its trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from evals.results import Judged, Run
from evals.targets import target_of
from evals.totals import Rate, buckets, latencies, totals

REPORT = "report.html"
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #d33; --good: #2a7 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
td.n { text-align: right; font-variant-numeric: tabular-nums }
.bad { color: var(--bad) } .good { color: var(--good) } small { opacity: .7 } summary { cursor: pointer }
details { border-bottom: 1px solid var(--line); padding: .3rem 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .6rem; border-radius: .4rem }
.bar { display: inline-block; height: .6rem; background: var(--good); border-radius: .2rem }
input { font: inherit; padding: .3rem .6rem; width: 100%; box-sizing: border-box }
"""
_FILTER = """
const box=document.querySelector('input');box.addEventListener('input',()=>{const wanted=box.value.toLowerCase();
document.querySelectorAll('details').forEach(each=>{each.hidden=!each.textContent.toLowerCase().includes(wanted)})});
"""


def write_report(run: Run, folder: Path, beside: Mapping[str, Run] | None = None) -> Path:
    """Write the page; runs of other engines over the same suite stand beside the totals."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / REPORT
    path.write_text(page(run, beside or {}), encoding="utf-8")
    return path


def page(run: Run, beside: Mapping[str, Run]) -> str:
    """The whole page."""
    wrong = [turn for turn in run.turns if not turn.correct]
    title = f"{run.suite} · {run.brain}"
    return "".join(
        (
            f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{_about(run)}</p><h2>Totals</h2>{_totals(run, beside)}<h2>Seconds</h2>{_seconds(run)}",
            *(f"<h2>Right turns by {escape(name)}</h2>{_bucket(rates)}" for name, rates in buckets(run).items()),
            f"<h2>Failures ({len(wrong)})</h2><input placeholder='show only those that contain ...'>",
            *map(_failure, wrong),
            _left(run),
            f"<script>{_FILTER}</script></html>",
        )
    )


def _about(run: Run) -> str:
    days = ", ".join(f"{name} (as of {day})" for name, day in zip(run.companies, run.as_of, strict=False))
    once = sum(turn.read_once for turn in run.turns)
    alone = "ask for forecasts or stock advice: their gold is the tool's own result, without a second implementation"
    told = f" {once} turns {alone}." if once else ""
    return f"{len(run.turns)} turns on {escape(days)}. Code {escape(run.code or 'unknown')}. Intervals are Wilson 95 %.{told}"


def _totals(run: Run, beside: Mapping[str, Run]) -> str:
    found, others = totals(run), {name: totals(other) for name, other in beside.items()}
    head = "".join(f"<th>{escape(name)}" for name in others)
    rows = [
        f"<tr><td>{escape(name)}<td class='n {_colour(name, rate)}'>{_shown(rate)}<td class=n><small>{_interval(rate)}</small>"
        f"<td class=n>{target_of(name) or ''}{''.join(f'<td class=n>{_shown(other[name])}' for other in others.values())}"
        for name, rate in found.items()
    ]
    return f"<table><tr><th>Total<th>Value<th>Interval, n<th>Target{head}{''.join(rows)}</table>"


def _colour(name: str, rate: Rate) -> str:
    target = target_of(name)
    if target is None or rate.n == 0:
        return ""
    return "good" if target.met(rate) else "bad"


def _shown(rate: Rate) -> str:
    return f"{rate.value:.3f}" if rate.n else "·"


def _interval(rate: Rate) -> str:
    return f"{rate.low:.3f} to {rate.high:.3f}, {rate.n}" if rate.low != rate.high else f"{rate.n}"


def _seconds(run: Run) -> str:
    cells = "".join(f"<tr><td>{escape(name)}<td class=n>{seconds * 1000:.0f} ms" for name, seconds in latencies(run).items())
    return f"<table>{cells}</table>"


def _bucket(rates: Mapping[str, Rate]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}<td class=n>{_shown(rate)}<td><span class=bar style='width:{rate.value * 12:.1f}rem'></span>"
        f"<td class=n><small>{_interval(rate)}</small>"
        for name, rate in rates.items()
    )
    return f"<table>{rows}</table>"


def _failure(turn: Judged) -> str:
    trace = turn.trace
    silent = " <b class=bad>silent</b>" if turn.silently_wrong else ""
    where = f"{turn.case}, turn {turn.turn}, {turn.company}, archetype {turn.archetype}{', ' + turn.noise if turn.noise else ''}"
    parts = [("Did", trace.calls), ("Accepted", trace.accepted), ("Reading", (trace.reading,)), ("Said", (trace.text,)), ("SQL", trace.sql)]
    told = "".join(f"<p><b>{name}</b><pre>{escape(_joined(lines))}</pre>" for name, lines in parts if any(lines))
    return f"<details><summary>{escape(turn.ask)} <small>{escape(where)}</small>{silent}<br>{escape(trace.why)}</summary>{told}</details>"


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _left(run: Run) -> str:
    if not run.left:
        return ""
    rows = "".join(f"<tr><td>{escape(each.case)}<td>{escape(each.company)}<td>{escape(each.why)}" for each in run.left)
    return f"<h2>Not asked ({len(run.left)})</h2><table>{rows}</table>"
