"""The answer, with the fixed field names that the CLI, the API, the UI and the evaluation all carry."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from agents.plan import Agent, Engine, Plan
from tools.facts import Evidence, Fact, FactValue, Frozen, TableColumn

Status = Literal["answered", "clarify", "no_answer", "refused", "awaiting_approval", "failed"]


class KpiBlock(Frozen):
    """A few numbers, large."""

    kind: Literal["kpi"] = "kpi"
    title: str
    fact_ids: tuple[str, ...]


class TableBlock(Frozen):
    """Rows with units."""

    kind: Literal["table"] = "table"
    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[FactValue, ...], ...]
    truncated: bool = False


class ChartBlock(Frozen):
    """A Vega-Lite specification with its data inside; never an address."""

    kind: Literal["chart"] = "chart"
    title: str
    spec: dict[str, object]


class DocumentBlock(Frozen):
    """A quoted passage."""

    kind: Literal["document"] = "document"
    title: str
    evidence_id: str


class ActionBlock(Frozen):
    """A proposal a person may approve."""

    kind: Literal["action"] = "action"
    title: str
    proposal_id: str
    text: str


class ReportBlock(Frozen):
    """A longer text in sections."""

    kind: Literal["report"] = "report"
    title: str
    text: str


Block = Annotated[KpiBlock | TableBlock | ChartBlock | DocumentBlock | ActionBlock | ReportBlock, Field(discriminator="kind")]


class Interpretation(Frozen):
    """How the question was read: one line for a person, the plan for a program."""

    text: str
    plan: Plan


class OptionFigure(Frozen):
    """The figure an option comes to: the fact it is, and how that is written."""

    option: str
    fact_id: str
    text: str


class Clarification(Frozen):
    """What is asked back; options that come to one figure, found in time, carry it."""

    question: str
    options: tuple[str, ...]
    figures: tuple[OptionFigure, ...] = ()


class Confidence(Frozen):
    """How sure the reading is, in a word with its reasons."""

    level: Literal["high", "medium", "low"]
    reasons: tuple[str, ...] = ()


class Usage(Frozen):
    """What a language model cost, when one was used."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    cost_usd: float = 0.0


class Answer(Frozen):
    """One checked answer."""

    answer_id: str
    thread_id: str
    question: str
    status: Status
    text: str
    blocks: tuple[Block, ...] = ()
    facts: tuple[Fact, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    interpretation: Interpretation | None = None
    assumptions: tuple[str, ...] = ()
    clarification: Clarification | None = None
    follow_ups: tuple[str, ...] = ()
    confidence: Confidence = Confidence(level="high")
    agents: tuple[Agent, ...] = ()
    tools: tuple[str, ...] = ()
    engine: Engine = "embedded"
    data_as_of: date | None = None
    snapshot: str | None = None
    timings: dict[str, float] = Field(default_factory=dict)
    usage: Usage = Usage()
