"""The planner taught an installation's own words: kept only when pairs held back say so."""

from __future__ import annotations

from datetime import date

import pytest

from agents.language.learnt import adapting
from agents.language.learnt.adapting import Worse, adapt
from agents.language.learnt.learnt import base
from agents.language.learnt.material import material_of
from tests.agents.language.planner_stage import Planner


@pytest.mark.parametrize("held", [False, True], ids=["none held back", "all held back"])
def test_with_nothing_to_compare_nothing_is_kept(planner: Planner, monkeypatch: pytest.MonkeyPatch, held: bool) -> None:
    shipped = base()
    assert shipped is not None
    monkeypatch.setattr(adapting, "_is_back", lambda pair: held)
    with pytest.raises(Worse, match="nothing to compare"):
        adapt(material_of(planner.ground), date(2026, 10, 31), shipped, 20)


def test_no_pairs_at_all_are_no_reason_to_keep_anything(planner: Planner) -> None:
    shipped = base()
    assert shipped is not None
    with pytest.raises(Worse, match="of 0 pairs 0 were held back"):
        adapt(material_of(planner.ground), date(2026, 10, 31), shipped, 0)
