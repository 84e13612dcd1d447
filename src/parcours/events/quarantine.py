"""The quarantine: rows that were refused, kept whole, to be mended and imported again.

A row is named by its ``row_key`` (its mapping and its content), so that it is kept once however often its file is
imported, and so that it leaves the quarantine when it gets in, by whatever import.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from parcours.events import schema
from parcours.events import sql_text as sql
from parcours.events.belonging import people_sql
from parcours.events.engine import Engine
from parcours.events.file_run import FileRun
from parcours.events.log import EventLog
from parcours.events.report import Example
from parcours.events.sources.loaded import ORDINAL
from parcours.events.tombstones import Tombstones

_COLUMNS = pa.schema([field for field in schema.QUARANTINE if field.name != "import_id"])


@dataclass(frozen=True)
class Refused:
    """The refused rows of one import, what of them is new to the quarantine, and what has left it."""

    rows: pa.Table
    known_keys: pa.ChunkedArray
    resolved_keys: pa.Array

    def counts(self) -> dict[str, int]:
        """Refused rows by reason, most frequent first."""
        found = pc.value_counts(self.rows["reason"]).to_pylist()
        return {
            entry["values"]: entry["counts"]
            for entry in sorted(found, key=lambda e: (-e["counts"], e["values"]))
        }

    def bad_rows(self, consequences: Sequence[str]) -> int:
        """Rows that are bad themselves, each once, however many parts refused them."""
        own = self.rows.filter(pc.invert(pc.is_in(self.rows["reason"], value_set=pa.array(consequences))))
        return int(own.group_by(["file", "line"]).aggregate([]).num_rows)

    def examples(self, count: int) -> list[Example]:
        """The first refused rows, those bad themselves before those refused with them."""
        first = self.rows.slice(0, count).select(["file", "line", "field", "value", "reason"])
        return [Example(**row) for row in first.to_pylist()]

    def without(self, erased: Tombstones) -> Refused:
        """All but the rows of erased customers."""
        return replace(self, rows=self.rows.filter(pc.invert(erased.told_by(self.rows))))

    @property
    def resolved_count(self) -> int:
        return len(self.resolved_keys)

    def to_append(self, import_id: str) -> pa.Table:
        """Rows to add to the quarantine table: those new to it, and a mark for each that has left it."""
        new = self.rows.filter(pc.invert(pc.is_in(self.rows["row_key"], value_set=self.known_keys)))
        left = pa.Table.from_pylist([_mark(key) for key in self.resolved_keys.to_pylist()], schema=_COLUMNS)
        both = pa.concat_tables([new, left])
        return both.append_column(
            schema.QUARANTINE.field("import_id"), pa.array([import_id] * both.num_rows, pa.string())
        ).cast(schema.QUARANTINE)


def refused_of(log: EventLog, engine: Engine, runs: Sequence[FileRun]) -> Refused:
    """The refused rows of an import, beside what the log's quarantine holds."""
    known = log.landed("quarantine")
    rows = pa.concat_tables([_COLUMNS.empty_table(), *(_of_run(engine, run) for run in runs)])
    mapping = runs[0].mapping.name
    open_rows = log.side("quarantine")
    open_keys = pc.unique(open_rows.filter(pc.equal(open_rows["mapping"], mapping))["row_key"])
    return Refused(
        rows, known["row_key"], _resolved(engine, runs, open_keys, rows["row_key"].combine_chunks())
    )


def _mark(key: str) -> dict[str, object]:
    return {"file": "", "reason": "resolved", "row_key": key, "resolved": True}


def _of_run(engine: Engine, run: FileRun) -> pa.Table:
    table = run.table
    ordinal = sql.name(ORDINAL)
    found = engine.arrow(
        f"SELECT r.ordinal, r.field, r.value, r.reason, w.row, r.part, w.people, w.row_key FROM "
        f"(SELECT DISTINCT * FROM refusals WHERE file = {run.number}) r JOIN "
        f"(SELECT {ordinal} AS ordinal, {table.row_json()} AS row, {people_sql(run)} AS people, {run.key} AS row_key "
        f"FROM {table.relation} "
        f"WHERE {ordinal} IN (SELECT ordinal FROM refusals WHERE file = {run.number})) w USING (ordinal) "
        f"ORDER BY r.reason = 'incomplete-group', r.ordinal, r.part, r.reason, r.field"
    )
    lines = run.loaded.lines(found["ordinal"].to_pylist())
    unread = engine.arrow(
        f"SELECT line, field, value, reason, row, NULL::VARCHAR AS part, NULL::VARCHAR AS people, "
        f"{run.refused_key} AS row_key FROM {run.loaded.refused} ORDER BY line"
    )
    own = found.drop_columns(["ordinal"]).append_column("line", pa.array(lines, pa.int64()))
    return pa.concat_tables([_filled(unread, run), _filled(own, run)])


def _filled(rows: pa.Table, run: FileRun) -> pa.Table:
    count = rows.num_rows
    filled = (
        rows.append_column("file", pa.array([run.loaded.file] * count, pa.string()))
        .append_column("mapping", pa.array([run.mapping.name] * count, pa.string()))
        .append_column("resolved", pa.array([False] * count, pa.bool_()))
    )
    return filled.select(_COLUMNS.names).cast(_COLUMNS)


def _resolved(
    engine: Engine, runs: Sequence[FileRun], open_keys: pa.Array, refused_keys: pa.Array
) -> pa.Array:
    """Keys of open rows that this import read and did not refuse."""
    if not len(open_keys):
        return open_keys
    engine.connection.register("open_keys", pa.table({"key": open_keys}))
    read = " UNION ".join(
        f"SELECT {run.key} AS key FROM {run.table.relation} WHERE {run.key} IN (SELECT key FROM open_keys)"
        for run in runs
    )
    keys = engine.arrow(f"SELECT DISTINCT key FROM ({read}) ORDER BY key")["key"].combine_chunks()
    engine.connection.unregister("open_keys")
    return keys.filter(pc.invert(pc.is_in(keys, value_set=refused_keys)))
