"""First node: the message, with the conversation behind it, becomes a question that stands alone."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.brain import metered
from agents.memory import MAX_TURNS, Dialogue, Handle, Turn
from agents.state import Json, TurnContext, TurnState, Update
from agents.understand_message import unanswerable


async def understand(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """What is asked, on its own feet; a message nobody can read is answered without a brain."""
    context, message = runtime.context, state["message"]
    if declined := unanswerable(message, context.limits):
        return {"plan": declined.model_dump(mode="json")}
    with metered() as meter:
        understood = await context.brain.understand(message, remembered(state, context))
    # The day comes from the session; whatever a brain thinks of it.
    understood = understood.model_copy(update={"message": message, "as_of": context.world.as_of})
    return {"understood": understood.model_dump(mode="json"), "usage": [meter.usage.model_dump(mode="json")]}


def remembered(state: TurnState, context: TurnContext) -> Dialogue:
    """The conversation so far, as a brain may see it."""
    turns, handles = known_before(state, context.run_id)
    return Dialogue(
        as_of=context.world.as_of,
        turns=tuple(Turn.model_validate(turn) for turn in turns),
        handles=tuple(Handle.model_validate(handle) for handle in handles),
        preferences=context.preferences,
    )


def known_before(state: TurnState, run_id: str) -> tuple[list[Json], list[Json]]:
    """Turns and rows as they were before this run: one that is taken up again after its end was stored must not hear itself."""
    turns, handles = state.get("turns", []), state.get("handles", [])
    if turns and turns[-1].get("run_id") == run_id:
        turns, handles = turns[:-1], state.get("handles_before", [])
    return turns[-MAX_TURNS:], handles
