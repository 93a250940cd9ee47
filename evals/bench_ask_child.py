"""One process of the ask benchmark: `python -m evals.bench_ask_child DATABASE PRODUCTS BRAIN [--judged]` prints one line of JSON."""

from __future__ import annotations

import asyncio
import resource
import sys
from datetime import date
from pathlib import Path

from evals.asking import Reply, open_assistant
from evals.bench_ask import Measured
from evals.catalog import Suite
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.run import run_suite
from evals.totals import quantile, totals
from tools.query.contract import QueryContext
from tools.query.run import open_database
from tools.query.served import Served
from tools.query.source import Source

AS_OF = date(2026, 10, 31)
QUESTIONS = Suite("questions", "single questions of dev", ("dev",), lambda case: not case.is_dialogue)
_NOT_TO_SERVE = ("torch", "transformers", "mlflow", "sklearn")


def shop(database: Path, products: int) -> Company:
    """The made-up shop, served."""
    context = QueryContext(as_of=AS_OF, timezone="Asia/Ho_Chi_Minh", snapshot=database.stem)
    return Company(f"shop-{products}", Served(Source(open_database(database), database.stem), context, "VND"))


async def ask_all(company: Company, brain: str) -> list[Reply]:
    """Every question once, each in a conversation of its own; the first one also pays for what is built at first."""
    from evals.asking import ask_turns

    asked = []
    for case in QUESTIONS.cases():
        try:
            asked.append(fill_case(case, company).turns[0].ask)
        except NotHere:
            continue
    async with open_assistant(brain, company) as assistant:
        return [reply for question in asked for reply in await ask_turns([question], assistant)]


def measure(database: Path, products: int, brain: str, judged: bool) -> Measured:
    """Ask, look at time and memory, and only then hold the answers against what is right."""
    company = shop(database, products)
    replies = asyncio.run(ask_all(company, brain))
    warm = replies[1:]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    heavy = tuple(name for name in _NOT_TO_SERVE if name in sys.modules)
    found = totals(asyncio.run(run_suite(QUESTIONS, brain, [company]))) if judged else {}
    return Measured(
        products=products,
        questions=len(replies),
        first_seconds=replies[0].seconds,
        planner_p50=quantile([reply.planner_seconds for reply in warm], 0.5),
        planner_p95=quantile([reply.planner_seconds for reply in warm], 0.95),
        total_p50=quantile([reply.seconds for reply in warm], 0.5),
        total_p95=quantile([reply.seconds for reply in warm], 0.95),
        peak_mb=peak,
        heavy=heavy,
        execution_accuracy=found["execution accuracy"].value if found else None,
        silent_substitution=found["silent substitution"].value if found else None,
    )


def main(arguments: list[str]) -> None:
    """Print what was measured."""
    database, products, brain, *rest = arguments
    sys.stdout.write(measure(Path(database), int(products), brain, "--judged" in rest).model_dump_json() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
