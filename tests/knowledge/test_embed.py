"""MiniLM without torch: the same vectors as its own library gives, only from the expected bytes, and never computed twice."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.embed import TOKENIZER, WEIGHTS, Matrix, MiniLM, NoModel, check_model, packaged
from knowledge.embed_cache import CachedEmbedder
from tests.knowledge.shelf import WordEmbedder

TEXTS = ("A late delivery costs 2 % a week.", "x", "Đơn hàng giao trễ", "The supplier pays " * 120)


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def test_like_meanings_are_near_and_every_vector_has_length_one(model: MiniLM) -> None:
    asked, near, far = model.embed(["penalty for late delivery", "fine when goods arrive behind schedule", "a recipe for pancakes"])
    assert asked @ near > asked @ far + 0.2
    assert np.allclose(np.linalg.norm(model.embed(TEXTS), axis=1), 1.0, atol=1e-5)


def test_a_batch_gives_what_each_text_alone_gives(model: MiniLM) -> None:
    together = model.embed(TEXTS)
    alone = np.vstack([model.embed([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(MiniLM(threads=2).embed(TEXTS), together, atol=1e-5)
    assert model.embed([]).shape == (0, 384)


def test_serving_loads_neither_torch_nor_onnx() -> None:
    program = (
        "import sys\nfrom knowledge.embed import MiniLM\nMiniLM().embed(['x'])\n"
        "print(sorted({'torch', 'onnx', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_vectors_are_those_of_sentence_transformers(model: MiniLM) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(packaged())).encode(list(TEXTS), normalize_embeddings=True)
    assert np.min(np.sum(model.embed(TEXTS) * theirs, axis=1)) > 0.99999


def test_other_bytes_are_not_served(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).symlink_to(packaged() / WEIGHTS)
    with pytest.raises(NoModel, match=r"tokenizer\.json .*no such file"):
        check_model(tmp_path)
    shutil.copy(packaged() / TOKENIZER, tmp_path / TOKENIZER)
    check_model(tmp_path)
    with (tmp_path / TOKENIZER).open("ab") as handle:
        handle.write(b" ")
    with pytest.raises(NoModel, match=r"tokenizer\.json of the embedding model is not the expected one"):
        MiniLM(tmp_path).embed(["x"])


class Counting(WordEmbedder):
    """Says what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        return super().embed(texts)


def test_a_text_is_embedded_once_whatever_the_process(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    texts = [f"text {number}" for number in range(700)]
    vectors = CachedEmbedder(first, tmp_path / "v.sqlite").embed(texts)
    again = CachedEmbedder(second, tmp_path / "v.sqlite")
    assert np.array_equal(again.embed(texts[::-1]), vectors[::-1])
    assert (sorted(first.asked), second.asked, again.embedded) == (sorted(texts), [], 0)


def test_a_damaged_cache_costs_time_only(tmp_path: Path) -> None:
    file, texts = tmp_path / "v.sqlite", ["one", "two", "three"]
    vectors = CachedEmbedder(WordEmbedder(), file).embed(texts)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(1536) WHERE key = (SELECT min(key) FROM vectors)")
    connection.close()
    counting = Counting()
    assert np.array_equal(CachedEmbedder(counting, file).embed(texts), vectors)
    assert len(counting.asked) == 1
    file.write_bytes(b"no database" * 100)
    assert np.array_equal(CachedEmbedder(WordEmbedder(), file).embed(texts), vectors)


def test_vectors_of_texts_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "v.sqlite"
    CachedEmbedder(WordEmbedder(), file).embed([f"text {number}" for number in range(40)])
    left = CachedEmbedder(WordEmbedder(), file)
    (vector,) = left.embed(["text 7"])
    gone = WordEmbedder().embed(["text 8"])[0].tobytes()[-200:]  # a long row is kept in two pieces
    assert gone in file.read_bytes()
    left.forget_others()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT vector FROM vectors").fetchall() == [(vector.tobytes(),)]
    connection.close()
    assert gone not in file.read_bytes(), "what was deleted still stands in the file"
