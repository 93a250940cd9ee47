"""A new snapshot is opened, and the engine made to know its names, before somebody asks and would have to wait for it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from api.blocking import beside
from api.ground import FollowedGround
from api.predicting import warm_predictions

if TYPE_CHECKING:
    from agents.brain import Brain
    from agents.session_ground import Ground
    from tools.contract import AnyTool

_LOG = logging.getLogger("oiis.api")
_LOOK_SECONDS = 2.0
_QUESTION = "What was revenue last month?"


class Warming:
    """Looks for new data now and then. `brain` is an engine that costs nothing to ask, or None."""

    def __init__(self, ground: FollowedGround, brain: Brain | None, tools: tuple[AnyTool, ...]) -> None:
        self._ground, self._brain, self._tools = ground, brain, tools

    async def watch(self) -> None:
        """Open what is new, until cancelled."""
        while True:
            if not self._ground.fresh and (ground := await beside(self._ground.find)):
                await self._warm(ground)
                await beside(warm_predictions)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _warm(self, ground: Ground) -> None:
        """What goes wrong here goes wrong again when somebody asks, and is told then."""
        if self._brain is None:
            return
        asked = asyncio.ensure_future(_ask(self._brain, ground, self._tools))
        await asyncio.wait({asked})
        if error := asked.exception():
            _LOG.error("the engine could not be warmed for snapshot %s", ground.served.context.snapshot, exc_info=error)


async def _ask(brain: Brain, ground: Ground, tools: tuple[AnyTool, ...]) -> None:
    """A question straight to the engine, which nobody hears and nothing records."""
    from agents.memory import Dialogue

    understood = await brain.understand(_QUESTION, Dialogue(as_of=ground.served.context.as_of))
    await brain.plan(understood, ground.world(tools))
