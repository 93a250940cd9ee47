"""How the installation stands: for people, for probes."""

from __future__ import annotations

from fastapi import APIRouter

from api import schemas
from api.background import jobs_of
from api.blocking import beside
from api.examples import examples
from api.reach import House
from api.refusal import Refusal
from settings import version

router = APIRouter(tags=["status"])
probes = APIRouter(tags=["status"])


@router.get("/status")
async def read_status(house: House) -> schemas.Status:
    """The data that answers, work in the background, the engine, and questions that work here."""
    ground = await beside(house.ground.find)
    data = None
    if ground is not None:
        context = ground.served.context
        data = schemas.DataStatus(
            snapshot=context.snapshot or ground.served.source.snapshot,
            data_as_of=context.as_of,
            tables=ground.tables,
            currency=ground.currency,
        )
    return schemas.Status(
        data=data,
        jobs=jobs_of(house),
        brain=house.settings.model or "embedded",
        version=version(),
        examples=examples(house.brain, ground) if ground else (),
    )


@probes.get("/healthz")
async def read_health() -> schemas.Health:
    """Whether the process is alive."""
    return schemas.Health()


@probes.get("/readyz")
async def read_readiness(house: House) -> schemas.Ready:
    """Whether a question about data can be answered now; when not, what is missing and how far it is."""
    ground = await beside(house.ground.find)
    if ground is None:
        detail = "There is no data to answer from yet. Next: wait for the work under way, or ./oiis data load FILE reads yours."
        raise Refusal("no_data", detail, missing=("data",), jobs=jobs_of(house))
    await beside(house.store.jobs.with_status, "queued", limit=1)
    context = ground.served.context
    return schemas.Ready(snapshot=context.snapshot or ground.served.source.snapshot, data_as_of=context.as_of)
