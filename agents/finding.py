"""What an agent brings back from one planned call: findings, or why there are none."""

from __future__ import annotations

from typing import Literal

from agents.plan import Agent, PlannedCall
from tools.facts import Findings, Frozen

Trouble = Literal["bad_input", "cannot_do", "forbidden", "timeout", "failed"]


class Finding(Frozen):
    """The outcome of one call; exactly one of `findings` and `trouble` is set."""

    agent: Agent
    call: PlannedCall
    findings: Findings | None = None
    trouble: Trouble | None = None
    why: str = ""
    seconds: float = 0.0
