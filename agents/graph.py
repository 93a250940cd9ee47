"""How a question travels: wiring only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from langgraph.graph import END, START, StateGraph

from agents.approve import approve
from agents.check import check
from agents.graph_steps import step
from agents.limits import Limits
from agents.memory_keep import keep
from agents.plan import AGENTS
from agents.route import next_steps, route
from agents.route_reply import reply, step_failed
from agents.run_agent import agent_failed, run_agent
from agents.state import AgentTask, TurnContext, TurnState
from agents.synthesise import synthesise
from agents.understand import understand

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[TurnState, TurnContext, TurnState, TurnState]


def build_graph(limits: Limits, checkpointer: BaseCheckpointSaver[str]) -> Graph:
    """understand -> route -> agents side by side -> synthesise -> check -> keep -> approve."""
    # The graph fills in the error as well, which its own type for a handler does not say.
    on_fault, on_agent_fault = cast(Any, step_failed), cast(Any, agent_failed)
    graph = StateGraph(TurnState, context_schema=TurnContext)
    graph.add_node("understand", step("understand", understand), timeout=limits.brain_seconds, error_handler=on_fault)
    graph.add_node("route", step("route", route), timeout=limits.brain_seconds, error_handler=on_fault)
    for agent in AGENTS:
        graph.add_node(
            agent,
            step(agent, run_agent, agent),
            input_schema=AgentTask,
            timeout=limits.agent_seconds,
            error_handler=on_agent_fault,
        )
    graph.add_node("reply", step("reply", reply), error_handler=on_fault)
    graph.add_node("synthesise", step("synthesise", synthesise), error_handler=on_fault)
    graph.add_node("check", step("check", check), error_handler=on_fault)
    graph.add_node("keep", step("keep", keep))
    graph.add_node("approve", step("approve", approve))

    graph.add_edge(START, "understand")
    graph.add_edge("understand", "route")
    graph.add_conditional_edges("route", next_steps, [*AGENTS, "reply"])
    for agent in AGENTS:
        graph.add_edge(agent, "synthesise")
    graph.add_edge("synthesise", "check")
    graph.add_edge("check", "keep")
    graph.add_edge("reply", "keep")
    graph.add_edge("keep", "approve")
    graph.add_edge("approve", END)
    return graph.compile(checkpointer=checkpointer)
