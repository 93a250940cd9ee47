"""What `ml` cannot do: each error says what, which value, what was allowed and what to do next."""

from __future__ import annotations


class MlError(Exception):
    """A model that cannot learn or answer; nothing was changed."""


class BadPanel(MlError):
    """Demand that is no panel: a column missing, a number that is none, a day twice."""


class BadHorizon(MlError):
    """A horizon outside what can be forecast."""


class NoModel(MlError):
    """Nothing was trained yet, or a model whose files do not match its manifest."""
