"""Every setting, read once from the environment (OIIS_*) or `.env`; only the entry points read it, lower folders are given values."""

from __future__ import annotations

import os
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "OIIS_"
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

    home: Path = Field(ROOT / "var", description="Folder that holds all state: warehouse, models, index, app database, uploads")
    as_of: date | None = Field(None, description="The business date; empty means the date of the newest order")
    timezone: str | None = Field(None, description="Business time zone of loaded files; empty means the warehouse's own, UTC at first")
    currency: str | None = Field(None, description="Currency of loaded files, as an ISO code; empty means the warehouse's own")
    keep_snapshots: int = Field(5, ge=1, le=1000, description="How many versions of the warehouse are kept for rollback")
    max_rejected: float = Field(0.2, ge=0, le=1, description="Largest share of bad rows with which a batch is still accepted")
    warehouse_url: str | None = Field(None, description="SQLAlchemy URL of a published warehouse; empty means the embedded one")
    model: str | None = Field(None, description="Chat model as provider:name (openai, anthropic, ollama); empty means none")
    model_base_url: str | None = Field(None, description="Address of an OpenAI-compatible server, when it is not the provider's own")
    model_key: SecretStr | None = Field(None, description="Key of the chat model's provider")
    debug: bool = Field(False, description="Show the whole trace of an unexpected fault")

    @field_validator("home")
    @classmethod
    def _usable_home(cls, value: Path) -> Path:
        if "?" in str(value):
            raise ValueError("the database engine opens no path with a question mark in it")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        return value if value is None else check_timezone(value)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str | None) -> str | None:
        return value if value is None else check_currency(value)


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
        return Settings()  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise BadSetting(f"{name}={first['input']!r} cannot be used: {first['msg']}") from error
