"""Several runs on one small page that may be committed: totals, risk against coverage, buckets; no question is shown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from evals.results import Judged, Run
from evals.targets import target_of
from evals.totals import Rate, buckets, latencies, totals

SUMMARY = "planner.html"
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 280, 48, 36
_WORST = 0.4  # risks above it are drawn at the edge
_COLOURS = ("#0a7d5a", "#c2410c", "#3b5bdb", "#9333a8", "#8a6d00", "#607080")
_STYLE = """
:root { color-scheme: light dark; --line: #8884 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid var(--line) }
td.n { text-align: right; font-variant-numeric: tabular-nums }
.bad { color: #d33 } .good { color: #2a7 } small { opacity: .7 } svg { max-width: 100%; height: auto }
text { font: 12px system-ui, sans-serif; fill: currentColor }
"""


def write_summary(runs: Sequence[Run], folder: Path) -> Path:
    """Write the page."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SUMMARY
    path.write_text(summary(runs), encoding="utf-8")
    return path


def summary(runs: Sequence[Run]) -> str:
    """The whole page."""
    names = _names(runs)
    about = "; ".join(f"{name}: {len(run.turns)} turns on {', '.join(run.companies)}" for name, run in zip(names, runs, strict=True))
    return "".join(
        (
            f"<!doctype html><html lang=en><meta charset=utf-8><title>How well questions are read</title><style>{_STYLE}</style>",
            f"<h1>How well questions are read</h1><p>{escape(about)}. Green keeps its target.</p>",
            f"<h2>Totals</h2>{_totals(names, runs)}",
            "<h2>Risk against coverage</h2><p>Of the answers, the surest first: which part was wrong.</p>",
            _chart(names, runs),
            *(f"<h2>Right turns by {escape(kind)}</h2>{_buckets(kind, names, runs)}" for kind in buckets(runs[0])),
            f"<h2>Seconds</h2>{_seconds(names, runs)}</html>\n",
        )
    )


def _names(runs: Sequence[Run]) -> list[str]:
    """Suite and engine; the company where the runs are not all of the same."""
    several = len({run.companies for run in runs}) > 1
    return [" · ".join((run.suite, run.brain, *(_sorts(run.companies) if several else ()))) for run in runs]


def _sorts(companies: Sequence[str]) -> tuple[str, ...]:
    """Companies without their seeds."""
    return tuple(dict.fromkeys(name.split("-")[0] for name in companies))


def _totals(names: Sequence[str], runs: Sequence[Run]) -> str:
    found = [totals(run) for run in runs]
    rows = [
        f"<tr><td>{escape(total)}<td class=n>{target_of(total) or ''}{''.join(_cell(total, each[total]) for each in found)}"
        for total in found[0]
        if any(each[total].n for each in found)
    ]
    return f"<table><tr><th>Total<th>Target{_head(names)}{''.join(rows)}</table>"


def _cell(total: str, rate: Rate) -> str:
    target = target_of(total)
    colour = "" if target is None or not rate.n else " good" if target.met(rate) else " bad"
    return f"<td class='n{colour}'>{f'{rate.value:.3f}' if rate.n else ''}"


def _head(names: Sequence[str]) -> str:
    return "".join(f"<th>{escape(name)}" for name in names)


def _buckets(kind: str, names: Sequence[str], runs: Sequence[Run]) -> str:
    found = [buckets(run)[kind] for run in runs]
    keys = sorted({key for each in found for key in each})
    rows = "".join(f"<tr><td>{escape(key)}" + "".join(f"<td class=n>{_part(each.get(key))}" for each in found) for key in keys)
    return f"<table><tr><th>{escape(kind)}{_head(names)}{rows}</table>"


def _part(rate: Rate | None) -> str:
    return f"{rate.value:.2f} <small>{rate.n}</small>" if rate and rate.n else ""


def _seconds(names: Sequence[str], runs: Sequence[Run]) -> str:
    found = [latencies(run) for run in runs]
    rows = "".join(f"<tr><td>{name}" + "".join(f"<td class=n>{each[name] * 1000:.0f} ms" for each in found) for name in found[0])
    return f"<table><tr><th>{_head(names)}{rows}</table>"


def risks(turns: Sequence[Judged]) -> list[tuple[float, float]]:
    """Coverage of the turns that have an answer, and the share of wrong answers, as less and less sure ones are let in."""
    wanted = sum(turn.wants_answer for turn in turns) or 1
    points, covered, wrong = [], 0, 0
    for count, turn in enumerate(sorted((turn for turn in turns if turn.answered), key=lambda turn: -turn.sure), 1):
        covered += turn.wants_answer
        wrong += not turn.correct
        points.append((covered / wanted, wrong / count))
    return points


def _chart(names: Sequence[str], runs: Sequence[Run]) -> str:
    lines = [_line(name, run, place) for place, (name, run) in enumerate(zip(names, runs, strict=True))]
    marks = [
        f"<line x1={_LEFT} x2={_WIDTH} y1={_y(risk):.0f} y2={_y(risk):.0f} stroke=#8884 /><text x=4 y={_y(risk) + 4:.0f}>{risk:.0%}</text>"
        for risk in (0.0, 0.03, 0.1, 0.2, 0.3, 0.4)
    ]
    marks += [f"<text x={_x(part) - 12:.0f} y={_HEIGHT - 14}>{part:.0%}</text>" for part in (0.2, 0.4, 0.6, 0.8, 1.0)]
    return f"<svg viewBox='0 0 {_WIDTH + 8} {_HEIGHT}' role=img aria-label='risk against coverage'>{''.join(marks)}{''.join(lines)}</svg>"


def _line(name: str, run: Run, place: int) -> str:
    points = risks(run.turns)
    step = max(len(points) // 150, 1)
    path = " ".join(f"{_x(coverage):.0f},{_y(risk):.0f}" for coverage, risk in points[::step])
    colour = _COLOURS[place % len(_COLOURS)]
    told = f"<text x={_LEFT + 12} y={18 + 16 * place} style='fill:{colour}'>{escape(name)}</text>"
    return f"<polyline fill=none stroke={colour} stroke-width=2 points='{path}'/>{told}"


def _x(coverage: float) -> float:
    return _LEFT + (_WIDTH - _LEFT) * min(coverage, 1.0)


def _y(risk: float) -> float:
    return (_HEIGHT - _BOTTOM) * (1 - min(risk, _WORST) / _WORST) + 6
