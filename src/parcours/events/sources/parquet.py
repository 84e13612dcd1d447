"""Parquet, read where it lies: only the columns that a mapping uses are ever touched."""

from __future__ import annotations

from pathlib import Path

import duckdb

from parcours.events.engine import reading_error
from parcours.events.mapping import FileFormat
from parcours.events.sources.content import digest_of, plain_copy
from parcours.events.sources.loaded import ORDINAL, REFUSED, Loaded, Reading, check_names, row_numbers
from parcours.events.sql_text import literal, name

_NESTED = ("STRUCT", "MAP", "LIST", "[]", "UNION")


def read(path: Path, _format: FileFormat, reading: Reading) -> Loaded:
    """Read a Parquet file; nested columns become JSON text."""
    plain = plain_copy(path, reading.folder)
    scan = f"read_parquet({literal(str(plain))}, file_row_number = true)"
    try:
        described = reading.engine.all(f"DESCRIBE SELECT * FROM {scan}")
        rows = int(reading.engine.one(f"SELECT count(*) FROM {scan}")[0])
    except duckdb.Error as error:
        raise reading_error(str(path), error, "Parquet") from None
    types = {column: kind for column, kind, *_ in described if column != "file_row_number"}
    check_names(list(types), str(path))
    picked = ", ".join(_readable(column, kind) for column, kind in types.items())
    reading.keep_refused(REFUSED.empty_table())
    return Loaded(
        file=str(path),
        relation=f"(SELECT file_row_number AS {name(ORDINAL)}, {picked} FROM {scan})",
        columns={column: "VARCHAR" if _as_text(kind) else kind for column, kind in types.items()},
        digest=digest_of(plain),
        rows=rows,
        refused=name(reading.table("refused")),
        lines=row_numbers,
    )


def _as_text(kind: str) -> bool:
    return kind == "BLOB" or any(mark in kind for mark in _NESTED)


def _readable(column: str, kind: str) -> str:
    quoted = name(column)
    if kind == "BLOB":
        return f"TRY(decode({quoted})) AS {quoted}"
    return f"CAST(to_json({quoted}) AS VARCHAR) AS {quoted}" if _as_text(kind) else quoted
