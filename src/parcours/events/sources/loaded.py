"""What every source gives: a table of rows, and a table of the rows that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from parcours.errors import SourceError
from parcours.events.engine import Engine, Watch
from parcours.events.sql_text import name

ORDINAL: Final = "parcours ordinal"
EXTRA: Final = "(extra)"
TEXT: Final = "(text)"
ROW_BYTES_LIMIT: Final = 20_000_000

REFUSED: Final = pa.schema(
    [
        ("line", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("row", pa.string()),
    ]
)


@dataclass(frozen=True)
class Reading:
    """Where a source reads to: the engine, a folder for temporary files, a prefix for its tables."""

    engine: Engine
    folder: Path
    prefix: str
    watch: Watch | None = None

    def table(self, suffix: str) -> str:
        """Name of a table of this reading, not quoted."""
        return f"{self.prefix}_{suffix}"

    def keep_refused(self, rows: pa.Table) -> None:
        """Add to the rows that could not be read."""
        table = name(self.table("refused"))
        self.engine.connection.execute(
            f"CREATE TABLE IF NOT EXISTS {table} "
            f"(line BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR, row VARCHAR)"
        )
        if rows.num_rows:
            self.engine.insert(table, rows)


@dataclass(frozen=True)
class Loaded:
    """One file, readable as ``SELECT … FROM {relation}``.

    ``relation`` has the column ORDINAL (0-based, in file order) and the file's columns, whose DuckDB types are in
    ``columns``; ``refused`` names the table of rows that could not be read (REFUSED). ``lines`` turns ordinals into
    1-based lines of the file where it has lines, else into row numbers. ``rows`` counts both
    tables. ``trimmed`` says that texts have no blanks around them and are NULL rather than empty.
    """

    file: str
    relation: str
    columns: dict[str, str]
    digest: str
    rows: int
    refused: str
    lines: Callable[[Sequence[int]], list[int]]
    trimmed: bool = False


def row_numbers(ordinals: Sequence[int]) -> list[int]:
    """Row numbers from 1, of files that have no lines."""
    return [ordinal + 1 for ordinal in ordinals]


def check_names(names: Sequence[str], file: str) -> list[str]:
    """Column names as they can be used: blank ones are numbered; raises SourceError when two are the same."""
    given = [text.strip() or f"column_{number}" for number, text in enumerate(names, start=1)]
    seen: dict[str, str] = {}
    for column in given:
        other = seen.setdefault(column.lower(), column)
        if other is not column:
            how = "twice" if other == column else f"beside {other!r}, which differs only in letter case"
            raise SourceError(
                f"{file}: the column {column!r} is there {how}.",
                hint="Rename one, or name all columns in the mapping: format: {header: true, columns: [...]}.",
            )
    return given


def count(engine: Engine, table: str) -> int:
    """How many rows a table has."""
    return int(engine.one(f"SELECT count(*) FROM {table}")[0])
