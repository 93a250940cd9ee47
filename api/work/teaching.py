"""The planner taught by the worker, as `./oiis train planner` does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.work.contract import Arguments, Workplace
from ingestion.progress import Progress

if TYPE_CHECKING:
    from agents.session_ground import Ground
    from tools.query.served import Served

_ABOUT = "about.json"
_KEPT = 3
PAIRS = 30_000


class TrainPlanner(Arguments):
    """`again` teaches it anew though nothing changed."""

    again: bool = False


def train_planner(arguments: TrainPlanner, place: Workplace, progress: Progress) -> str:
    """Teach the planner what is served now."""
    from ingestion.warehouse import Warehouse
    from tools.query.served import serve_snapshot

    progress("reading metrics, words and names", 0.05)
    return teach_planner(_ground(serve_snapshot(Warehouse(place.home, place.keep_snapshots).snapshot())), place.home, arguments.again)


def _ground(served: Served) -> Ground:
    from agents.session_ground import Ground
    from ingestion.metrics import load_definitions

    return Ground(served, load_definitions())


def teach_planner(ground: Ground, home: Path, again: bool = False, pairs: int = PAIRS) -> str:
    """A new version of what the planner knows, unless nothing changed since the last; one sentence of what came of it."""
    import json

    from agents.language.learnt.adapting import Worse, adapt, fingerprint
    from agents.language.learnt.followed import FOLDER
    from agents.language.learnt.learnt import base, write
    from agents.language.learnt.material import material_of
    from ingestion.versions import Versions

    shipped, material = base(), material_of(ground)
    if shipped is None:
        return "nothing was learnt: what ships with the product is missing or damaged"
    versions, mark = Versions(home / FOLDER, _KEPT), {"material": fingerprint(material), "scores": dict(shipped.scores)}
    current = versions.current()
    if current and not again and (current.path / _ABOUT).read_text(encoding="utf-8") == json.dumps(mark):
        return f"{current.name} knows these metrics, words and names already"
    try:
        adapted = adapt(material, ground.served.context.as_of, shipped, pairs)
    except Worse as error:
        return f"nothing was kept: {error}"
    with versions.building() as draft:
        write(adapted.learnt, draft.path)
        (draft.path / _ABOUT).write_text(json.dumps(mark), encoding="utf-8")
        draft.keep()
    return (
        f"{draft.name}: {adapted.pairs} pairs; of labels on pairs held back {adapted.after:.3f} are read right, before {adapted.before:.3f}"
    )
