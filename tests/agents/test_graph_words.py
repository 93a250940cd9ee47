"""The product's own writer and checker at their place in the graph: numbers are typed from facts, what is unproven is not said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.finding import Finding
from agents.grounding import Checked, Removed
from agents.phrases.book import Known
from agents.plan import Language, Plan
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Ports
from agents.writer import PLACEHOLDER, Draft
from tests.agents.graph_stage import Stage, write
from tools.facts import Fact
from tools.query.served import Served

TOP = scripted_plan("top categories by revenue", ("bi", "ranking", {"metric": "revenue", "by": "category", "n": 3}))


class Poet(ScriptedBrain):
    """Rewords a draft as it is told to."""

    def __init__(self, plan: Plan, prefix: str) -> None:
        super().__init__(plan)
        self.prefix = prefix

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        return draft.model_copy(update={"text": f"{self.prefix}\n\n{draft.text}"})


def test_every_number_is_typed_and_nothing_is_doubted(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(TOP), ports=Ports()).ask("top categories")
    assert answer.status == "answered"
    assert answer.confidence.level == "high" and not answer.confidence.reasons
    assert answer.interpretation is not None and answer.interpretation.text
    assert not PLACEHOLDER.search(answer.text + answer.interpretation.text)
    first = next(fact for fact in answer.facts if fact.id == "c1.0.revenue")
    assert first.entity is not None and first.entity in answer.text
    assert [block.kind for block in answer.blocks] == ["chart", "table"]


@pytest.mark.parametrize("invented", ["Sales were 123,456,789 VND in all.", "Revenue was {fact:c9.0.revenue}.", "It grew by 12 %."])
def test_words_with_an_invented_number_give_way_to_the_plain_ones(served: Served, tmp_path: Path, invented: str) -> None:
    (plain,) = Stage(served, tmp_path / "a", ScriptedBrain(TOP), ports=Ports()).ask("top categories")
    (answer,) = Stage(served, tmp_path / "b", Poet(TOP, invented), ports=Ports()).ask("top categories")
    assert answer.text == plain.text
    assert any("wording" in reason for reason in answer.confidence.reasons)


def test_honest_words_are_kept(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, Poet(TOP, "Here is what sells."), ports=Ports()).ask("top categories")
    assert answer.text.startswith("Here is what sells.")


def nothing_holds(answer: Draft, facts: Sequence[Fact], plan: Plan, language: Language, currency: str, known: Known) -> Checked:
    return Checked(text="", removed=(Removed(sentence="It is 5.", said="5", reason="number"),))


def test_when_nothing_holds_nothing_is_said_and_why(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(TOP), ports=Ports(write=write, check=nothing_holds)).ask("top categories")
    assert answer.status == "no_answer" and answer.blocks == ()
    assert "could not be verified" in answer.text and "5" not in answer.text
    assert answer.confidence.level == "low"
    assert "5" not in "".join(answer.confidence.reasons)


def test_trouble_is_said_beside_what_was_found(served: Served, tmp_path: Path) -> None:
    plan = scripted_plan(
        "revenue by category and by nothing",
        ("bi", "breakdown", {"metrics": ["revenue"], "by": ["category"]}),
        ("operations", "breakdown", {"metrics": ["revenue"], "by": ["nothing"]}),
    )
    (answer,) = Stage(served, tmp_path, ScriptedBrain(plan), ports=Ports()).ask("both")
    assert answer.status == "answered"
    assert "nothing" in answer.text
    assert {fact.name for fact in answer.facts if fact.evidence_id == "c1.e"} >= {"revenue"}
