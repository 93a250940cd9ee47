"""The companies a suite runs on: the demo company in two sizes and any number of seeds, and UCI Online Retail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from evals.company import Company, serve

CompanyName = Literal["tiny", "demo", "large", "retail"]
RETAIL = Path("../shared/data/online_retail.parquet")
FIRST_SEED = 7


class NoCompany(LookupError):
    """The company cannot be built here; the text says what is missing."""


def open_companies(name: str, seeds: int, folder: Path, retail: Path = RETAIL) -> Iterator[Company]:
    """The same company with several seeds, built once and kept in `folder`; the retail data has no seed."""
    if name == "retail":
        yield _open_retail(folder / "retail", retail)
        return
    if name not in ("tiny", "demo", "large"):
        raise NoCompany(f"no company is called {name!r}; there are tiny, demo, large, retail")
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        yield open_demo(name, seed, folder)


def open_demo(size: str, seed: int, folder: Path) -> Company:
    """The demo company of a size and seed, built when it is not there yet."""
    from ingestion.founding import found
    from ingestion.warehouse import Warehouse

    warehouse = Warehouse(folder / f"{size}-{seed}")
    if warehouse.find() is None:
        found(warehouse, _size(size), seed)
    return serve(f"{size}-{seed}", warehouse.snapshot())


def _size(name: str) -> Literal["tiny", "demo", "large"]:
    sizes: dict[str, Literal["tiny", "demo", "large"]] = {"tiny": "tiny", "demo": "demo", "large": "large"}
    return sizes[name]


def _open_retail(folder: Path, source: Path) -> Company:
    from ingestion.load import LoadRequest, load
    from ingestion.warehouse import Warehouse

    warehouse = Warehouse(folder)
    if warehouse.find() is None:
        if not source.exists():
            raise NoCompany(f"{source} is not there: UCI Online Retail as Parquet is needed")
        load(warehouse, LoadRequest((source,)))
    return serve("retail", warehouse.snapshot())
