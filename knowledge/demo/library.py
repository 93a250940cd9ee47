"""All documents of the demo company: the same warehouse and seed give the same papers and the same bytes."""

from __future__ import annotations

from datetime import date

from knowledge.demo.catalogue import catalogue_papers
from knowledge.demo.company import Company, read_company
from knowledge.demo.contracts import contracts
from knowledge.demo.house import house_papers
from knowledge.demo.market import market_papers
from knowledge.demo.paper import Paper
from knowledge.demo.reports import report_papers
from knowledge.insights_months import Reader, read_months


def write_papers(reader: Reader, name: str, zone: str, as_of: date, seed: int) -> tuple[Paper, ...]:
    """Every version of every document; older versions stand before newer ones."""
    company = read_company(reader, name, zone, as_of, seed)
    return papers_of(company, reader)


def papers_of(company: Company, reader: Reader) -> tuple[Paper, ...]:
    """The same for a company that was read already."""
    months = read_months(reader, company.zone, company.as_of)
    return (
        *contracts(company),
        *house_papers(company),
        *catalogue_papers(company),
        *report_papers(company, months),
        *market_papers(company, reader),
    )
