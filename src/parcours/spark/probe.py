"""Which columns a piece of work reads, found by doing it on nobody: so that only those are read and sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from parcours.errors import QueryError
from parcours.spark.pieces import EVENT_ID, PROPERTIES, TRAIT, VALUE, column_in_rows, nothing
from parcours.timelines.partition import Loader, Partition


def columns_read(work: Callable[[Partition], object]) -> tuple[str, ...]:
    """The columns that were asked for. Work that reads more once there is somebody says so then."""
    read: set[str] = set()
    empty = nothing()

    def noting(column: str) -> Loader:
        read.add(column)
        return empty.loader

    loader = Loader(
        column=lambda name: noting(column_in_rows(name)).column(name),
        trait=lambda name: noting(f"{TRAIT}{name}").trait(name),
        value_minor=lambda: noting(VALUE).value_minor(),
        properties=lambda rows: noting(PROPERTIES).properties(rows),
        event_ids=lambda rows: noting(EVENT_ID).event_ids(rows),
    )
    try:
        work(replace(empty, loader=loader))
    except QueryError:  # a cell that nobody has: those who do are asked on the executors
        return tuple(sorted(read))
    return tuple(sorted(read))
