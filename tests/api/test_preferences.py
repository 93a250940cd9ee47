"""Lasting wishes: seen, changed, deleted, and heeded by the next answer."""

from __future__ import annotations

import httpx
import pytest

from api.ports import as_wishes
from api.store.preferences import Preference
from tests.api.stage import REVENUE, Live, ask, problem

NONE = {"language": None, "location": None, "number_format": None}
PATH = "/api/v1/preferences"


def test_wishes_are_seen_changed_and_deleted(client: httpx.Client) -> None:
    assert client.get(PATH).json() == NONE
    assert client.patch(PATH, json={"language": "vi", "location": "Hà Nội"}).json() == NONE | {"language": "vi", "location": "Hà Nội"}
    assert client.patch(PATH, json={"number_format": "1.234,5"}).json()["language"] == "vi"
    assert client.patch(PATH, json={"location": None}).json() == NONE | {"language": "vi", "number_format": "1.234,5"}
    assert client.delete(f"{PATH}/language").status_code == 204
    assert client.delete(f"{PATH}/language").status_code == 204
    assert client.get(PATH).json() == NONE | {"number_format": "1.234,5"}
    assert client.delete(PATH).status_code == 204
    assert client.get(PATH).json() == NONE


def test_the_next_answer_heeds_a_wish(client: httpx.Client) -> None:
    before = ask(client, REVENUE)["answer"]
    client.patch(PATH, json={"language": "vi"})
    after = ask(client, REVENUE)["answer"]
    client.delete(PATH)
    numbers = [[fact["value"] for fact in answer["facts"] if isinstance(fact["value"], int | float)] for answer in (before, after)]
    assert after["text"] != before["text"] and numbers[0] == numbers[1] != []
    assert ask(client, REVENUE)["answer"]["text"] == before["text"]


@pytest.mark.parametrize(
    "body", [{"language": "de"}, {"number_format": "1 234"}, {"location": "x" * 201}, {"location": "a\nb"}, {"colour": "red"}]
)
def test_only_wishes_there_are_can_be_made(client: httpx.Client, body: dict[str, str]) -> None:
    problem(client.patch(PATH, json=body), 422, "bad_input")
    assert client.get(PATH).json() == NONE


def test_wishes_nobody_knows_are_refused(client: httpx.Client) -> None:
    problem(client.delete(f"{PATH}/colour"), 422, "bad_input")


def test_a_value_of_another_release_is_no_wish(stage: Live) -> None:
    now = stage.installation.store.threads.create("local").created_at
    rows = (Preference("local", "language", "klingon", now), Preference("local", "default_location", "Huế", now))
    wishes = as_wishes(rows)
    assert (wishes.language, wishes.location) == (None, "Huế")
