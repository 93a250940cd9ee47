"""What was planted in the demo company, asked for in plain words: whether the answer names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.session import Assistant
from evals.asking import ask_turns
from evals.company import Company
from evals.gold import Runner
from evals.probe import Outcome, Probed
from ingestion.warehouse import TRUTH, Snapshot, open_readonly


@dataclass(frozen=True)
class Story:
    """Something planted: where its members are written, how people ask for it, and how far down the answer it must be named."""

    name: str
    members: str
    asks: tuple[str, ...]
    within: int | None = 1  # rows; None: anywhere in the table


STORIES = (
    Story(
        "a province that grows",
        "SELECT province FROM growing_province",
        ("which province's revenue grew most in the last 90 days", "tỉnh nào tăng doanh thu nhiều nhất trong 90 ngày qua"),
    ),
    Story(
        "a category whose margin is squeezed",
        "SELECT category FROM margin_squeeze",
        ("which category's margin rate fell most in Q3 2026", "danh mục nào giảm biên lợi nhuận nhiều nhất quý 3 năm 2026"),
    ),
    Story(
        "a carrier that slips",
        "SELECT carrier FROM slipping_carrier",
        ("which carrier has the worst on-time delivery rate in the last 90 days", "đơn vị vận chuyển nào giao trễ nhiều nhất 90 ngày qua"),
    ),
    Story(
        "a supplier that fails",
        "SELECT supplier_id FROM failing_supplier",
        ("which supplier has the worst on-time rate since July 2026", "nhà cung cấp nào giao trễ nhiều nhất từ tháng 7/2026"),
    ),
    Story(
        "goods nobody buys any more",
        "SELECT product_id FROM dead_stock",
        ("which products have not sold for 30 days", "sản phẩm nào 30 ngày nay không bán được"),
        None,
    ),
    Story(
        "goods bought too much of",
        "SELECT product_id FROM overstock",
        ("what do we have too much of?", "mặt hàng nào tồn kho dư thừa?"),
        None,
    ),
)


async def probe_insights(assistant: Assistant, company: Company, snapshot: Snapshot) -> tuple[Probed, ...]:
    """Every story in every wording; one probe a member that should be named."""
    runner, found = Runner(company), []
    for story in STORIES:
        members = planted(snapshot, story)
        for ask in story.asks:
            (reply,) = await ask_turns((ask,), assistant)
            table = runner.run(reply.calls[0]).table if reply.did == "answer" else None
            rows = [set(map(str, row)) for row in table.rows[: story.within]] if table else None
            found += [
                Probed(kind=f"planted: {story.name}", name=ask, outcome=_named(names, rows), said=" = ".join(names)) for names in members
            ]
    return tuple(found)


def planted(snapshot: Snapshot, story: Story) -> list[tuple[str, ...]]:
    """The members of a story, each by its key and its name."""
    with open_readonly(snapshot.database.with_name(TRUTH)) as truth:
        keys = [str(key) for (key,) in truth.execute(story.members).fetchall()]
    with open_readonly(snapshot.database) as tables:
        names = dict(tables.execute("SELECT product_id, name FROM products UNION ALL SELECT supplier_id, name FROM suppliers").fetchall())
    return [tuple(dict.fromkeys((key, str(names.get(key, key))))) for key in keys]


def _named(names: Sequence[str], rows: list[set[str]] | None) -> Outcome:
    if rows is None:
        return "silent"
    return "held" if any(row.intersection(names) for row in rows) else "broken"
