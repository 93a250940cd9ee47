"""What a tool may refuse with, named by who must act: the caller (BadInput) or the data (CannotDo)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class ToolError(Exception):
    """A refusal that says why and what to do next; never an answer."""


class BadInput(ToolError):
    """The caller can fix this: one field, the value it had, what was allowed and what is nearest."""

    def __init__(self, field: str, value: object, allowed: Sequence[str] | str = (), nearest: Sequence[str] = (), why: str = "") -> None:
        self.field, self.value, self.allowed, self.nearest, self.why = field, value, allowed, tuple(nearest), why
        super().__init__(str(self))

    def __str__(self) -> str:
        why = f" ({self.why})" if self.why else ""
        allowed = self.allowed if isinstance(self.allowed, str) else _shortened(self.allowed)
        tail = f" Allowed: {allowed}." if allowed else ""
        hint = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return f"{self.field}: {_plainly(self.value)} is not accepted{why}.{tail}{hint}"


class CannotDo(ToolError):
    """The data cannot say this: what was asked, why it cannot be answered, what would help, what is nearest."""

    def __init__(self, what: str, why: str, remedy: str = "", nearest: Iterable[str] = ()) -> None:
        self.what, self.why, self.remedy, self.nearest = what, why, remedy, tuple(nearest)
        super().__init__(str(self))

    def __str__(self) -> str:
        remedy = f" {self.remedy}." if self.remedy else ""
        hint = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return f"{self.what}: {self.why}.{remedy}{hint}"


class NoRecord(CannotDo):
    """Nothing was trained or told yet that this could be said from; a record that cannot be read is another matter."""


def _plainly(value: object) -> str:
    """A value as a person writes it: no brackets and no names of types."""
    if isinstance(value, str):
        return f"'{value}'"
    if value is None:
        return "nothing"
    if dump := getattr(value, "model_dump", None):
        value = dump(mode="json")
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_inside(each)}".replace("_", " ") for name, each in value.items() if each is not None) or "nothing"
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(map(_inside, value)) or "nothing"
    return str(value)


def _inside(value: object) -> str:
    return value if isinstance(value, str) else _plainly(value)


def nearest_words(word: str, words: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The words most like `word`, best first; none when nothing is alike."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(word, list(words), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=60)
    return tuple(match[0] for match in found)


def _shortened(words: Sequence[str], limit: int = 40) -> str:
    shown = ", ".join(words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"


class NeedsPermission(ToolError):
    """The caller's session does not hold the scope; nothing in the arguments can change that."""

    def __init__(self, tool: str, scope: str) -> None:
        self.tool, self.scope = tool, scope
        super().__init__(f"{tool} needs the scope {scope}, which this session does not hold.")


class NeedsApproval(ToolError):
    """A person must approve the proposal before anything happens."""

    def __init__(self, proposal: str) -> None:
        self.proposal = proposal
        super().__init__(f"{proposal} waits for approval.")
