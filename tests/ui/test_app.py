"""The mounted chat: nothing heavy before it, nothing open that need not be, nothing from outside, readable colours."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "ui" / "assets"


def test_gradio_is_imported_only_when_the_chat_is_mounted() -> None:
    loaded = "print([each for each in ('gradio', 'httpx', 'markdown_it') if each in sys.modules])"
    code = f"import sys, ui.app, ui.conversation, ui.render.answer; {loaded}"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def config(real: str) -> dict[str, object]:
    reply = httpx.get(f"{real}/ui/config", trust_env=False)
    assert reply.status_code == 200
    return dict(reply.json())


def test_nothing_is_told_to_anybody_and_nothing_is_kept_in_the_browser(config: dict[str, object]) -> None:
    assert config["analytics_enabled"] is False and config["run_history"] is False
    assert config["footer_links"] == [] and config["stylesheets"] == [] and config["show_error"] is False


def test_the_chats_events_are_no_api(real: str) -> None:
    info = httpx.get(f"{real}/ui/gradio_api/info", trust_env=False).json()
    assert info["named_endpoints"] == {} and info["unnamed_endpoints"] == {}


def test_nothing_can_be_uploaded(real: str) -> None:
    reply = httpx.post(f"{real}/ui/gradio_api/upload", files={"files": ("x.txt", b"some text")}, trust_env=False)
    assert reply.status_code == 413


def test_the_assets_name_no_other_address() -> None:
    for path in ASSETS.iterdir():
        found = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s'\"]*", path.read_text(encoding="utf-8")))
        assert found <= {"http://www.w3.org/2000/svg"}, path


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_text_colour_can_be_read_on_every_ground() -> None:
    css = (ASSETS / "page.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--oi-(\w+): (#[0-9a-f]{6})", css))
    assert colours["night"] == "#0a0e17"
    for ground in ("night", "surface", "raised"):
        for text in ("text", "quiet", "cyan", "rose", "amber", "green"):
            light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"
    dark_on_cyan = (luminance(colours["cyan"]) + 0.05) / (luminance(colours["night"]) + 0.05)
    assert dark_on_cyan >= 4.5


def test_the_pictures_of_the_documentation_are_there_and_small() -> None:
    page = (ROOT / "docs" / "ui.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((images/[\w-]+\.png)\)", page)
    assert len(named) >= 3
    for name in named:
        picture = (ROOT / "docs" / name).read_bytes()
        assert picture.startswith(b"\x89PNG") and len(picture) < 200_000, name
