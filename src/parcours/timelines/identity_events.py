"""The events of a bucket that say something about ids, read once and kept in a file."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parcours.events.identity import IDENTITY_EVENTS, IdentityEvent
from parcours.timelines.partition import Column, Partition


def identity_events(whole: Partition, file: Path) -> tuple[IdentityEvent, ...]:
    """The events that join ids or take a join back: from ``file``, else read and written there."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        return tuple(IdentityEvent(*one) for one in held)
    except (OSError, ValueError, TypeError):
        events = _read(whole)
        _write([list(vars(event).values()) for event in events], file)
        return events


def _read(whole: Partition) -> tuple[IdentityEvent, ...]:
    codes = [code for code, name in enumerate(whole.names) if name in IDENTITY_EVENTS]
    rows = np.flatnonzero(np.isin(whole.events, codes))
    # not through `whole.column`, which would keep the columns of all events for these few
    texts = [_texts(whole.loader.column(name), rows) for name in ("customer_id", "anonymous_id")]
    texts.append(whole.properties([int(row) for row in rows]))
    ids, names = whole.event_ids(rows), [whole.names[code] for code in whole.events[rows]]
    times = [int(time) for time in whole.timestamps[rows]]
    return tuple(IdentityEvent(*one) for one in zip(ids, names, times, *texts, strict=True))


def _texts(column: Column, rows: NDArray[np.intp]) -> list[str | None]:
    return [column.text(int(row)) for row in rows]


def _write(rows: list[list[object]], file: Path) -> None:
    """Write the file at once; one that cannot be written is no error, it only saves time."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as draft:
            json.dump(rows, draft)
        Path(draft.name).replace(file)
    except OSError:
        return
