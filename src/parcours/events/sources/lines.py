"""A text file as a table of its lines, which JSON Lines and blank-separated text are read from."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from parcours.events.engine import reading_error
from parcours.events.sources.content import Content
from parcours.events.sources.loaded import REFUSED, ROW_BYTES_LIMIT, TEXT, Loaded, Reading, count
from parcours.events.sql_text import literal, name


def load_lines(content: Content, reading: Reading, file: str, *, skip: int = 0) -> None:
    """Make the table ``lines`` (line from 0, text); lines that are not UTF-8 or too long go to the refused.

    No field of a line may hold the control character that stands in for the delimiter: JSON forbids it and
    blank-separated text has no use for it.
    """
    lines, everything, errors = (reading.table(suffix) for suffix in ("lines", "every_line", "errors"))
    statement = (
        f"CREATE TABLE {name(everything)} AS SELECT text FROM read_csv({literal(str(content.path))}, "
        f"auto_detect = false, delim = chr(1), quote = '', escape = '', header = false, "
        f"columns = {{'text': 'VARCHAR'}}, max_line_size = {ROW_BYTES_LIMIT}, compression = 'none', "
        f"rejects_limit = 0, rejects_table = {literal(errors)}, rejects_scan = {literal(reading.table('scans'))})"
    )
    try:
        reading.engine.run(statement, reading.watch)
    except duckdb.Error as error:
        raise reading_error(file, error, "lines of text") from None
    reading.keep_refused(REFUSED.empty_table())
    refused = name(reading.table("refused"))
    reading.engine.run(
        f"INSERT INTO {refused} SELECT line, NULL, any_value(error_message), "
        f"CASE any_value(error_type::VARCHAR) WHEN 'INVALID ENCODING' THEN 'bad-encoding' "
        f"WHEN 'LINE SIZE OVER MAXIMUM' THEN 'too-long' ELSE 'unreadable-row' END, "
        f"json_object({literal(TEXT)}, left(any_value(csv_line), 100000))::VARCHAR FROM {name(errors)} GROUP BY line"
    )
    # the n-th line that was read comes after the refused lines that stand before it
    reading.engine.run(
        f"CREATE TABLE {name(lines)} AS "
        f"WITH bad AS (SELECT line - row_number() OVER (ORDER BY line) AS before, "
        f"row_number() OVER (ORDER BY line) AS refused FROM {refused} UNION ALL SELECT -1, 0), "
        f"placed AS (SELECT a.rowid + bad.refused AS line, a.text FROM {name(everything)} a "
        f"ASOF JOIN bad ON a.rowid >= bad.before) "
        f"SELECT line, text FROM placed WHERE line >= {skip} ORDER BY line"
    )
    reading.engine.run(f"DROP TABLE {name(everything)}")


def loaded_lines(content: Content, reading: Reading, file: str, columns: Sequence[str]) -> Loaded:
    """What was read of a file a row of which is a line: the tables ``raw`` and ``refused``."""
    raw, refused = (name(reading.table(suffix)) for suffix in ("raw", "refused"))
    return Loaded(
        file=file,
        relation=raw,
        columns=dict.fromkeys(columns, "VARCHAR"),
        digest=content.digest,
        rows=count(reading.engine, raw) + count(reading.engine, refused),
        refused=refused,
        lines=lambda ordinals: [ordinal + 1 for ordinal in ordinals],
    )
