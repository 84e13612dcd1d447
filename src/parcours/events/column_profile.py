"""What the values of a column look like: the evidence from which a mapping is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from parcours.events import expressions as express
from parcours.events import sql_text as sql
from parcours.events.engine import Engine
from parcours.events.mapping import Time
from parcours.events.table import Table

SAMPLE_ROWS: Final = 100_000

TIME_FORMATS: Final = (
    "iso",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y%m%d",
    "%b %d, %Y",
    "%d %b %Y",
    "%d/%m/%y",
    "%m/%d/%y",
)
_EPOCHS: Final = {"epoch_s": 10, "epoch_ms": 13, "epoch_us": 16}
_ALMOST_ALL: Final = 0.98


@dataclass(frozen=True)
class ColumnProfile:
    """One column of the first rows: how many values, of which kinds."""

    name: str
    rows: int
    filled: int
    distinct: int
    numbers: int
    negative: int
    currencies: int
    clocks: int
    longest: int
    formats: tuple[str, ...]
    has_clock: bool
    has_offset: bool

    @property
    def is_number(self) -> bool:
        return self.filled > 0 and self.numbers == self.filled

    @property
    def is_time(self) -> bool:
        return bool(self.formats)

    @property
    def is_currency(self) -> bool:
        return self.filled > 0 and self.currencies >= _ALMOST_ALL * self.filled

    @property
    def is_clock(self) -> bool:
        return self.filled > 0 and self.clocks >= _ALMOST_ALL * self.filled

    @property
    def is_unique(self) -> bool:
        return self.filled == self.rows == self.distinct

    @property
    def words(self) -> str:
        """The name in small letters, its words apart by underscores."""
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name)
        return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def profiles(engine: Engine, table: Table) -> list[ColumnProfile]:
    """The profile of every column, over the first rows."""
    sample = f"(SELECT * FROM {table.relation})"
    return [_profile(engine, table, column, sample) for column in table.own_columns]


def _profile(engine: Engine, table: Table, column: str, sample: str) -> ColumnProfile:
    text = table.text(column)
    known = sql.listed(express.known_currencies())
    rows, filled, distinct, numbers, negative, currencies, clocks, longest = engine.one(
        f"SELECT count(*), count({text}), count(DISTINCT {text}), count({table.number(column)}), "
        f"coalesce(count_if({table.number(column)} < 0), 0), coalesce(count_if(upper({text}) IN {known}), 0), "
        f"coalesce(count_if(regexp_full_match({text}, '[0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}})?')), 0), "
        f"coalesce(max(length({text})), 0) FROM {sample}"
    )
    formats = _formats(engine, table, column, sample, filled, numbers == filled)
    clock = rf"count_if(regexp_matches({text}, '[0-9]:[0-9]'))"
    offset = rf"count_if(regexp_matches({text}, ':[0-9.]+ ?([Zz]|UTC|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$'))"
    has_clock, has_offset = engine.one(f"SELECT {clock}, {offset} FROM {sample}") if formats else (0, 0)
    return ColumnProfile(
        column, rows, filled, distinct, numbers, negative, currencies, clocks, longest, formats,
        (has_clock or 0) > 0, (has_offset or 0) > 0,
    )  # fmt: skip


def _formats(
    engine: Engine, table: Table, column: str, sample: str, filled: int, numeric: bool
) -> tuple[str, ...]:
    """Formats that read almost every value as a time between 1970 and 2100."""
    kind = table.types[column]
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return ("iso",)
    if not filled:
        return ()
    candidates = [*_EPOCHS, "%Y%m%d"] if numeric else list(TIME_FORMATS)
    tests = []
    for form in candidates:
        instant = express.instant(Time(column=column, format=(form,)), table, "UTC")
        digits = f" AND length({table.text(column)}) = {_EPOCHS[form]}" if form in _EPOCHS else ""
        digits += f" AND length({table.text(column)}) = 8" if form == "%Y%m%d" else ""
        tests.append(f"count_if({instant} BETWEEN {express.EARLIEST} AND {express.LATEST}{digits})")
    counts = engine.one(f"SELECT {', '.join(tests)} FROM {sample}")
    return tuple(
        form for form, read in zip(candidates, counts, strict=True) if (read or 0) >= _ALMOST_ALL * filled
    )
