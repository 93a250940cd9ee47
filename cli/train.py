"""`./oiis train ...`: what is learnt from data, each kind its own command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, fail, progress_bar, say, table

if TYPE_CHECKING:
    from agents.language.learnt.learning import Curve

app = typer.Typer(
    help="Learn from the data: each kind makes a new version beside the old ones.", no_args_is_help=True, rich_markup_mode=None
)

_LINES = (0.0, 0.5, 0.55, 0.6, 0.7, 0.83, 0.92)


@app.command("planner")
def planner(
    base: Annotated[
        bool, typer.Option("--base", help="Make the artifact that ships with the product again, from the demo company")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Also when no metric, word or name changed since the last time")] = False,
) -> None:
    """Teach the planner your own metrics, words and names; how sure it is stays as it was measured."""
    if base:
        _planner_base()
        return
    from api.ground import open_ground
    from api.work.teaching import teach_planner
    from settings import read_settings

    settings = read_settings()
    say(teach_planner(open_ground(settings), settings.home, again))


def _planner_base() -> None:
    from evals.teaching import teach_base

    path, curve = teach_base(complain)
    _show(curve)
    say(f"\n{path}")


def _show(curve: Curve) -> None:
    """What answering from each chance on came to, on templates the calibrator did not see."""
    rows = [(f"{line:.2f}", *(f"{value:.3f}" for value in curve.at(line).values())) for line in _LINES]
    table(("answered from", *curve.at(0.0)), rows)
    say(f"AURC {curve.aurc:.4f} over {len(curve.chosen)} readings of hand-worded questions, words left out in most")


@app.command("forecast")
def forecast(
    tune: Annotated[int, typer.Option(min=0, max=200, help="Try this many more settings first; trials made before count")] = 0,
    horizon: Annotated[int, typer.Option(min=1, max=180, help="Days ahead")] = 28,
    by_location: Annotated[bool, typer.Option("--by-location", help="Each product at each location, not each product")] = False,
    tracking: Annotated[str | None, typer.Option(help="MLflow server that records the run; empty means a file under the home")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress")] = False,
) -> None:
    """Learn to forecast demand: backtest beside the ladder, then a new version that is served from now on."""
    from ml.errors import MlError
    from ml.forecast import told
    from ml.forecast.contract import Score
    from ml.forecast.run import train_forecast
    from ml.forecast.training import Plan
    from ml.panel import Grain
    from settings import read_settings

    try:
        with progress_bar(quiet) as progress:
            grain: Grain = "product_location" if by_location else "product"
            done = train_forecast(read_settings().home, Plan(horizon=horizon), grain, tune, tracking, progress)
    except MlError as error:
        fail(error, 1)
    table(told.HEADS, told.rows(tuple(Score(**row) for row in done.card.scores)))  # type: ignore[arg-type]
    say("\n".join(told.win_lines(done.card.wins_found())))
    say(f"{done.version} is served from now on: {done.card.series:,} series to {done.card.cut_off}, {done.card.seconds:.0f} s")
    say(f"run: {done.tracked}")
