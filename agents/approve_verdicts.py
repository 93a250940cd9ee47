"""Proposals and verdicts: what a person is asked to approve, and what their answer counts for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from agents.answer import ActionBlock
from agents.bus import Proposal
from agents.finding import Finding
from agents.plan import PlannedCall
from tools.contract import AnyTool
from tools.facts import Frozen


class Verdict(Frozen):
    """What a person decided about one proposal; it holds only for the digest that person saw."""

    proposal_id: str
    digest: str
    approved: bool


class Act(Protocol):
    """Carries out an approved proposal, exactly once for its id however often it is asked, and says what happened."""

    async def __call__(self, proposal: Proposal, approver: str) -> str: ...


async def only_noted(proposal: Proposal, approver: str) -> str:
    """Where nothing can be carried out."""
    return f"Approved by {approver}; nothing is set up here that could carry it out."


def proposals_of(thread_id: str, answer_id: str, findings: Iterable[Finding], tools: Sequence[AnyTool]) -> tuple[Proposal, ...]:
    """What the findings propose to do: the successful calls of tools whose effect is not just reading."""
    proposing = {each.name for each in tools if each.effect == "propose"}
    return tuple(
        Proposal(
            proposal_id=_sha256([thread_id, answer_id, finding.call.id, _digest(finding.call)])[:32],
            digest=_digest(finding.call),
            tool=finding.call.tool,
            arguments=finding.call.arguments,
            text=" ".join(finding.findings.notes) or finding.call.tool.replace("_", " "),
        )
        for finding in findings
        if finding.findings and finding.call.tool in proposing
    )


def action_blocks(proposals: Iterable[Proposal]) -> tuple[ActionBlock, ...]:
    """Proposals as the answer shows them."""
    return tuple(ActionBlock(title=each.tool.replace("_", " "), proposal_id=each.proposal_id, text=each.text) for each in proposals)


def verdict_on(proposal: Proposal, verdicts: Iterable[Verdict]) -> Literal["approved", "rejected", "changed", "undecided"]:
    """The verdict about exactly this proposal; one about other arguments is none."""
    about = [each for each in verdicts if each.proposal_id == proposal.proposal_id]
    if not about:
        return "undecided"
    if any(each.digest != proposal.digest for each in about):
        return "changed"
    return "approved" if all(each.approved for each in about) else "rejected"


def _digest(call: PlannedCall) -> str:
    return _sha256([call.tool, call.arguments])


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
