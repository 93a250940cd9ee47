"""The node of all four agents: run the calls of one part through the gate; whatever happens, every call ends as a finding."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.runtime import Runtime

from agents.bus import ToolFinished, ToolStarted
from agents.catalog import tools_of
from agents.finding import Finding, Trouble
from agents.plan import Agent, Part, PlannedCall
from agents.state import AgentTask, TurnContext, Update
from tools.call import call as call_tool
from tools.errors import BadInput, NeedsPermission, ToolError

_LOG = logging.getLogger("oiis.agents")


async def run_agent(state: AgentTask, runtime: Runtime[TurnContext]) -> Update:
    """All calls of the part side by side; one that fails or hangs leaves the others alone."""
    part = Part.model_validate(state["part"])
    findings = await asyncio.gather(*(_Call(part.agent, each, runtime.context).run() for each in part.calls))
    return {"findings": [finding.model_dump(mode="json") for finding in findings]}


async def agent_failed(state: AgentTask, error: NodeError, runtime: Runtime[TurnContext]) -> Update:
    """The agent itself broke or ran out of time: its calls are told as not done and the other agents' stand."""
    part = Part.model_validate(state["part"])
    late = isinstance(error.error, NodeTimeoutError)
    _LOG.error("agent %s in run %s: %s", part.agent, runtime.context.run_id, type(error.error).__name__, exc_info=error.error)
    why = _late(runtime.context.limits.agent_seconds) if late else _broken(error.error)
    found = [Finding(agent=part.agent, call=each, trouble="timeout" if late else "failed", why=why) for each in part.calls]
    return {"findings": [finding.model_dump(mode="json") for finding in found]}


@dataclass(frozen=True)
class _Call:
    """One planned call on its way through the gate."""

    agent: Agent
    call: PlannedCall
    context: TurnContext

    async def run(self) -> Finding:
        events, started = self.context.events, self.context.clock()
        events.emit(ToolStarted(agent=self.agent, call_id=self.call.id, tool=self.call.tool))
        finding = (await self._outcome()).model_copy(update={"seconds": self.context.clock() - started})
        events.emit(
            ToolFinished(
                agent=self.agent,
                call_id=self.call.id,
                tool=self.call.tool,
                outcome=finding.trouble or "done",
                why=finding.why,
                seconds=finding.seconds,
            )
        )
        return finding

    async def _outcome(self) -> Finding:
        """The work runs as a task of its own, so that a fault in it is looked at and not caught."""
        task = asyncio.create_task(asyncio.to_thread(self._through_the_gate))
        try:
            done, _ = await asyncio.wait({task}, timeout=self.context.limits.call_seconds)
        finally:
            task.cancel()
        if not done:
            return self._trouble("timeout", _late(self.context.limits.call_seconds))
        error = task.exception()
        if error is None:
            return task.result()
        _LOG.error("tool %s in run %s broke", self.call.tool, self.context.run_id, exc_info=error)
        return self._trouble("failed", _broken(error))

    def _through_the_gate(self) -> Finding:
        tools = tools_of(self.agent, self.context.world.tools)
        try:
            findings = call_tool(self.call.to_call(), self.context.tool_context, tools, self.context.audit)
        except ToolError as error:
            return self._trouble(_kind(error), str(error))
        return Finding(agent=self.agent, call=self.call, findings=findings)

    def _trouble(self, trouble: Trouble, why: str) -> Finding:
        return Finding(agent=self.agent, call=self.call, trouble=trouble, why=why)


def _kind(error: ToolError) -> Trouble:
    if isinstance(error, NeedsPermission):
        return "forbidden"
    return "bad_input" if isinstance(error, BadInput) else "cannot_do"


def _late(seconds: float) -> str:
    return f"it took longer than {seconds:g} seconds and was given up"


def _broken(error: BaseException) -> str:
    """The kind of fault for a person; its text and place are in the log, where they may hold what is not for everybody."""
    return f"an unexpected fault ({type(error).__name__}); it has been logged"
