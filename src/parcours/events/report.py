"""What an import tells: its report, and its progress on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Phase = Literal["reading", "mapping", "checking", "writing"]


@dataclass(frozen=True)
class Progress:
    """How far an import is: in ``phase``, ``done`` of ``total`` rows (``total`` 0 when it is not known yet)."""

    phase: Phase
    done: int
    total: int
    file: str = ""


@dataclass(frozen=True)
class Example:
    """One refused row: where, and why."""

    file: str
    line: int | None
    field: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What an import read and what came of it. Counts are of rows unless they say events.

    ``duplicates`` are events that the log, or an earlier row, already held. ``quarantined`` counts refused rows by
    reason, whether they were refused for the first time or again. ``left_out`` counts rows that the mapping ignores, by
    its reason, and under ``no part takes them`` those that match none of its parts. ``rounded`` are amounts that had
    more decimals than their currency.
    ``erased`` are events, traits and refused rows of customers who were erased. ``version`` is the log's after the
    import.
    """

    files: tuple[str, ...]
    import_id: str
    rows: int
    events: int
    duplicates: int
    quarantined: Mapping[str, int]
    left_out: Mapping[str, int]
    first: datetime | None
    last: datetime | None
    customers: int
    events_by_name: Mapping[str, int]
    observations: int
    traits: int
    rounded: int
    resolved: int
    version: int
    erased: int = 0
    examples: tuple[Example, ...] = field(default=())

    @property
    def quarantined_rows(self) -> int:
        return sum(self.quarantined.values())

    @property
    def conflicting_ids(self) -> int:
        """Rows whose id the log holds with another time, value or event."""
        return self.quarantined.get("conflicting-id", 0)


def nothing_to_import(version: int, quarantined: Mapping[str, int]) -> ImportReport:
    """The report of an import of which nothing could be read; ``quarantined`` counts what still waits."""
    return ImportReport(
        files=(),
        import_id="",
        rows=sum(quarantined.values()),
        events=0,
        duplicates=0,
        quarantined=dict(quarantined),
        left_out={},
        first=None,
        last=None,
        customers=0,
        events_by_name={},
        observations=0,
        traits=0,
        rounded=0,
        resolved=0,
        version=version,
    )
