"""`./oiis eval ...`: how good the answers are, measured; what people rejected; a suite for one's own data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, fail, say, table

if TYPE_CHECKING:
    from evals.results import Run

app = typer.Typer(help="Measure the quality of answers.", no_args_is_help=True, rich_markup_mode=None)

_FAILED = 1
_Brain = Annotated[
    str,
    typer.Option(help="Engine: embedded, llm, typed, keyword, nearest, abstain, gold; rules, without-STAGE"),
]
_Suite = Annotated[str, typer.Argument(help="A suite, or a folder of case files; `./oiis eval suites` lists them")]


@app.command("suites")
def suites() -> None:
    """The suites that can be run."""
    from evals.catalog import SUITES

    table(("suite", "cases", "what it holds"), [(suite.name, len(suite.cases()), suite.about) for suite in SUITES])


@app.command("run")
def run(
    suite: _Suite = "dev",
    brain: _Brain = "embedded",
    company: Annotated[str, typer.Option(help="tiny, demo, large, retail; `own` is the warehouse you serve")] = "tiny",
    seeds: Annotated[int, typer.Option(min=1, max=20, help="How many companies of that size are generated")] = 3,
    out: Annotated[Path | None, typer.Option(help="Folder for results.json and report.html; under the home when left out")] = None,
    beside: Annotated[bool, typer.Option(help="Also run the trivial engines and show them beside")] = False,
    keep: Annotated[bool, typer.Option(help="Make these totals the committed baseline")] = False,
) -> None:
    """Ask every case of a suite and judge the answers."""
    from evals.baseline import fallen, keep_baseline, read_baseline
    from evals.brains import TRIVIAL
    from evals.report import write_report
    from evals.results import write_run

    with _named_trouble():
        found = _run(suite, brain, company, seeds)
        others = {name: _run(suite, name, company, seeds) for name in TRIVIAL} if beside else {}
    folder = out or _home() / "evals" / f"{found.suite}-{brain}"
    write_run(found, folder)
    _show(found)
    say(f"\n{write_report(found, folder, others)}")
    before = read_baseline(found.suite, brain)
    if keep:
        say(f"baseline kept: {keep_baseline(found)}")
    elif before is None or before.companies != found.companies:
        say("nothing was compared: there is no baseline of this suite, engine and companies (--keep makes one)")
    elif worse := fallen(found, before):
        complain("error: worse than the committed baseline. " + "; ".join(map(str, worse)))
        raise typer.Exit(_FAILED)


@app.command("probe")
def probe(
    suite: Annotated[str, typer.Argument(help="Whose questions are asked of a poisoned copy, and with an order behind them")] = "quick",
    brain: _Brain = "embedded",
    company: Annotated[str, typer.Option(help="tiny, demo, large")] = "tiny",
    seed: Annotated[int, typer.Option(help="Seed of the company")] = 7,
) -> None:
    """What must hold of any answers: sums, hostile text, planted stories. Ends with 1 when a relation or a plan broke."""
    import asyncio

    from evals.catalog import suite_called
    from evals.probe import by_kind, probe_all

    with _named_trouble():
        found = asyncio.run(probe_all(brain, company, seed, _home() / "evals" / "companies", suite_called(suite).cases()))
    rows = [(each.kind, f"{each.held.value:.3f}", each.held.n, f"{each.answered.value:.3f}") for each in by_kind(found)]
    table(("what must hold", "held", "of", "answered"), rows)
    broken = [each for each in found if each.outcome == "broken"]
    for each in broken:
        complain(f"{each.kind}: {each.name} {each.said}".rstrip())
    if any(not each.kind.startswith("planted") for each in broken):
        raise typer.Exit(_FAILED)


@app.command("compare")
def compare(
    before: Annotated[Path, typer.Argument(help="Folder of the first run")],
    after: Annotated[Path, typer.Argument(help="Folder of the second run")],
) -> None:
    """What the second run does better and worse than the first."""
    from evals.compare import compare as compare_runs
    from evals.compare import sign_test
    from evals.results import read_run

    found = compare_runs(read_run(before), read_run(after))
    table(
        ("total", "before", "after", "by"),
        [(moved.name, f"{moved.before.value:.3f}", f"{moved.after.value:.3f}", f"{moved.by:+.3f}") for moved in found.moved],
    )
    for name, turns in (("came right", found.better), ("went wrong", found.worse)):
        say(f"\n{name}: {len(turns)}")
        for turn in turns:
            say(f"  {turn.case}.{turn.turn} {turn.company}: {turn.ask}")
    say(f"\nas uneven by chance: {sign_test(len(found.better), len(found.worse)):.3f}")
    if found.only_before or found.only_after:
        say(f"only in one run: {found.only_before} before, {found.only_after} after")


@app.command("report")
def report(folder: Annotated[Path, typer.Argument(help="Folder of a run")]) -> None:
    """Write the page of a run again."""
    from evals.report import write_report
    from evals.results import read_run

    say(str(write_report(read_run(folder), folder if folder.is_dir() else folder.parent)))


@app.command("page")
def page(
    folders: Annotated[list[Path], typer.Argument(help="Folders of runs, each with its results.json")],
    out: Annotated[Path, typer.Option(help="Folder of the page")] = Path("docs/eval"),
) -> None:
    """Several runs on one small page without a question in it, fit to be committed."""
    from evals.results import read_run
    from evals.summary import write_summary

    say(str(write_summary([read_run(folder) for folder in folders], out)))


@app.command("generate")
def generate(
    out: Annotated[Path | None, typer.Option(help="Folder for own.yaml; under the home when left out")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many questions at most")] = 300,
) -> None:
    """Write a suite about your own data, with the plans that answer it."""
    from evals.generate import generate_suite

    folder = out or _home() / "evals" / "own"
    with _named_trouble():
        path = generate_suite(_own(), folder, most)
    say(f"{path}\nNext: ./oiis eval run {folder} --company own")


@app.command("review")
def review(
    days: Annotated[int, typer.Option(min=1, help="How far back")] = 30,
    approve: Annotated[str | None, typer.Option(help="Approve the candidate with this id")] = None,
    plan: Annotated[str | None, typer.Option(help="The calls that answer it, as JSON; its correction when left out")] = None,
    by: Annotated[str, typer.Option(help="Who approves")] = "local",
) -> None:
    """Answers people rejected, as candidate cases; with --approve one becomes a verified question and plan."""
    from datetime import UTC, datetime, timedelta

    from api.store.open import open_store
    from evals.review import Candidate, waiting
    from settings import read_settings

    with open_store(read_settings().state) as store:
        candidates = waiting(store, datetime.now(UTC) - timedelta(days=days))
    if approve is None:
        for each in candidates:
            say(json.dumps(each.model_dump(mode="json"), ensure_ascii=False))
        complain(f"{len(candidates)} wait. Next: ./oiis eval review --approve ID [--plan '[{{...}}]']")
        return
    chosen: Candidate | None = next((each for each in candidates if each.id == approve), None)
    if chosen is None:
        complain(f"error: no candidate {approve} in the last {days} days")
        raise typer.Exit(2)
    _approve(chosen, plan, by)


def _approve(chosen: object, plan: str | None, by: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    from evals.cases import BadCase, Call
    from evals.review import Candidate
    from evals.review import approve as approve_pair

    candidate = Candidate.model_validate(chosen, from_attributes=True)
    try:
        calls = TypeAdapter(tuple[Call, ...]).validate_json(plan) if plan else candidate.correction
        say(str(approve_pair(candidate, calls, by, _home() / "evals")))
    except (BadCase, ValidationError) as error:
        fail(error, 2)


def _run(suite: str, brain: str, company: str, seeds: int) -> Run:
    import asyncio

    from evals.catalog import suite_called
    from evals.companies import open_companies
    from evals.run import run_suite

    chosen = suite_called(suite)
    asked = [_own()] if company == "own" else open_companies(company, seeds, _home() / "evals" / "companies")
    return asyncio.run(run_suite(chosen, brain, asked, complain))


def _own() -> Company:
    from cli.query import served
    from evals.company import Company

    return Company("own", served())


def _show(found: Run) -> None:
    from evals.targets import target_of
    from evals.totals import latencies, totals

    rows = [
        (
            name,
            f"{rate.value:.3f}",
            f"{rate.low:.3f} to {rate.high:.3f}" if rate.low != rate.high else "",
            rate.n,
            str(target_of(name) or ""),
        )
        for name, rate in totals(found).items()
        if rate.n
    ]
    table(("total", "value", "95 %", "n", "target"), rows)
    say("\n" + ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in latencies(found).items()))


def _home() -> Path:
    from settings import read_settings

    return read_settings().home


@contextmanager
def _named_trouble() -> Iterator[None]:
    """What is missing, in one line."""
    from evals.brains import NoBrain
    from evals.cases import BadCase
    from evals.catalog import NoSuite
    from evals.companies import NoCompany

    try:
        yield
    except (NoBrain, NoSuite, NoCompany, BadCase) as error:
        fail(error, 2)


if TYPE_CHECKING:
    from evals.company import Company
