"""The house: who may import whom, what stays where, how large things may grow."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("ingestion", "ml", "knowledge", "tools", "agents", "api", "ui", "evals", "cli")
MAY_IMPORT: dict[str, set[str]] = {
    "ingestion": set(),
    "ml": {"ingestion"},
    "knowledge": {"ingestion"},
    "tools": {"ml", "knowledge", "ingestion"},
    "agents": {"tools"},
    "api": {"agents", "tools", "ml", "knowledge", "ingestion", "settings"},
    "ui": {"api"},  # by agreement api.schemas only, see below
    "evals": {"api", "agents", "tools", "ml", "knowledge", "ingestion", "settings"},
    "cli": {"evals", "api", "agents", "tools", "ml", "knowledge", "ingestion", "settings"},
}
ONLY_IN: dict[str, tuple[str, ...]] = {
    "duckdb": ("ingestion", "tools.query"),
    "langgraph": ("agents",),
    "fastapi": ("api",),
    "gradio": ("ui",),
    "chromadb": ("knowledge",),
}
BANNED_NAMES = {"utils", "helpers", "common", "misc", "manager", "service", "handler", "factory", "wrapper", "processor"}
HEAVY = {"torch", "gradio", "transformers", "mlflow", "pandas", "pyarrow", "duckdb", "sqlalchemy", "langgraph", "chromadb", "rich"}
MAX_LINES, MAX_FUNCTION_LINES = 400, 50


def modules() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_imports_follow_the_table() -> None:
    ours = {*FOLDERS, "settings", "tests"}
    for path in modules():
        folder = dotted(path).split(".")[0]
        for name in imports(path):
            top = name.split(".")[0]
            if top in ours and top != folder:
                assert top in MAY_IMPORT[folder], f"{dotted(path)} imports {name}"
            if folder == "ui" and top == "api":
                assert name == "api.schemas", f"{dotted(path)} imports {name}: the ui knows the api's schemas only"


def test_libraries_stay_in_their_rooms() -> None:
    for path in modules():
        for name in imports(path):
            allowed = ONLY_IN.get(name.split(".")[0])
            assert allowed is None or dotted(path).startswith(allowed), f"{dotted(path)} imports {name}"


def test_planted_truth_is_read_by_no_product_code() -> None:
    for path in modules():
        if not dotted(path).startswith(("ingestion.demo", "evals")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Name) and node.id == "TRUTH":
                    assert dotted(path) in ("ingestion.warehouse", "ingestion.founding"), f"{path} reaches for the planted truth"
                assert not (isinstance(node, ast.Constant) and node.value == "truth.duckdb" and dotted(path) != "ingestion.warehouse")


def test_files_and_functions_stay_small() -> None:
    for path in modules():
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= MAX_LINES, f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= MAX_FUNCTION_LINES, f"{path.relative_to(ROOT)}: {node.name} has {lines} lines"


def test_names_say_something() -> None:
    for path in modules():
        assert not BANNED_NAMES & set(dotted(path).split(".")), path


def test_every_package_opens_with_its_promise_and_nothing_else() -> None:
    for path in modules():
        if path.name == "__init__.py":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1, f"{path} holds more than a docstring"
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_no_distribution_claims_our_names() -> None:
    """`tests` is exempt: other distributions install one, and pytest is told which is ours."""
    installed = importlib.metadata.packages_distributions()
    taken = {name for name in (*FOLDERS, "settings") if name in installed or name in sys.stdlib_module_names}
    assert not taken, f"another package is called {taken}"


def test_pinned_files_hold_hashes_and_no_addresses() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, f"{path.name} records an address"
        for entry in re.findall(r"^[a-zA-Z0-9_.\[\]-]+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
            assert "--hash=sha256:" in entry, f"{path.name}: {entry.splitlines()[0]} has no hash"


def test_nothing_brings_cuda() -> None:
    for path in ROOT.glob("requirements*.txt"):
        assert not re.search(r"^(nvidia|cuda|triton)", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_no_pickle_anywhere() -> None:
    for path in modules():
        assert not {"pickle", "joblib", "dill", "cloudpickle", "shelve"} & {name.split(".")[0] for name in imports(path)}, path


@pytest.mark.parametrize("arguments", [["--help"], ["data", "--help"], ["data", "load", "--help"]])
def test_help_is_instant_and_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import json, os, runpy, sys, time; sys.argv = ['oiis', *sys.argv[1:]]\n"
        "try: runpy.run_module('cli', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(json.dumps([sum(os.times()[:2]), sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    cpu_seconds, loaded = json.loads(done.stdout.splitlines()[-1])
    assert not HEAVY & set(loaded), f"{arguments} imports {HEAVY & set(loaded)}"
    assert cpu_seconds < 0.5
