"""Which report a question is about, and which of its pages; on a small made-up shelf."""

from __future__ import annotations

import numpy as np
import pytest

from evals.bench_retrieval_reports import made_reports
from knowledge.keyword_words import terms
from knowledge.search_pages import Pages, PageWeights, heading_of
from knowledge.search_reports import Reports, quarter_of, years_of
from knowledge.views_figures import statement_terms
from knowledge.views_synonyms import other_words
from tests.knowledge.shelf import WordEmbedder


def shelf() -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for page in made_reports()[0]:
        found.setdefault(page.doc, {})[page.page] = page.text
    return found


@pytest.fixture(scope="module")
def reports() -> Reports:
    return Reports.read({doc: list(pages.values()) for doc, pages in shelf().items()})


def best(reports: Reports, question: str) -> str:
    return reports.names[int(np.argmax(reports.fit(question)))]


@pytest.mark.parametrize(
    ("question", "company", "year"),
    [
        ("What was the capex of Halden Foods in FY2020?", "HALDEN", "2020"),
        ("net sales of Ostrava, fiscal 2019", "OSTRAVA", "2019"),
        ("How many people worked for Bright Water in FY21?", "BRIGHTWATER", "2021"),
        ("Between 2019 and 2021, how did the margin of Quillon develop?", "QUILLON", "2021"),
    ],
)
def test_the_report_a_question_names_fits_best(reports: Reports, question: str, company: str, year: str) -> None:
    found = best(reports, question)
    assert found.startswith(company)
    assert year in found


def test_a_report_without_a_telling_name_is_known_by_its_pages() -> None:
    renamed = {f"file {number}": list(pages.values()) for number, pages in enumerate(shelf().values())}
    reports, names = Reports.read(renamed), list(shelf())
    found = names[int(best(reports, "What was the capex of Vantor Software in 2020?").split()[1])]
    assert found.startswith("VANTOR")
    assert "2020" in found


def test_no_name_and_no_year_choose_no_report(reports: Reports) -> None:
    fit = reports.fit("what about litigation")
    assert float(fit.max() - fit.min()) < 0.5


def test_years_and_quarters() -> None:
    assert years_of("FY2018 against fiscal year 2017, and FY16") == (2018, 2017, 2016)
    assert years_of("7-Eleven sold 120 items") == ()
    assert (quarter_of("revenue in Q2 of 2023"), quarter_of("the third quarter"), quarter_of("the year")) == ("2", "3", None)


def test_pages_of_the_right_report_come_first_and_what_tells_reports_apart_matters() -> None:
    asked = made_reports()[1]
    pages = Pages.build(shelf(), WordEmbedder())

    def share(weights: PageWeights) -> float:
        hits = []
        for question in asked[::6]:
            places, _ = pages.rank(question.text, weights)
            hits.append(f"{question.doc}#{question.page}" in [pages.corpus.ids[place] for place in places[:5]])
        return float(np.mean(hits))

    assert share(PageWeights()) > share(PageWeights(report=0.0)) + 0.1


def test_statements_are_asked_for_in_their_own_words() -> None:
    assert set(terms("purchases of property, plant and equipment")) <= set(statement_terms("How much capex did they spend?"))
    assert statement_terms("Who chairs the board?") == {}


def test_synonyms_work_in_both_languages_and_leave_other_questions_alone() -> None:
    assert {"liquidat", "damag"} <= set(other_words("What penalty do they owe?"))
    assert "tien_phat" in other_words("phạt giao chậm thế nào", pairs=True)
    assert other_words("xylophone") == {}


def test_a_heading_is_the_top_of_a_page() -> None:
    assert heading_of("\n Annual report \n\nBALANCE SHEET\n1\n2\n3") == "Annual report BALANCE SHEET 1 2"
