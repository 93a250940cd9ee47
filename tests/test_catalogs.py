"""Adding something is one file and one line: what is in a folder is in its catalog, and described."""

from __future__ import annotations

import ast
from pathlib import Path

from ingestion.mapping import TARGETS
from ingestion.presets.catalog import PRESETS, preset
from ingestion.readers.catalog import READERS
from tools.catalog import TOOLS
from tools.query.catalog import OPERATORS

ROOT = Path(__file__).parents[1]


def test_every_preset_file_is_listed_and_reads() -> None:
    files = {path.stem for path in (ROOT / "ingestion" / "presets").glob("*.yaml")}
    assert files == set(PRESETS)
    for name in PRESETS:
        found = preset(name)
        assert found.name == name
        assert found.about
        assert all(table_map.target in TARGETS for table_map in found.tables)


def test_every_reader_has_a_name_and_suffixes_of_its_own() -> None:
    names = [reader.name for reader in READERS]
    assert len(names) == len(set(names))
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes)), "two readers claim one suffix"


def test_every_operator_is_a_tool_and_every_tool_is_listed_and_described() -> None:
    assert {each.query for each in TOOLS} >= {operator.query for operator in OPERATORS}
    names = [each.name for each in TOOLS]
    assert len(names) == len(set(names))
    defined = set()
    for path in (ROOT / "tools").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defined |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and is_tool(node)}
    assert defined == set(names)
    page = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    for each in TOOLS:
        assert each.effect == "read"
        assert f"`{each.name}`" in page, f"docs/tools.md does not mention {each.name}: ./oiis tool > is its source"


def is_tool(function: ast.FunctionDef) -> bool:
    """Whether a function is described as a tool where it stands."""
    called = (each.func for each in function.decorator_list if isinstance(each, ast.Call))
    return any(isinstance(each, ast.Name) and each.id == "tool" for each in called)


def test_presets_and_readers_are_documented() -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for name in PRESETS:
        assert f"`{name}`" in text, f"docs/data.md does not mention the preset {name}"
    for reader in READERS:
        for suffix in reader.suffixes:
            assert suffix in text, f"docs/data.md does not mention {suffix}"
