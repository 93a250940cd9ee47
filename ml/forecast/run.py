"""One training run from a warehouse to a published version: what the command line and the worker share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingestion.progress import Progress, silent
from ingestion.warehouse import Warehouse
from ml import artifacts
from ml.contract import Panel
from ml.forecast.serving import KIND, Card
from ml.forecast.training import Plan, train
from ml.panel import Grain
from ml.panel_warehouse import panel_of_snapshot

TRIALS_FILE = "tuning.db"


@dataclass(frozen=True)
class Published:
    """The version that is served from now on, its card, and where its run is recorded: an id, or why there is none."""

    version: str
    card: Card
    tracked: str


def train_forecast(
    home: Path, plan: Plan, grain: Grain = "product", trials: int = 0, tracking_url: str | None = None, progress: Progress = silent
) -> Published:
    """Train on the current snapshot and publish; the version served until then stays until the new one is whole."""
    snapshot = Warehouse(home).snapshot()
    progress("reading the warehouse", None)
    panel = panel_of_snapshot(snapshot, grain=grain)
    trained = train(panel, _tuned(home, panel, plan, trials, progress), snapshot.name, grain, progress)
    files = trained.served.files()
    progress("publishing", None)
    version = artifacts.write(home, KIND, files, wait_seconds=60.0)
    return Published(version.name, trained.served.card, _tracked(home, trained.served.card, files, version.name, tracking_url))


def _tracked(home: Path, card: Card, files: dict[str, str], version: str, url: str | None) -> str:
    """A record that cannot be written does not take back a model that is served."""
    from mlflow.exceptions import MlflowException

    from ml.forecast.tracking import default_url, track

    try:
        return track(card, files, version, url or default_url(home))
    except (MlflowException, OSError) as error:
        return f"not recorded: {error}"


def _tuned(home: Path, panel: Panel, plan: Plan, trials: int, progress: Progress) -> Plan:
    """The plan with the best settings of this many trials; trials are kept, so that the next search goes on from them."""
    from ml.forecast.tuning import tune

    if not trials:
        return plan
    folder = home / artifacts.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return replace(plan, settings=tune(panel, plan.horizon, trials, plan.settings, folder / TRIALS_FILE, progress))
