"""The node of all four agents: run the calls of one part through the gate; whatever happens, every call ends as a finding."""

from __future__ import annotations

import asyncio
import logging
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial

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
# A tool that stops in time can say what to narrow; the agent that gives it up cannot.
_EARLIER_SECONDS, _LEAST_SECONDS = 1.0, 0.05


async def run_agent(state: AgentTask, runtime: Runtime[TurnContext]) -> Update:
    """All calls of the part side by side; one that fails or hangs leaves the others alone."""
    part = Part.model_validate(state["part"])
    findings = await asyncio.gather(*(_Call(part.agent, each, runtime.context).run() for each in part.calls))
    runtime.context.desk.findings.extend(findings)
    return {}


async def agent_failed(state: AgentTask, error: NodeError, runtime: Runtime[TurnContext]) -> Update:
    """The agent itself broke or ran out of time: its calls are told as not done and the other agents' stand."""
    part = Part.model_validate(state["part"])
    late = isinstance(error.error, NodeTimeoutError)
    _LOG.error("agent %s in run %s: %s", part.agent, runtime.context.run_id, type(error.error).__name__, exc_info=error.error)
    why = _late(runtime.context.limits.agent_seconds) if late else _broken(error.error)
    found = [Finding(agent=part.agent, call=each, trouble="timeout" if late else "failed", why=why) for each in part.calls]
    runtime.context.desk.findings.extend(found)
    return {}


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
        """The work runs on its own, so that a fault in it is looked at and not caught."""
        seconds = self.context.limits.call_seconds
        work = partial(copy_context().run, self._through_the_gate, self.context.clock() + seconds)
        task = asyncio.get_running_loop().run_in_executor(self.context.workers, work)
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        finally:
            task.cancel()
        if not done:
            return self._trouble("timeout", _late(seconds))
        error = task.exception()
        if error is None:
            return task.result()
        _LOG.error("tool %s in run %s broke", self.call.tool, self.context.run_id, exc_info=error)
        return self._trouble("failed", _broken(error))

    def _through_the_gate(self, ends: float) -> Finding:
        """A thread cannot be stopped from outside: the tool is told what time is left, so that it ends before nobody waits for it."""
        tools = tools_of(self.agent, self.context.world.tools)
        left = max(_LEAST_SECONDS, ends - self.context.clock() - _EARLIER_SECONDS)
        context = replace(self.context.tool_context, seconds=left)
        try:
            findings = call_tool(self.call.to_call(), context, tools, self.context.audit)
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
