"""A measured journey in the formats that teams use. One module a format, each with ``ENDING`` and ``export``."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from parcours.errors import QueryError, did_you_mean
from parcours.maps.measured_journey import MeasuredJourney
from parcours.render.exports.drawing import Exported
from parcours.render.words import Language

# name -> module; heavy libraries load with the format that needs them
_MODULES = {
    "pptx": "pptx",
    "xlsx": "xlsx",
    "csv": "csv_wide",
    "csv-long": "csv_long",
    "json": "json_map",
    "markdown": "markdown_outline",
    "mermaid": "mermaid",
    "cjml": "cjml",
    "ojf": "ojf",
}


class Format(Protocol):
    """What the module of a format offers."""

    ENDING: str

    def export(self, journey: MeasuredJourney, language: Language) -> Exported: ...


def format_names() -> tuple[str, ...]:
    """The formats that can be written."""
    return tuple(_MODULES)


def format_of(name: str) -> Format:
    """The format of this name; raises QueryError for one that is not known."""
    if name not in _MODULES:
        raise QueryError(f"There is no format {name!r}.", hint=did_you_mean(name, _MODULES))
    return cast("Format", import_module(f"{__name__}.{_MODULES[name]}"))


def export(journey: MeasuredJourney, name: str, language: Language) -> Exported:
    """The journey in a format, and what the format could not carry."""
    return format_of(name).export(journey, language)


def format_for(file_name: str) -> str | None:
    """The format that a file's ending means; None when none or several do."""
    return next((name for name in _MODULES if file_name.lower().endswith(format_of(name).ENDING)), None)
