"""Processes made to be killed while they add and remove documents; each tells what it acknowledged."""

from __future__ import annotations

import random
from pathlib import Path

from knowledge.contract import Block, Parsed
from knowledge.library import Filing, Library


def body(number: int, edition: int) -> str:
    return f"Document {number}, edition {edition}. " + " ".join(f"word{number}x{edition}x{place}" for place in range(300))


def parsed(number: int, edition: int) -> Parsed:
    words = body(number, edition)
    half = words.index("word", len(words) // 2)
    blocks = (Block(kind="text", text=words[:half].strip(), section=("One",)), Block(kind="text", text=words[half:], section=("Two",)))
    return Parsed(title=f"Document {number}", pages=1, blocks=blocks, language="en")


def change(folder: Path, told_in: Path, seed: int) -> None:
    """Add, change and remove documents until killed."""
    chance = random.Random(seed)
    library = Library(folder)
    with told_in.open("a", encoding="utf-8") as told:
        told.write("\nopen\n")
        told.flush()
        while True:
            number, edition = chance.randrange(12), chance.randrange(10**6)
            name = f"document-{number}"
            held = name in {each.doc_id for each in library.list()}
            if held and chance.random() < 0.4:
                told.write(f"removing {name}\n")
                told.flush()
                library.remove(name)
                told.write(f"removed {name}\n")
            else:
                told.write(f"adding {name} {edition}\n")
                told.flush()
                filing = Filing(name=f"{name}.txt", doc_id=name)
                library.add_many([(parsed(number, edition), body(number, edition).encode(), filing)])
                told.write(f"added {name} {edition}\n")
            told.flush()


def index(folder: Path, root: Path, number: int) -> None:
    """File one more document and build the index, telling when the build begins; made to be killed in the middle."""
    from knowledge.index import DocumentIndex
    from tests.knowledge.shelf import WordEmbedder

    library = Library(folder)
    extra = 100 + number
    library.add_many([(parsed(extra, 0), body(extra, 0).encode(), Filing(name=f"{extra}.txt", doc_id=f"doc-{extra}"))])
    (root / f"begun-{number}").touch()
    DocumentIndex(root, embedder=WordEmbedder()).update(library)
