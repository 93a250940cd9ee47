"""What can go wrong while data comes in: each error says what, where, what was expected and what to do next."""

from __future__ import annotations


class IngestionError(Exception):
    """A load that cannot go on; the warehouse that was there is untouched."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", expected: str = "", remedy: str = "") -> None:
        self.what, self.where, self.expected, self.remedy = what, where, expected, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        expected = f" Expected: {self.expected}." if self.expected else ""
        remedy = f" Next: {self.remedy}." if self.remedy else ""
        return f"{place}{self.what}.{expected}{remedy}"


class BadFile(IngestionError):
    """A file that is not what it claims to be, or cannot be read whole."""

    exit_code = 3


class BadMapping(IngestionError):
    """Columns that do not add up to a table of the contract, or a map file that is wrong."""

    exit_code = 4


class BatchRefused(IngestionError):
    """Too many rejected rows: the batch is refused whole."""

    exit_code = 5


class Unreachable(IngestionError):
    """A database or address that does not answer."""

    exit_code = 6


class Busy(IngestionError):
    """Another writer is at work."""

    exit_code = 7


class NoWarehouse(IngestionError):
    """Nothing has been loaded yet, or the version asked for is gone or damaged."""

    exit_code = 8


class StorageFull(IngestionError):
    """No room left to write; what was there is untouched."""

    exit_code = 9
