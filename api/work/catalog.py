"""Every kind of background work: adding one is a function in this folder and a line here."""

from __future__ import annotations

from pydantic import ValidationError

from api.work.contract import AnyKind, Arguments, Kind
from api.work.describing import DescribeProducts, describe_products
from api.work.documents import FetchFeed, IndexDocument, UpdateIndex, fetch_feed, index_document, update_index
from api.work.errors import BadArguments, UnknownKind
from api.work.founding import FoundDemo, found_demo
from api.work.library import KeepLibrary, keep_library
from api.work.loading import ApplyEvents, LoadFiles, SyncDatabase, apply_events, load_files, sync_database
from api.work.teaching import TrainPlanner, train_planner
from api.work.training import KeepForecast, LookBack, TrainForecast, keep_forecast, look_back, train_forecast

# What is learnt from the data is learnt again when it changed.
_DATA_CHANGED = ("train_planner", "describe_products")
FOUND_DEMO = Kind("found_demo", FoundDemo, found_demo, "building the demo company", limit_seconds=1800, niceness=0)
LOAD_FILES = Kind("load_files", LoadFiles, load_files, "loading files", limit_seconds=6 * 3600, then=_DATA_CHANGED)
SYNC_DATABASE = Kind(
    "sync_database", SyncDatabase, sync_database, "bringing in what a database has", limit_seconds=6 * 3600, then=_DATA_CHANGED
)
APPLY_EVENTS = Kind("apply_events", ApplyEvents, apply_events, "applying pushed events", then=_DATA_CHANGED)
INDEX_DOCUMENT = Kind("index_document", IndexDocument, index_document, "reading a document", limit_seconds=600)
UPDATE_INDEX = Kind("update_index", UpdateIndex, update_index, "making documents searchable", limit_seconds=3600)
FETCH_FEED = Kind("fetch_feed", FetchFeed, fetch_feed, "taking in a feed", limit_seconds=600)
KEEP_LIBRARY = Kind(
    "keep_library", KeepLibrary, keep_library, "writing what the data show", limit_seconds=3600, niceness=10, then=("keep_forecast",)
)
KEEP_FORECAST = Kind(
    "keep_forecast", KeepForecast, keep_forecast, "learning to forecast", limit_seconds=3 * 3600, niceness=15, then=("look_back",)
)
LOOK_BACK = Kind("look_back", LookBack, look_back, "asking what past forecasts would have said", limit_seconds=3 * 3600, niceness=15)
TRAIN_FORECAST = Kind("train_forecast", TrainForecast, train_forecast, "learning to forecast", limit_seconds=3 * 3600, niceness=10)
TRAIN_PLANNER = Kind("train_planner", TrainPlanner, train_planner, "learning your words and names", limit_seconds=1800, niceness=10)

DESCRIBE_PRODUCTS = Kind(
    "describe_products", DescribeProducts, describe_products, "learning what products are", limit_seconds=1800, niceness=10
)

KINDS: tuple[AnyKind, ...] = (
    FOUND_DEMO,
    LOAD_FILES,
    SYNC_DATABASE,
    APPLY_EVENTS,
    INDEX_DOCUMENT,
    UPDATE_INDEX,
    FETCH_FEED,
    KEEP_LIBRARY,
    TRAIN_FORECAST,
    KEEP_FORECAST,
    LOOK_BACK,
    TRAIN_PLANNER,
    DESCRIBE_PRODUCTS,
)


def kind_named(name: str, kinds: tuple[AnyKind, ...] = KINDS) -> AnyKind:
    """The kind of work with this name, or UnknownKind listing them."""
    for kind in kinds:
        if kind.name == name:
            return kind
    raise UnknownKind(name, tuple(kind.name for kind in kinds))


def read_arguments(kind: AnyKind, text: str) -> Arguments:
    """The arguments of a job as its kind types them, or BadArguments naming the first that does not fit."""
    try:
        read: Arguments = kind.arguments.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "arguments"
        raise BadArguments(f"{kind.name}: {field}: {first['msg']}, got {str(first['input'])[:200]!r}") from error
    return read
