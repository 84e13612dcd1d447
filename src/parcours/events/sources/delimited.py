"""CSV, TSV and their kin, read by DuckDB in its strict mode; what it refuses is kept with its line."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from parcours.errors import SourceError
from parcours.events.engine import reading_error
from parcours.events.mapping import FileFormat
from parcours.events.sources.content import Content, head_of, text_content
from parcours.events.sources.loaded import (
    EXTRA,
    ORDINAL,
    REFUSED,
    ROW_BYTES_LIMIT,
    Loaded,
    Reading,
    check_names,
    count,
)
from parcours.events.sql_text import either, literal, name, trimmed

DELIMITERS: Final = (",", ";", "\t", "|")
_SNIFFED_RECORDS: Final = 200
_REASONS: Final = {
    "MISSING COLUMNS": "ragged-row",
    "TOO MANY COLUMNS": "ragged-row",
    "UNQUOTED VALUE": "bad-quotes",
    "INVALID STATE": "bad-quotes",
    "INVALID ENCODING": "bad-encoding",
    "LINE SIZE OVER MAXIMUM": "too-long",
}
_SHOWN_CHARACTERS: Final = 100_000


def read(path: Path, file_format: FileFormat, reading: Reading) -> Loaded:
    """Read delimited text: all columns as text, empty as missing."""
    content = text_content(path, reading.folder, file_format.encoding)
    delimiter = file_format.delimiter or sniff_delimiter(_head_text(content))
    has_header = file_format.header if file_format.header is not None else not file_format.columns
    columns = _column_names(content, file_format, delimiter, has_header, str(path))
    dialect = Dialect(delimiter, file_format.quote, has_header, tuple(columns))
    _load(content, dialect, reading, str(path))
    places = _Places(content, dialect, count(reading.engine, name(reading.table("raw"))))
    _keep_refused(places, reading, str(path))
    if content.has_nul:
        _refuse_nul_rows(places, reading)
    raw, refused = name(reading.table("raw")), name(reading.table("refused"))
    return Loaded(
        file=str(path),
        relation=f"(SELECT rowid AS {name(ORDINAL)}, * FROM {raw})",
        columns=dict.fromkeys(columns, "VARCHAR"),
        digest=content.digest,
        rows=count(reading.engine, raw) + count(reading.engine, refused),
        refused=refused,
        lines=places.of_rows,
        trimmed=True,
    )


@dataclass(frozen=True)
class Dialect:
    """How fields are told apart."""

    delimiter: str
    quote: str
    has_header: bool
    columns: tuple[str, ...]

    def records(self, lines: Iterator[str]) -> Any:
        """A csv reader of these lines."""
        if not self.quote:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote)


def sniff_delimiter(text: str) -> str:
    """The delimiter that splits the first records most evenly; a comma when none does."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = Counter(
            len(record)
            for record, _ in zip(_forgiving(reader), range(_SNIFFED_RECORDS), strict=False)
            if record
        )
        if not widths:
            continue
        width, agreeing = widths.most_common(1)[0]
        score = (agreeing / widths.total(), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _forgiving(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        return


def _head_text(content: Content) -> str:
    text = head_of(content.path).decode("utf-8", errors="replace")
    return text[: text.rfind("\n") + 1] or text


def _column_names(
    content: Content, file_format: FileFormat, delimiter: str, has_header: bool, file: str
) -> list[str]:
    if file_format.columns:
        return check_names(file_format.columns, file)
    dialect = Dialect(delimiter, file_format.quote, has_header, ())
    first = next(_forgiving(dialect.records(iter(io.StringIO(_head_text(content), newline="")))), None)
    if not first or not any(field.strip() for field in first):
        raise SourceError(
            f"{file} has no line that names its columns.", hint="Its first line must not be blank."
        )
    return check_names(first, file)


def _load(content: Content, dialect: Dialect, reading: Reading, file: str) -> None:
    raw = name(reading.table("raw"))
    kept = ", ".join(f"{trimmed(name(column))} AS {name(column)}" for column in dialect.columns)
    columns = "{" + ", ".join(f"{literal(column)}: 'VARCHAR'" for column in dialect.columns) + "}"
    statement = (
        f"CREATE TABLE {raw} AS SELECT {kept} FROM read_csv({literal(str(content.path))}, auto_detect = false, "
        f"delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)}, escape = {literal(dialect.quote)}, "
        f"header = {literal(dialect.has_header)}, columns = {columns}, max_line_size = {ROW_BYTES_LIMIT}, "
        f"compression = 'none', rejects_limit = 0, "
        f"rejects_line_size_limit = {_SHOWN_CHARACTERS}, "
        f"rejects_table = {literal(reading.table('errors'))}, rejects_scan = {literal(reading.table('scans'))})"
    )
    try:
        reading.engine.run(statement, reading.watch)
    except duckdb.Error as error:
        raise reading_error(file, error, "delimited text") from None


@dataclass
class _Places:
    """Turns rows and refused records into lines of the file, looking at the file only when records span lines."""

    content: Content
    dialect: Dialect
    rows: int
    refused: list[int] = field(default_factory=list)
    walked: tuple[dict[int, int], dict[int, int]] | None = None

    def of_rows(self, ordinals: Sequence[int]) -> list[int]:
        if not ordinals:
            return []
        if not self._one_record_a_line():
            known = self._walk()[0]
            if len(known) == self.rows:
                return [known[ordinal] for ordinal in ordinals]
        return _skipping(ordinals, self.refused, 1 + self.dialect.has_header)

    def of_refused(self, records: Sequence[int]) -> list[int]:
        if not records or self._one_record_a_line():
            return list(records)
        known = self._walk()[1]
        return [known.get(record, record) for record in records]

    def _one_record_a_line(self) -> bool:
        records = self.rows + len(self.refused) + self.dialect.has_header
        return self.content.line_ends in {records, records - 1}

    def _walk(self) -> tuple[dict[int, int], dict[int, int]]:
        if self.walked is None:
            self.walked = _walk(self.content.path, self.dialect, set(self.refused))
        return self.walked


def _skipping(ordinals: Sequence[int], refused: Sequence[int], first: int) -> list[int]:
    """Line of the n-th accepted record when every record is one line and some lines were refused."""
    taken = np.asarray(sorted(refused), dtype=np.int64)
    before = taken - np.arange(len(taken)) - first
    rows = np.asarray(ordinals, dtype=np.int64)
    return [int(line) for line in rows + first + np.searchsorted(before, rows, side="right")]


def _walk(path: Path, dialect: Dialect, refused: set[int]) -> tuple[dict[int, int], dict[int, int]]:
    """First line of every accepted row by ordinal, and of every refused record by number."""
    rows: dict[int, int] = {}
    others: dict[int, int] = {}
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            reader = dialect.records(iter(lines))
            start, ordinal = 1, 0
            for number, record in enumerate(_forgiving(reader), start=1):
                if number in refused:
                    others[number] = start
                elif record and not (number == 1 and dialect.has_header):
                    rows[ordinal] = start
                    ordinal += 1
                start = reader.line_num + 1
    finally:
        csv.field_size_limit(limit)
    return rows, others


def _keep_refused(places: _Places, reading: Reading, file: str) -> None:
    errors = name(reading.table("errors"))
    # a record may have several errors; one about the whole record has no column
    first = ", ".join(
        f"min_by({column}, coalesce(column_idx, 0))"
        for column in ("error_type::VARCHAR", "error_message", f"left(csv_line, {_SHOWN_CHARACTERS})")
    )
    found = reading.engine.all(f"SELECT line, {first} FROM {errors} GROUP BY line ORDER BY line")
    places.refused = [int(record) for record, *_ in found]
    lines = places.of_refused(places.refused)
    for line, (_, kind, _, text) in zip(lines, found, strict=True):
        if _REASONS.get(kind) == "bad-quotes":
            _refuse_open_quote(places, line, text or "", file)
    rows = [
        (line, None, message, _REASONS.get(kind, "unreadable-row"), _row_json(text or "", places.dialect))
        for line, (_, kind, message, text) in zip(lines, found, strict=True)
    ]
    reading.keep_refused(
        pa.Table.from_pylist([dict(zip(REFUSED.names, row, strict=True)) for row in rows], REFUSED)
    )


def _refuse_open_quote(places: _Places, line: int, text: str, file: str) -> None:
    """Stop at a quote that is not closed: it hides the lines after it, which would look like one bad row."""
    whole = len(text) < _SHOWN_CHARACTERS
    last = places.of_rows([places.rows - 1]) if places.rows else []
    to_the_end = places.content.line_ends > line and not any(row > line for row in last)
    if "\n" in text.strip() and (to_the_end or not whole):
        raise SourceError(
            f"{file}: the quote that opens in line {line} is not closed, so it hides the lines after it.",
            hint="Close it in the file; or if its fields are not quoted, say so in the mapping: format: {quote: ''}.",
        )


def _row_json(text: str, dialect: Dialect) -> str:
    """The fields of a refused line by column, so that it can be mended; fields too many go under EXTRA."""
    line = text.strip("\r\n")
    fields = next(_forgiving(dialect.records(iter([line]))), [])
    row: dict[str, str | None] = dict.fromkeys(dialect.columns)
    row |= {column: value or None for column, value in zip(dialect.columns, fields, strict=False)}
    if len(fields) > len(dialect.columns):
        row[EXTRA] = dialect.delimiter.join(fields[len(dialect.columns) :])
    return json.dumps(row, ensure_ascii=False)


def _refuse_nul_rows(places: _Places, reading: Reading) -> None:
    """Rows with a NUL character in them are refused, as no text has one."""
    raw = name(reading.table("raw"))
    bad = either(f"contains({name(column)}, chr(0))" for column in places.dialect.columns)
    columns = ", ".join(
        f"{literal(column)}, replace({name(column)}, chr(0), '')" for column in places.dialect.columns
    )
    found = reading.engine.all(f"SELECT rowid, json_object({columns})::VARCHAR FROM {raw} WHERE {bad}")
    lines = places.of_rows([ordinal for ordinal, _ in found])
    reading.keep_refused(
        pa.Table.from_pylist(
            [
                dict(zip(REFUSED.names, (line, None, "a NUL character", "nul-byte", row), strict=True))
                for line, (_, row) in zip(lines, found, strict=True)
            ],
            REFUSED,
        )
    )
    reading.engine.run(f"DELETE FROM {raw} WHERE {bad}")
