"""What this surface refuses itself, before anything below is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A request that is not carried out; `kind` is one of `api.problems.KINDS`."""

    def __init__(self, kind: str, detail: str, headers: Mapping[str, str] | None = None, **extras: Any) -> None:
        self.kind, self.detail, self.headers, self.extras = kind, detail, headers, extras
        super().__init__(detail)
