"""Each training run in MLflow: parameters, scores and files; serving never comes near it."""

from __future__ import annotations

import os
from pathlib import Path

from ml.forecast.mixing import NAME
from ml.forecast.serving import Card

EXPERIMENT = "forecast"
_SCORES = ("rmsse", "mase", "bias", "pinball", "covered_80", "covered_90", "under_90", "under_95", "weekly_wape")


def default_url(home: Path) -> str:
    """Where runs are kept when no server is named: a file under the home folder."""
    return f"sqlite:///{home / 'mlflow.db'}"


def track(card: Card, files: dict[str, str], version: str, url: str) -> str:
    """Record one finished run and return its id; nothing is sent anywhere but to `url`."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=url)
    found = client.get_experiment_by_name(EXPERIMENT)
    experiment = found.experiment_id if found else client.create_experiment(EXPERIMENT, artifact_location=_artifacts(url))
    run = client.create_run(experiment, tags={"version": version, "snapshot": card.snapshot, "cut_off": card.cut_off})
    run_id = str(run.info.run_id)
    for name, value in {**card.parameters, "horizon": card.horizon, "series": card.series}.items():
        client.log_param(run_id, name, value)
    for key, score in _metrics(card).items():
        client.log_metric(run_id, key, score)
    for name in (name for name in files if name.endswith(".json")):
        client.log_text(run_id, files[name], name)
    client.set_terminated(run_id)
    return run_id


def _metrics(card: Card) -> dict[str, float]:
    """The served forecast's scores by slice, and the RMSSE of every rung beside them."""
    found = {}
    for row in card.scores:
        names = _SCORES if row["model"] == NAME else ("rmsse",)
        for name in names:
            value = row.get(name)
            if isinstance(value, int | float):
                found[f"{row['model']}/{row['slice']}/{name}"] = float(value)
    return found


def _artifacts(url: str) -> str | None:
    """Files of runs lie beside the database file; a server keeps its own."""
    if not url.startswith("sqlite:///"):
        return None
    return (Path(url.removeprefix("sqlite:///")).absolute().parent / "mlflow-files").as_uri()
