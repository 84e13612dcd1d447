"""The same events as the fast implementation reads them: a partition in memory, or rows of the log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.events import schema
from parcours.timelines.partition import MISSING_VALUE, Column, Loader, Partition
from twins.events import Event, by_customer
from twins.matching import as_text

LOG_COLUMNS = ("channel", "campaign", "source")
CURRENCY = "EUR"


def partition_of(events: Iterable[Event], profiles: dict[str, dict[str, Any]] | None = None) -> Partition:
    """One partition of all customers who have an event."""
    timelines = by_customer(events)
    rows = [event for theirs in timelines.values() for event in theirs]
    names = sorted({event.event for event in rows})
    lengths = [len(theirs) for theirs in timelines.values()]
    traits = [(profiles or {}).get(customer, {}) for customer in timelines]
    return Partition(
        bucket=0,
        fingerprint="in memory",
        customers=pa.array(list(timelines), pa.string()),
        offsets=np.cumsum([0, *lengths], dtype=np.int64),
        timestamps=np.array([event.timestamp_us for event in rows], dtype=np.int64),
        events=np.array([names.index(event.event) for event in rows], dtype=np.int32),
        names=tuple(names),
        loader=Loader(
            column=lambda name: _event_column(rows, name),
            trait=lambda name: _column([_text(held.get(name)) for held in traits]),
            value_minor=lambda: _minor(rows),
            properties=lambda wanted: [_properties(rows[row]) for row in wanted],
            event_ids=lambda wanted: [rows[row].event_id for row in wanted.tolist()],
        ),
    )


def _event_column(rows: list[Event], name: str) -> Column:
    if name == "currency":
        return _column([CURRENCY if "value" in event.properties else None for event in rows])
    return _column([_text(event.properties.get(name)) for event in rows])


def _column(texts: list[str | None]) -> Column:
    values = sorted({text for text in texts if text is not None})
    return Column(
        np.array([-1 if text is None else values.index(text) for text in texts], np.int32), tuple(values)
    )


def _text(value: Any) -> str | None:
    return None if value is None else as_text(value)


def _minor(rows: list[Event]) -> NDArray[np.int64]:
    values = [_minor_units(event.properties.get("value")) for event in rows]
    return np.array([MISSING_VALUE if value is None else value for value in values], dtype=np.int64)


def _minor_units(value: Decimal | None) -> int | None:
    return None if value is None else int(value.scaleb(2))


def event_rows(events: Iterable[Event], *, buckets: int, import_id: str = "test") -> pa.Table:
    """The events as rows of the log, in the order given."""
    return pa.Table.from_pylist([_row(event, buckets, import_id) for event in events], schema=schema.EVENTS)


def _row(event: Event, buckets: int, import_id: str) -> dict[str, Any]:
    held = event.properties
    return {
        "event_id": event.event_id,
        "customer": event.customer,
        "customer_id": event.customer,
        "event": event.event,
        "timestamp": event.timestamp_us,
        "received_at": event.timestamp_us,
        **{name: held.get(name) for name in LOG_COLUMNS},
        "value_minor": _minor_units(held.get("value")),
        "currency": CURRENCY if "value" in held else None,
        "properties": _properties(event),
        "import_id": import_id,
        "bucket": schema.bucket_of(event.customer, buckets),
    }


def _properties(event: Event) -> str | None:
    held = {key: value for key, value in event.properties.items() if key not in {*LOG_COLUMNS, "value"}}
    return json.dumps(held, sort_keys=True) if held else None


def profile_rows(profiles: dict[str, dict[str, Any]], *, import_id: str = "test") -> pa.Table:
    """The traits as rows of the log."""
    rows = [
        {"customer": customer, "trait": trait, "value": _text(value), "timestamp": 0, "import_id": import_id}
        for customer, traits in profiles.items()
        for trait, value in traits.items()
    ]
    return pa.Table.from_pylist(rows, schema=schema.PROFILES)
