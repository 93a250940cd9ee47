"""The settings of the server: what cannot be is refused by name, and no key is repeated on a screen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from api.routes.catalog import PAGES, RESOURCES
from settings import BadSetting, read_settings, version

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIIS_PORT", "0"),
        ("OIIS_PORT", "http"),
        ("OIIS_STATE_URL", "mysql://root:hunter2hunter2@host/x"),
        ("OIIS_QUEUE_URL", "amqp://root:hunter2hunter2@host"),
        ("OIIS_ACCESS_KEY", "hunter2"),
        ("OIIS_ACCESS_KEY", "hunter2hunter2hunter2\u00e9"),
        ("OIIS_DEMO", "huge"),
        ("OIIS_KEEP_EVENTS_DAYS", "0"),
        ("OIIS_CHAT", "perhaps"),
    ],
)
def test_what_cannot_be_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name) as told:
        read_settings()
    assert "hunter2" not in str(told.value)


def test_the_defaults_are_this_machine_alone(own_home: Path) -> None:
    settings = read_settings()
    assert (settings.host, settings.local_only, settings.access_key, settings.names) == ("127.0.0.1", True, None, ())
    assert settings.state == f"sqlite:///{own_home / 'state.db'}"


def test_the_release_is_the_one_of_the_project() -> None:
    assert f'version = "{version()}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_module_of_routes_is_in_the_catalog() -> None:
    modules = {path.stem for path in (ROOT / "api" / "routes").glob("*.py")} - {"__init__", "catalog"}
    tree = ast.parse((ROOT / "api" / "routes" / "catalog.py").read_text(encoding="utf-8"))
    listed = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "api.routes" for alias in node.names}
    assert listed == modules
    assert len({id(router) for router in (*RESOURCES, *PAGES)}) == len((*RESOURCES, *PAGES)) >= len(modules)
