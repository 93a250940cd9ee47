"""`./oiis doctor`: what is installed, reachable, loaded, stale or missing, each with its remedy."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.console import say

if TYPE_CHECKING:
    from ingestion.warehouse import Warehouse
    from settings import Settings

State = Literal["good", "warning", "bad"]
_MARKS: dict[State, str] = {"good": "ok ", "warning": "!  ", "bad": "NO "}
_STALE_DAYS = 7
_LITTLE_SPACE_GB = 2


@dataclass(frozen=True)
class Finding:
    """One thing looked at, how it is, and what to do when it is not good."""

    subject: str
    state: State
    detail: str
    remedy: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout")] = False) -> None:
    """Say what is installed, reachable, loaded, stale or missing, each with its remedy; exit 1 when something is bad."""
    findings = examine()
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            remedy = f"  -> {finding.remedy}" if finding.remedy else ""
            say(f"{_MARKS[finding.state]} {finding.subject}: {finding.detail}{remedy}")
    raise typer.Exit(int(any(finding.state == "bad" for finding in findings)))


def examine() -> list[Finding]:
    """Every finding, in the order a person would mend them."""
    from ingestion.warehouse import Warehouse
    from settings import read_settings

    settings = read_settings()
    warehouse = Warehouse(settings.home, settings.keep_snapshots)
    found = [_python(), _packages(), _home(settings), *_warehouse(warehouse), _inbox(warehouse), _drivers()]
    if settings.warehouse_url:
        found.append(_reachable(settings.warehouse_url))
    return found


def _python() -> Finding:
    running = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info[:2] == (3, 11)
    return Finding("python", "good" if good else "bad", running, "" if good else "install Python 3.11 and run ./oiis again")


def _packages() -> Finding:
    """Installed versions against the pins, by metadata only: nothing is imported."""
    wrong = []
    for line in (Path(__file__).parents[1] / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, pinned, wanted = line.partition("==")
        if pinned and not line.startswith((" ", "#")):
            wanted = wanted.split()[0]
            if (installed := _installed(name)) != wanted:
                wrong.append(f"{name} {installed or 'missing'} instead of {wanted}")
    if wrong:
        return Finding("packages", "bad", "; ".join(wrong[:5]), "delete .venv and run ./oiis again")
    return Finding("packages", "good", "all pinned versions are installed")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _home(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home.absolute(), *settings.home.absolute().parents) if path.exists())
    if not folder.is_dir():
        return Finding("home", "bad", f"{settings.home}: {folder} is a file", "point OIIS_HOME at a folder")
    free_gb = shutil.disk_usage(folder).free / 1e9
    if not os.access(folder, os.W_OK):
        return Finding("home", "bad", f"{settings.home} may not be written", "point OIIS_HOME at a folder that may")
    enough = free_gb > _LITTLE_SPACE_GB
    return Finding("home", "good" if enough else "bad", f"{settings.home}, {free_gb:.0f} GB free", "" if enough else "free some disk space")


def _warehouse(warehouse: Warehouse) -> list[Finding]:
    from ingestion.errors import NoWarehouse

    try:
        snapshot = warehouse.find()
    except NoWarehouse as error:
        return [Finding("warehouse", "bad", error.what, error.remedy)]
    except OSError as error:
        return [Finding("warehouse", "bad", f"{error.filename}: {error.strerror}", "point OIIS_HOME at a folder that may be written")]
    if snapshot is None:
        return [
            Finding("warehouse", "warning", "nothing loaded yet", "./oiis up builds the demo company, ./oiis data load FILE reads yours")
        ]
    damaged = warehouse.versions.damage(snapshot.version)
    if damaged:
        return [
            Finding("warehouse", "bad", f"{', '.join(damaged)} of {snapshot.name} changed since it was written", "./oiis data rollback")
        ]
    findings = [Finding("warehouse", "good", f"{snapshot.name}, {sum(snapshot.card.rows.values()):,} rows as of {snapshot.card.as_of}")]
    missing = [name for name, rows in snapshot.card.rows.items() if not rows]
    if missing:
        findings.append(
            Finding("tables", "warning", f"empty: {', '.join(missing)}", "questions about these are declined until they are loaded")
        )
    age_days = (datetime.now(UTC) - datetime.fromisoformat(snapshot.version.created_at)).days
    if age_days > _STALE_DAYS:
        findings.append(Finding("freshness", "warning", f"loaded {age_days} days ago", "./oiis data load or ./oiis data sync"))
    return findings


def _inbox(warehouse: Warehouse) -> Finding:
    from ingestion.inbox import waiting

    count = len(waiting(warehouse))
    if count:
        return Finding("inbox", "warning", f"{count} pushes wait", "the next ./oiis data push, load or sync tries them")
    return Finding("inbox", "good", "no event waits")


def _drivers() -> Finding:
    if _installed("psycopg"):
        return Finding("postgresql driver", "good", f"psycopg {version('psycopg')}")
    return Finding("postgresql driver", "warning", "not installed", "needed only for PostgreSQL: ./oiis extra postgres")


def _reachable(url: str) -> Finding:
    from ingestion.databases import probe
    from ingestion.errors import Unreachable

    try:
        return Finding("warehouse url", "good", probe(url))
    except Unreachable as error:
        return Finding("warehouse url", "bad", str(error), "start the database or unset OIIS_WAREHOUSE_URL")
