"""`./oiis ...`: the commands and what they start."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from cli import ask, bench, data, docs, doctor, eval, query, tool, train, up

EXIT_CODES = """Exit codes: 0 done · 1 unexpected fault · 2 wrong usage or setting · 3 bad file · 4 bad mapping · 5 batch refused ·
6 database unreachable · 7 another writer is at work · 8 no such snapshot or document · 9 disk full · 10 question refused ·
11 port taken."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

app = typer.Typer(
    name="oiis",
    help="Orders & Inventory Intelligence System: ask about orders, stock and customers, check every number.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("up")(up.up)
app.add_typer(data.app, name="data")
app.add_typer(docs.app, name="docs")
app.command("ask")(ask.ask)
app.command("query")(query.query)
app.command("metrics")(query.metrics)
app.command("tool")(tool.run_tool)
app.command("doctor")(doctor.doctor)
app.add_typer(bench.app, name="bench")
app.add_typer(train.app, name="train")
app.add_typer(eval.app, name="eval")


@app.command("test")
def run_tests(
    paths: Annotated[list[str] | None, typer.Argument(help="Test files or folders; all when left out")] = None,
    slow: Annotated[bool, typer.Option(help="Also the tests that take minutes")] = False,
) -> None:
    """Set everything up and pass the tests."""
    import subprocess

    from settings import ROOT

    chosen = ["-m", "slow or not slow"] if slow else []
    # Our own interpreter, and arguments the person typed for it.
    raise typer.Exit(subprocess.call([sys.executable, "-m", "pytest", *chosen, *(paths or [])], cwd=ROOT))  # noqa: S603


def main() -> None:
    """Run a command; faults a person can mend become one line and an exit code."""
    from api.store.errors import StoreError
    from ingestion.errors import IngestionError
    from settings import BadSetting

    sys.excepthook = tell_fault
    try:
        typer.main.get_command(app).main(prog_name="./oiis")
    except (IngestionError, BadSetting, StoreError) as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        typer.echo(f"error: {refused_by_system(error)}", err=True)
        sys.exit(9 if error.errno in _NO_ROOM else 2)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing half done was kept", err=True)
        sys.exit(130)


def refused_by_system(error: OSError) -> str:
    """What the file system would not do, where, and what to do about it."""
    if error.errno in _NO_ROOM:
        remedy = "free some disk space, then run it again"
    else:
        remedy = "check that the path is there, may be written, and is a folder where one is needed (all state lies under OIIS_HOME)"
    return f"{error.filename or 'this command'}: {error.strerror or error}. Next: {remedy}."


def tell_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault of ours: one line that says where, or with OIIS_DEBUG=1 the whole trace."""
    if os.environ.get("OIIS_DEBUG", "") not in ("", "0", "false"):
        traceback.print_exception(kind, error, trace)
        return
    frames = traceback.extract_tb(trace)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    reason = (str(error).splitlines() or [""])[0]
    typer.echo(f"error: unexpected fault{place}, {kind.__name__}: {reason}. Next: run it with OIIS_DEBUG=1 and report the trace.", err=True)


if __name__ == "__main__":
    main()
