"""The settings of one workspace: one frozen value, read at the edge from ``parcours.toml`` and the
environment.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from parcours.errors import DocumentError, did_you_mean

FILE_NAME = "parcours.toml"
Language = Literal["en", "fr"]
WeekDay = Literal["monday", "sunday", "saturday"]


class Settings(BaseModel):
    """What a workspace is set to. Every field may be overridden by ``PARCOURS_<FIELD>`` in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field("", description="Name of the workspace, shown on its pages.")
    zone: str = Field("UTC", description="Time zone of calendar periods, an IANA name such as Europe/Paris.")
    week_start: WeekDay = Field("monday", description="First day of a calendar week.")
    currency: str = Field(
        "EUR", description="Currency of values that name none (ISO 4217).", pattern="^[A-Z]{3}$"
    )
    language: Language = Field("en", description="Language of pages and tables.")
    buckets: int = Field(16, ge=1, le=4096, description="Parts of the log; fixed when the workspace is made.")
    simulated: bool = Field(False, description="Whether the data is made up; then every page says so.")
    source: str = Field(
        "", description="Where the data comes from and its licence, shown at the foot of pages."
    )
    max_bad_share: float = Field(
        0.05, ge=0, le=1, description="An import with a larger share of bad rows stops before it commits."
    )
    memory_mb: int = Field(1200, ge=256, description="Memory that reading and sorting files may use, in MB.")
    identity_limit: int = Field(
        5, ge=1, description="An anonymous id joined to more known ids than this is shared, and joins nobody."
    )
    store: str = Field(
        "",
        description="Database of the kept documents, such as postgresql://user@host/database; "
        "by default a SQLite file in the workspace.",
    )
    threads: int = Field(0, ge=0, description="Threads for measures; 0 means one for each processor.")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(
                f"unknown time zone {value!r}. {did_you_mean(value, available_timezones()) or ''}"
            )
        return value

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def read_settings(folder: Path, environ: dict[str, str] | None = None) -> Settings:
    """Settings of the workspace in ``folder``; raises DocumentError with file and field when they are
    wrong.
    """
    path = folder / FILE_NAME
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin with a mark
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DocumentError(f"this is not TOML: {error}", file=str(path)) from None
    environment = os.environ if environ is None else environ
    overrides = {
        field: environment[variable(field)]
        for field in Settings.model_fields
        if variable(field) in environment
    }
    try:
        return Settings.model_validate(given | overrides)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if field in overrides:
            raise DocumentError(message, file="environment", field=variable(field)) from None
        hint = did_you_mean(field, Settings.model_fields) if first["type"] == "extra_forbidden" else None
        raise DocumentError(message, file=str(path), field=field, hint=hint) from None


def variable(field: str) -> str:
    """The environment variable that overrides a setting."""
    return f"PARCOURS_{field.upper()}"


def write_settings(folder: Path, settings: Settings) -> None:
    """Write the settings file of a new workspace."""
    (folder / FILE_NAME).write_text(settings_text(settings), encoding="utf-8")


def settings_text(settings: Settings) -> str:
    """The settings file of a new workspace, each setting with the comment that explains it."""
    lines = [
        "# Settings of this Parcours workspace. Environment variables PARCOURS_<NAME> override them.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        lines += [f"# {field.description}", f"{name} = {_toml(value)}", ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # TOML's basic strings escape as JSON's do, and DEL besides
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
