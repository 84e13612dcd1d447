"""Files whose columns are the log's own names need no mapping."""

from __future__ import annotations

from typing import Any, Final

from parcours.errors import MappingError
from parcours.events.mapping import Mapping
from parcours.events.sources.loaded import Loaded

_WRITTEN_BY_THE_LOG: Final = {"customer", "received_at", "import_id", "bucket"}
_TEXTS: Final = ("currency", "channel", "campaign", "source")
_KNOWN: Final = {
    "event_id", "customer_id", "anonymous_id", "event", "timestamp", "value", "value_minor", "properties",
    *_TEXTS, *_WRITTEN_BY_THE_LOG,
}  # fmt: skip


def direct_mapping(loaded: Loaded) -> Mapping:
    """The mapping of a file whose columns are the log's; raises MappingError when they are not."""
    columns = set(loaded.columns)
    unknown = [column for column in loaded.columns if column not in _KNOWN]
    missing = [column for column in ("event", "timestamp") if column not in columns]
    if not columns & {"customer_id", "anonymous_id"}:
        missing.append("customer_id or anonymous_id")
    if unknown or missing:
        lacks = (
            f"lacks {', '.join(missing)}"
            if missing
            else f"has {', '.join(repr(name) for name in unknown[:5])}"
        )
        raise MappingError(
            f"{loaded.file} {lacks}, so how its columns become events must be said in a mapping.",
            hint=f"Let Parcours guess one: parcours import --suggest {loaded.file}",
        )
    return Mapping.model_validate(_described(columns))


def _described(columns: set[str]) -> dict[str, Any]:
    part: dict[str, Any] = {"name": "events", "event": {"column": "event"}}
    part |= {name: {"column": name} for name in _TEXTS if name in columns}
    if "event_id" in columns:
        part["event_id"] = "event_id"
    if "properties" in columns:
        part["properties_json"] = "properties"
    if "value_minor" in columns:
        part["value"] = {"column": "value_minor", "minor_units": True}
    elif "value" in columns:
        part["value"] = "value"
    who: dict[str, Any] = {name: name for name in ("customer_id", "anonymous_id") if name in columns}
    return {"name": "log", "time": "timestamp", "events": [part], **who}
