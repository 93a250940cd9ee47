"""Real names: the products of UCI Online Retail, by stock code, by some of their words, with slips, and none where none is named."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.language.spans import ValueSpan
from agents.language.tokens import tidy, tokens_of
from agents.language.values.build import build_store
from agents.language.values.index import SURE, ValueIndex
from agents.language.values.words import name_words
from tests.agents.language.values.many import Given
from tests.agents.language.values.test_nothing import SENTENCES
from tests.agents.language.values.test_properties import slip
from tools.query.vocabulary import spoken_words

DATA = Path("../shared/data/online_retail.parquet")
ASKED = 150

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not here: names of a real shop are not checked")


@pytest.fixture(scope="module")
def products() -> Sequence[Given]:
    import pandas as pd

    frame = pd.read_parquet(DATA, columns=["StockCode", "Description"]).dropna()
    frame = frame[frame["Description"].str.isupper()]
    named = frame.groupby("StockCode")["Description"].agg(["first", "size"])
    return [Given("product", str(code), str(name).strip(), (), float(size)) for code, name, size in named.itertuples()]


@pytest.fixture(scope="module")
def index(products: Sequence[Given]) -> ValueIndex:
    return ValueIndex(build_store(products), None, spoken_words())


def ask(index: ValueIndex, sentence: str) -> tuple[ValueSpan, ...]:
    return index.link(tokens_of(tidy(sentence)), "en")


def test_stock_codes_are_found(index: ValueIndex, products: Sequence[Given]) -> None:
    chance = random.Random(1)
    coded = [each for each in products if re.fullmatch(r"\d{5}[A-Z]*", each.value)]
    for product in chance.sample(coded, ASKED):
        said = chance.choice([product.value, product.value.lower(), f"sku {product.value}", f"item no {product.value}"])
        spans = ask(index, f"revenue of {said} last month")
        assert spans[0].value == product.value and spans[0].match == "code" and spans[0].score >= 0.8


def test_full_names_are_found_first(index: ValueIndex, products: Sequence[Given]) -> None:
    chance = random.Random(2)
    for product in chance.sample([each for each in products if len(name_words(each.name)) > 2], ASKED):
        best = [span for span in ask(index, f"stock of {product.name.lower()} please") if span.score >= SURE]
        assert product.name in {span.name for span in best}


def test_some_words_find_the_product_among_few(index: ValueIndex, products: Sequence[Given]) -> None:
    """Three words of a name of four or more, in order: what a person types who does not copy."""
    chance = random.Random(3)
    long = [each for each in products if len(name_words(each.name)) >= 4 and each.name.replace(" ", "").isalpha()]
    asked = chance.sample(long, ASKED)
    found = [product.value in _top(index, _some_words(product, chance)) for product in asked]
    assert sum(found) / ASKED >= 0.9


def test_a_slip_keeps_the_product_among_few(index: ValueIndex, products: Sequence[Given]) -> None:
    chance = random.Random(4)
    long = [each for each in products if len(name_words(each.name)) >= 3 and len(each.name) >= 16]
    asked = chance.sample(long, ASKED)
    found = [product.value in _top(index, f"units of {slip(product.name.lower(), chance)} in may") for product in asked]
    assert sum(found) / ASKED >= 0.97


def _some_words(product: Given, chance: random.Random) -> str:
    words = product.name.lower().split()
    kept = sorted(chance.sample(range(len(words)), 3))
    return f"stock of {' '.join(words[at] for at in kept)} please"


def _top(index: ValueIndex, sentence: str) -> list[str]:
    return [span.value for span in ask(index, sentence)][:5]


def test_business_sentences_name_no_product(index: ValueIndex) -> None:
    wrong = {sentence: spans for sentence in SENTENCES if (spans := [span for span in ask(index, sentence) if span.score > 0.6])}
    assert len(wrong) <= len(SENTENCES) // 50, wrong
