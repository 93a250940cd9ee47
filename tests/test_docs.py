"""Documents say what is true: settings, commands, rules and tables in them are the ones in the code."""

from __future__ import annotations

import re
from pathlib import Path

from ingestion.checks import MEANINGS
from ingestion.dictionary import dictionary, overview
from settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_dictionary_is_the_schema() -> None:
    assert text("docs/data-dictionary.md").rstrip() == dictionary().rstrip(), "./oiis data dictionary > docs/data-dictionary.md"
    assert overview().rstrip() in text("README.md"), "the table overview in README.md is not the schema's"


def test_every_setting_is_in_the_example_and_explained() -> None:
    example = text(".env.example")
    for name, field in Settings.model_fields.items():
        assert PREFIX + name.upper() + "=" in example
        assert field.description and field.description.split(";")[0].split(":")[0] in example


def test_every_rule_is_documented() -> None:
    page = text("docs/data.md")
    for rule, meaning in MEANINGS.items():
        assert f"| `{rule}` | {meaning} |" in page


def test_every_data_command_is_documented() -> None:
    from cli.data import app

    names = [command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands]
    for name in names:
        assert f"./oiis data {name}" in text("docs/data.md"), f"docs/data.md does not show ./oiis data {name}"


def test_links_between_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name} links to {target}"


def test_no_document_or_module_names_a_path_of_one_machine() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile", ROOT / "oiis"]:
        assert not re.search(r"/(home|root|Users|work)/\w+", page.read_text(encoding="utf-8")), page
