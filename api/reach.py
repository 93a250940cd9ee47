"""What a route may use: the open installation behind the application."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.identity import Keyring
from api.installation import Installation


def _installation(request: Request) -> Installation:
    installation: Installation = request.app.state.installation
    return installation


House = Annotated[Installation, Depends(_installation)]


def _keyring(request: Request) -> Keyring:
    keyring: Keyring = request.app.state.keyring
    return keyring


Keys = Annotated[Keyring, Depends(_keyring)]
