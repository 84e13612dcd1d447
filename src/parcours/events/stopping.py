"""Ctrl-C during a long write: native code does not look for it, so it runs beside the thread that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunningError
from threading import Event
from typing import Final

import pyarrow as pa

POLL_SECONDS: Final = 0.1


class StoppedError(Exception):
    """Raised inside the work that is to end; callers see what stopped it instead."""


def run_stoppably(work: Callable[[Event], None]) -> None:
    """Run ``work`` in a thread of its own; when this one is interrupted, tell it through the event and wait."""
    stopped = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="parcours-write") as pool:
        future = pool.submit(work, stopped)
        try:
            while True:
                try:
                    return future.result(timeout=POLL_SECONDS)
                except StillRunningError:
                    continue
        finally:
            stopped.set()


def until_stopped(rows: pa.Table | pa.RecordBatchReader, stopped: Event) -> pa.RecordBatchReader:
    """The same rows, which break off once the event is set."""

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
            if stopped.is_set():
                raise StoppedError
            yield batch

    return pa.RecordBatchReader.from_batches(rows.schema, batches())
