"""Logs for tests, written for real: rows in a few words, a log in a folder, timelines and an engine over it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from parcours.events import schema
from parcours.events.log import Batch, EventLog
from parcours.measures.engine import LocalEngine
from parcours.timelines.timelines import Timelines
from parcours.values import instant_us

Row = dict[str, Any]


def at(text: str) -> int:
    """The instant of an ISO text, UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return instant_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def row(customer: str, when: str | int, event: str, event_id: str = "", **given: Any) -> Row:
    """One event. ``properties`` is a dict or JSON text; other names are columns of the log."""
    instant = at(when) if isinstance(when, str) else when
    properties = given.pop("properties", None)
    if isinstance(properties, dict):
        properties = json.dumps(properties, sort_keys=True, ensure_ascii=False)
    return {
        "event_id": event_id or f"{customer}/{instant}/{event}",
        "customer": customer,
        "event": event,
        "timestamp": instant,
        "received_at": instant,
        "properties": properties,
        **given,
    }


def table(rows: Iterable[Row], buckets: int, import_id: str) -> pa.Table:
    """Rows as the log stores them."""
    full = [
        {
            "customer_id": None if one["customer"].startswith(schema.ANONYMOUS) else one["customer"],
            "bucket": schema.bucket_of(one["customer"], buckets),
            "import_id": import_id,
        }
        | one
        for one in rows
    ]
    return pa.Table.from_pylist(full, schema=schema.EVENTS)


def traits(held: dict[str, dict[str, str | None]], import_id: str, when: int = 0) -> pa.Table:
    """Profile rows: a trait's value for each customer."""
    rows = [
        {"customer": customer, "trait": trait, "value": value, "timestamp": when, "import_id": import_id}
        for customer, theirs in held.items()
        for trait, value in theirs.items()
    ]
    return pa.Table.from_pylist(rows, schema=schema.PROFILES)


def append(
    log: EventLog,
    rows: Sequence[Row],
    import_id: str,
    profiles: dict[str, dict[str, str | None]] | None = None,
    when: int = 0,
) -> None:
    """One batch."""
    log.append(
        Batch(
            import_id,
            table(rows, log.buckets, import_id),
            profiles=traits(profiles, import_id, when) if profiles else None,
        )
    )


def made_log(
    folder: Path,
    rows: Sequence[Row],
    *,
    buckets: int = 4,
    profiles: dict[str, dict[str, str | None]] | None = None,
) -> EventLog:
    """A new log with one batch, or none when there is nothing to add."""
    folder.mkdir(parents=True, exist_ok=True)
    log = EventLog.create(folder / "log", buckets=buckets)
    if rows or profiles:
        append(log, rows, "first", profiles)
    return log


def made_timelines(folder: Path, rows: Sequence[Row], **given: Any) -> Timelines:
    """Timelines over a new log."""
    return timelines_over(made_log(folder, rows, **given), folder)


def timelines_over(log: EventLog, folder: Path) -> Timelines:
    """Timelines over a log that is there, with their cache in ``folder``."""
    return Timelines(log, folder / "cache", threads=2, identity_limit=20)


def made_engine(folder: Path, rows: Sequence[Row], **given: Any) -> LocalEngine:
    """An engine over a new log, with a cache on disk."""
    return LocalEngine(made_timelines(folder, rows, **given), threads=2, cache=folder / "cache")
