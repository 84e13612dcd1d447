"""Excel and OpenDocument sheets, through python-calamine: every cell as text, dates as ISO."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa
import python_calamine as calamine

from parcours.errors import SourceError, did_you_mean
from parcours.events.mapping import FileFormat
from parcours.events.sources.content import digest_of, plain_copy
from parcours.events.sources.loaded import ORDINAL, REFUSED, Loaded, Reading, check_names, count
from parcours.events.sql_text import name

_BATCH_ROWS = 10_000
_Cell = int | float | str | bool | time | date | datetime | timedelta


def read(path: Path, file_format: FileFormat, reading: Reading) -> Loaded:
    """Read one sheet of a workbook; the first row names the columns, unless the mapping does."""
    plain = plain_copy(path, reading.folder)
    sheet = _sheet(plain, path, file_format.sheet)
    rows = (
        (number, row)
        for number, row in enumerate(sheet.iter_rows(), start=sheet.start[0] if sheet.start else 0)
    )
    has_header = file_format.header if file_format.header is not None else not file_format.columns
    first = next(rows, None) if has_header else None
    if has_header and first is None:
        raise SourceError(f"{path}: the sheet {sheet.name!r} is empty.")
    header = [_text(cell) or "" for cell in first[1]] if first else []
    columns = check_names(file_format.columns or header, str(path))
    table = name(reading.table("raw"))
    kinds = ", ".join(f"{name(column)} VARCHAR" for column in columns)
    reading.engine.connection.execute(f"CREATE TABLE {table} ({name(ORDINAL)} BIGINT, {kinds})")
    reading.keep_refused(REFUSED.empty_table())
    for batch in _batches(rows, columns):
        reading.engine.insert(table, batch)
    return Loaded(
        file=str(path),
        relation=table,
        columns=dict.fromkeys(columns, "VARCHAR"),
        digest=digest_of(plain),
        rows=count(reading.engine, table),
        refused=name(reading.table("refused")),
        lines=lambda ordinals: [ordinal + 1 for ordinal in ordinals],
    )


def _sheet(plain: Path, path: Path, wanted: str | None) -> calamine.CalamineSheet:
    try:
        book = calamine.CalamineWorkbook.from_path(str(plain))
        if wanted is not None and wanted not in book.sheet_names:
            raise SourceError(f"{path} has no sheet {wanted!r}.", hint=did_you_mean(wanted, book.sheet_names))
        return book.get_sheet_by_name(wanted or book.sheet_names[0])
    except (calamine.CalamineError, IndexError, OSError) as error:
        raise SourceError(f"{path} cannot be read as a workbook: {error}") from None


def _batches(rows: Iterator[tuple[int, list[_Cell]]], columns: list[str]) -> Iterator[pa.Table]:
    names = [ORDINAL, *columns]
    schema = pa.schema([(ORDINAL, pa.int64()), *((column, pa.string()) for column in columns)])
    while taken := list(islice(rows, _BATCH_ROWS)):
        filled = [
            [number, *(_text(cell) for cell in _padded(row, len(columns)))]
            for number, row in taken
            if any(map(_text, row))
        ]
        yield pa.table(
            {column: [row[place] for row in filled] for place, column in enumerate(names)}, schema=schema
        )


def _padded(row: list[_Cell], width: int) -> list[_Cell]:
    return [*row[:width], *[""] * (width - len(row))]


def _text(cell: _Cell) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell) or None
