"""`./oiis up`: everything set up, and the main job started."""

from __future__ import annotations

from cli.console import progress_bar, say


def up() -> None:
    """Make sure there is a warehouse (the demo company when nothing was loaded yet) and say what is in it."""
    from cli.data import _show_status
    from ingestion.warehouse import Warehouse
    from settings import read_settings

    settings = read_settings()
    warehouse = Warehouse(settings.home, settings.keep_snapshots)
    if warehouse.find() is None:
        from ingestion.founding import found

        with progress_bar(quiet=False) as progress:
            found(warehouse, "demo", 7, 600.0, progress)
    _show_status(warehouse, as_json=False)
    say("\nNext: ./oiis data load FILE reads your own data; ./oiis data --help lists what else can be done with it.")
