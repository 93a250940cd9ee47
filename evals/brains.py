"""Engines by name: the product's own, and the trivial ones they are held against."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from evals.company import Company

if TYPE_CHECKING:
    from agents.brain import Brain


STAGES = ("rules", "without-dialogue", "without-spelling", "without-likeness", "without-names")


class NoBrain(LookupError):
    """No engine of that name can be used here; the text says why."""


def brain_called(name: str, company: Company) -> Brain:
    """The engine of that name, ready for this company."""
    if name not in BRAINS:
        raise NoBrain(f"no engine is called {name!r}; there are {', '.join(sorted(BRAINS))}")
    return BRAINS[name](company)


def _embedded(company: Company) -> Brain:
    try:
        module = import_module("agents.brain_embedded")
    except ModuleNotFoundError as error:
        raise NoBrain("the embedded planner is not part of this installation") from error
    return cast("Brain", module.EmbeddedBrain(lambda: company.ground))


def _ablated(name: str) -> Callable[[Company], Brain]:
    """The embedded planner without one of its stages."""

    def opened(company: Company) -> Brain:
        from evals.ablation import ABLATIONS

        return ABLATIONS[name](company)

    return opened


def _typed(company: Company) -> Brain:
    from agents.brain_typed import TypedBrain

    return TypedBrain()


def _llm(company: Company) -> Brain:
    """The configured chat model, with the embedded planner to fall back on where there is one."""
    from agents.llm import LanguageModelBrain
    from agents.llm_models import ModelChoice, open_model
    from settings import read_settings

    settings = read_settings()
    if settings.model is None:
        raise NoBrain("no chat model is configured: set OIIS_MODEL")
    try:
        fallback = _embedded(company)
    except NoBrain:
        fallback = _typed(company)
    return LanguageModelBrain(open_model(ModelChoice(settings.model, settings.model_base_url, settings.model_key)), fallback)


def _abstain(company: Company) -> Brain:
    from evals.trivial import AbstainBrain

    return AbstainBrain()


def _keyword(company: Company) -> Brain:
    from evals.trivial import KeywordBrain

    return KeywordBrain()


def _nearest(company: Company) -> Brain:
    from evals.cases import CASES, read_folder
    from evals.trivial import NearestBrain, examples_of

    return NearestBrain(examples_of(read_folder(CASES / "dev"), company))


def _gold(company: Company) -> Brain:
    from evals.trivial import GoldBrain

    return GoldBrain()


BRAINS: dict[str, Callable[[Company], Brain]] = {
    "embedded": _embedded,
    **{name: _ablated(name) for name in STAGES},
    "llm": _llm,
    "typed": _typed,
    "abstain": _abstain,
    "keyword": _keyword,
    "nearest": _nearest,
    "gold": _gold,
}
TRIVIAL = ("keyword", "nearest", "abstain")
