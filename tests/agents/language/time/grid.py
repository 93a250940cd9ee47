"""Business dates on which calendars go wrong: leap days, year ends, ISO weeks 53 and 1, ends of short and long months, Sundays, Mondays."""

from __future__ import annotations

from datetime import date

MAIN = date(2025, 11, 20)

_DAYS = (
    "2020-12-31 2021-01-03 2021-01-04 2022-10-02 2022-10-03 2023-02-28 2023-12-31 2024-02-29 2024-03-01 2024-03-31 2024-05-31 "
    "2024-12-29 2024-12-30 2024-12-31 2025-01-01 2025-03-30 2025-05-31 2025-06-30 2025-07-01 2025-10-15 2025-11-20 2026-12-31 2027-01-03"
)
GRID = tuple(map(date.fromisoformat, _DAYS.split()))
