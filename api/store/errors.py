"""What the store refuses with, each by a type of its own: what, which value, what was allowed, what to do next."""

from __future__ import annotations


class StoreError(Exception):
    """Nothing was written; the message is fit for a person. `exit_code` is what a command ends with."""

    exit_code = 2


class NotFound(StoreError):
    """No such thing for this owner; unknown and foreign ids are told alike."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"There is no {kind} {name[:64]!r}.")


class Conflict(StoreError):
    """The state does not allow this: it has ended, was decided, or belongs to someone else by now."""


class KeyReused(Conflict):
    """An idempotency key came again with another body."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The idempotency key {key!r} was used before with another body. Send a new key with a new body.")


class LeaseLost(Conflict):
    """The job was leased to another worker meanwhile, or has ended: stop working on it."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"The lease on job {job_id} is no longer held. Stop; its result here is not wanted.")


class OutOfBounds(StoreError):
    """A value the store does not take: too long, too many, or not what the field holds."""

    def __init__(self, field: str, found: str, allowed: str) -> None:
        self.field, self.found, self.allowed = field, found, allowed
        super().__init__(f"{field}: {found} is not accepted. Allowed: {allowed}.")


class Crowded(OutOfBounds):
    """Too much of this person's is under way; some of it ends by itself."""


class Gone(StoreError):
    """The events asked for were pruned; what the run came to is in its answer."""

    def __init__(self, run_id: str, after: int, first: int) -> None:
        self.run_id, self.after, self.first = run_id, after, first
        super().__init__(f"Events {after + 1} to {first - 1} of run {run_id} are no longer kept. Read the run and its answer instead.")


class BadAddress(StoreError):
    """The place of the store cannot be used."""


class InUse(StoreError):
    """Another process holds the SQLite file: one process writes it."""

    exit_code = 7


class Damaged(StoreError):
    """The file is not a whole database; it is left as it is."""


class TooNew(StoreError):
    """A newer release has changed the layout; this one cannot read it."""


class StorageFull(StoreError):
    """No room left to write; what was there is untouched."""


class Unreachable(StoreError):
    """The database does not answer, or not in time."""

    exit_code = 6
