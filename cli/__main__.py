"""`./oiis ...`: the commands and what they start."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import bench, data, doctor, query, tool, up

EXIT_CODES = """Exit codes: 0 done · 1 unexpected fault · 2 wrong usage or setting · 3 bad file · 4 bad mapping · 5 batch refused ·
6 database unreachable · 7 another writer is at work · 8 no such snapshot · 9 disk full · 10 question refused."""

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
app.command("query")(query.query)
app.command("metrics")(query.metrics)
app.command("tool")(tool.run_tool)
app.command("doctor")(doctor.doctor)
app.add_typer(bench.app, name="bench")


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
    from ingestion.errors import IngestionError
    from settings import BadSetting

    try:
        app(prog_name="./oiis")
    except (IngestionError, BadSetting) as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing half done was kept", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
