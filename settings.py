"""Every setting, read once from the environment (OIIS_*) or `.env`; only the entry points read it, lower folders are given values."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "OIIS_"
MIN_KEY_CHARACTERS = 16
ROOT = Path(__file__).parent
# Read by the launcher, before there is a Python to read settings.
_LAUNCHER = {"OIIS_PYTHON", "OIIS_TORCH_INDEX"}


class BadSetting(Exception):
    """A setting with a value it cannot have, or a name that does not exist."""

    exit_code = 2


class Settings(BaseSettings):
    """What an installation may choose; every field is OIIS_<NAME> in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ROOT / ".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(default=ROOT / "var", description="Folder that holds all state: warehouse, models, index, app database, uploads")
    as_of: date | None = Field(default=None, description="The business date; empty means the date of the newest order")
    timezone: str | None = Field(
        default=None, description="Business time zone of loaded files; empty means the warehouse's own, UTC at first"
    )
    currency: str | None = Field(default=None, description="Currency of loaded files, as an ISO code; empty means the warehouse's own")
    keep_snapshots: int = Field(default=5, ge=1, le=1000, description="How many versions of the warehouse are kept for rollback")
    max_rejected: float = Field(default=0.2, ge=0, le=1, description="Largest share of bad rows with which a batch is still accepted")
    warehouse_url: str | None = Field(default=None, description="SQLAlchemy URL of a published warehouse; empty means the embedded one")
    model: str | None = Field(default=None, description="Chat model as provider:name (openai, anthropic, ollama); empty means none")
    model_base_url: str | None = Field(
        default=None, description="Address of an OpenAI-compatible server, when it is not the provider's own"
    )
    model_key: SecretStr | None = Field(default=None, description="Key of the chat model's provider")
    state_url: str | None = Field(
        default=None, description="Where conversations are kept; empty means state.db under the home, or postgresql://..."
    )
    queue_url: str | None = Field(default=None, description="Queue of the worker; empty means SQLite under the home, or redis://...")
    keep_events_days: int = Field(default=14, ge=1, le=36_500, description="Days the steps of an ended run can be watched again")
    demo: Literal["tiny", "demo", "large", "none"] = Field(
        default="demo", description="Demo company an empty installation starts with; none waits for your own data"
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on; anything but this machine's own needs an access key")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the API and the chat")
    chat: bool = Field(default=True, description="Serve the chat at /ui beside the API")
    access_key: SecretStr | None = Field(
        default=None, description="Key that whoever asks must show; empty means none, on this machine only"
    )
    allowed_hosts: str = Field(default="", description="Names under which the server is reached, separated by commas; localhost always is")
    documents_inbox: Path | None = Field(
        default=None, description="Folder whose documents are taken in as they come; empty means none is watched"
    )
    documents_feeds: str = Field(
        default="", description="News and market feeds to take in, separated by blanks: https addresses, or files; empty means none"
    )
    documents_vectors_url: str | None = Field(
        default=None, description="Chroma server that finds documents by meaning, as http://HOST:8000; empty keeps its files in OIIS_HOME"
    )
    documents_feeds_private: bool = Field(default=False, description="Let feeds be fetched from addresses of your own network")
    debug: bool = Field(default=False, description="Show the whole trace of an unexpected fault")

    @field_validator("home")
    @classmethod
    def _usable_home(cls, value: Path) -> Path:
        if "?" in str(value):
            raise ValueError("the database engine opens no path with a question mark in it")
        return value

    @field_validator("state_url")
    @classmethod
    def _known_state(cls, value: str | None) -> str | None:
        return value if value is None else _check_scheme(value, ("sqlite:///", "postgresql://", "postgres://"))

    @field_validator("queue_url")
    @classmethod
    def _known_queue(cls, value: str | None) -> str | None:
        return value if value is None else _check_scheme(value, ("redis://", "rediss://", "unix://"))

    @field_validator("documents_vectors_url")
    @classmethod
    def _known_vectors(cls, value: str | None) -> str | None:
        return value if value is None else _check_scheme(value, ("http://", "https://"))

    @field_validator("access_key")
    @classmethod
    def _unguessable_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not (len(key := value.get_secret_value()) >= MIN_KEY_CHARACTERS and key.isascii() and key.isprintable()):
            raise ValueError(f"a key has at least {MIN_KEY_CHARACTERS} printable characters; `openssl rand -hex 32` makes one")
        return value

    @property
    def state(self) -> str:
        """Where the app state is kept."""
        return self.state_url or f"sqlite:///{self.home / 'state.db'}"

    @property
    def local_only(self) -> bool:
        """Whether nobody outside this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def names(self) -> tuple[str, ...]:
        """The names in `allowed_hosts`."""
        return tuple(name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip())

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        return value if value is None else check_timezone(value)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str | None) -> str | None:
        return value if value is None else check_currency(value)


def check_exposure(settings: Settings) -> None:
    """Refuse to serve other machines without a key."""
    if not settings.local_only and settings.access_key is None:
        raise BadSetting(
            f"OIIS_HOST={settings.host!r} opens the server to other machines, and there is no access key. "
            "Next: set OIIS_ACCESS_KEY (`openssl rand -hex 32` makes one), or leave OIIS_HOST at 127.0.0.1."
        )


def _check_scheme(url: str, schemes: tuple[str, ...]) -> str:
    if not url.startswith(schemes):
        raise ValueError(f"an address that begins with {' or '.join(schemes)} is needed")
    return url


def check_timezone(name: str) -> str:
    """The name of a time zone, or ValueError with the nearest one."""
    if name in (known := available_timezones()):
        return name
    near = get_close_matches(name, known, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise ValueError(f"{name!r} is no time zone{hint}: a name such as Asia/Ho_Chi_Minh or UTC is needed")


def check_currency(code: str) -> str:
    """A currency code in capitals, or ValueError saying what one looks like."""
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code.upper()
    raise ValueError(f"{code!r} is no currency code: three letters such as VND, USD or EUR are needed")


def read_settings() -> Settings:
    """The settings of this process; a wrong value or a misspelt name is told, never passed over."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | _LAUNCHER
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise BadSetting(f"{name} is not a setting{hint} (there are: {', '.join(sorted(known))})")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        # What may hold a key or a password is not repeated on a screen.
        shown = "" if name.endswith(("_KEY", "_URL")) else f"={first['input']!r}"
        raise BadSetting(f"{name}{shown} cannot be used: {first['msg']}") from error


@lru_cache(maxsize=1)
def version() -> str:
    """The release that runs, as `pyproject.toml` names it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
