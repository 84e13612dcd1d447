"""Which staged events and observations are new: told apart by their ids, within the import and against the log."""

from __future__ import annotations

from parcours.events import sql_text as sql
from parcours.events.engine import Engine
from parcours.events.log import EventLog

_SAME_EVENT = (
    "{a}.timestamp = {b}.timestamp AND {a}.event = {b}.event "
    "AND {a}.value_minor IS NOT DISTINCT FROM {b}.value_minor"
)
_SAME_OBSERVATION = "{a}.value = {b}.value"


def settle_within(engine: Engine) -> None:
    """Note, in ``dropped`` and ``dropped_observations``, the staged rows that repeat an earlier one of the import."""
    _settle_within(engine, "staged", "event_id", "dropped", _SAME_EVENT)
    _settle_within(engine, "observed", "observation_id", "dropped_observations", _SAME_OBSERVATION)


def settle_against(log: EventLog, engine: Engine) -> None:
    """Note the staged rows whose id the log holds; a row that says something else about it is a conflict."""
    files = [path for bucket in range(log.buckets) for path in log.files(bucket)]
    if files:
        listed = ", ".join(sql.literal(path) for path in files)
        columns = "event_id, timestamp, event, value_minor"
        _settle_against(
            engine,
            ("staged", "event_id", "dropped", _SAME_EVENT),
            f"SELECT {columns} FROM read_parquet([{listed}], hive_partitioning = false)",
        )
    observations = log.side("observations")
    if observations.num_rows:
        engine.connection.register("log_observations", observations)
        _settle_against(
            engine,
            ("observed", "observation_id", "dropped_observations", _SAME_OBSERVATION),
            "SELECT observation_id, value FROM log_observations",
        )
        engine.connection.unregister("log_observations")


def settle_traits(log: EventLog, engine: Engine) -> None:
    """Keep the traits that say something new: a change of value, not yet in the log, one row each.

    A trait without a time of its own holds from the import on, and says nothing when it is as the log has it."""
    engine.connection.register("log_profiles", log.side("profiles"))
    engine.run(
        "CREATE OR REPLACE TABLE new_traits AS WITH "
        "good AS (SELECT DISTINCT customer, trait, value, timestamp, timed FROM traits WHERE problem IS NULL), "
        "last AS (SELECT customer, trait, value, timestamp, timed, lag(value) OVER "
        "(PARTITION BY customer, trait, timed ORDER BY timestamp, value) AS before FROM good), "
        "changes AS (SELECT * EXCLUDE (before) FROM last WHERE before IS DISTINCT FROM value), "
        "now_held AS (SELECT customer, trait, arg_max(value, timestamp) AS value FROM log_profiles GROUP BY ALL) "
        "SELECT c.customer, c.trait, c.value, c.timestamp FROM changes c "
        "WHERE NOT EXISTS (FROM log_profiles p WHERE p.customer = c.customer AND p.trait = c.trait "
        "AND p.value = c.value AND p.timestamp = c.timestamp) "
        "AND NOT (NOT c.timed AND EXISTS (FROM now_held h WHERE h.customer = c.customer AND h.trait = c.trait "
        "AND h.value = c.value)) ORDER BY ALL"
    )
    engine.connection.unregister("log_profiles")


def refuse_conflicts(engine: Engine, parts: list[str], observation_parts: list[str]) -> None:
    """Note the rows behind every conflicting id, all rows of a group."""
    name = _part_name(parts)
    field = "'conflicting-id', 'event_id', s.event_id"
    engine.run(
        f"INSERT INTO refusals SELECT s.file, {name}, coalesce(m.ordinal, s.ordinal), {field} FROM dropped d "
        f"JOIN staged s ON s.rowid = d.row LEFT JOIN members m USING (file, part, event_id) WHERE d.conflicting"
    )
    engine.run(
        f"INSERT INTO refusals SELECT s.file, {_part_name(observation_parts)}, s.ordinal, 'conflicting-id', "
        f"'value', CAST(s.value AS VARCHAR) FROM dropped_observations d JOIN observed s ON s.rowid = d.row "
        f"WHERE d.conflicting"
    )


def _part_name(parts: list[str]) -> str:
    return f"[{', '.join(sql.literal(part) for part in parts)}][s.part + 1]" if parts else "NULL"


def _settle_within(engine: Engine, table: str, key: str, dropped: str, same: str) -> None:
    engine.run(f"CREATE OR REPLACE TABLE {dropped} (row BIGINT, conflicting BOOLEAN)")
    engine.run(
        f"CREATE OR REPLACE TABLE repeated AS SELECT {key}, min(rowid) AS keep FROM {table} "
        f"WHERE problem IS NULL GROUP BY {key} HAVING count(*) > 1"
    )
    engine.run(
        f"INSERT INTO {dropped} SELECT s.rowid, NOT coalesce({same.format(a='s', b='k')}, false) FROM {table} s "
        f"JOIN repeated r USING ({key}) JOIN {table} k ON k.rowid = r.keep "
        f"WHERE s.problem IS NULL AND s.rowid <> r.keep"
    )


def _settle_against(engine: Engine, kind: tuple[str, str, str, str], stored: str) -> None:
    table, key, dropped, same = kind
    engine.run(
        f"CREATE OR REPLACE TABLE known AS SELECT * FROM ({stored}) "
        f"WHERE {key} IN (SELECT {key} FROM {table} WHERE problem IS NULL)"
    )
    # what the log holds decides, not the first row of this import
    known = f"FROM {table} s JOIN known k USING ({key}) WHERE s.problem IS NULL"
    engine.run(f"DELETE FROM {dropped} WHERE row IN (SELECT s.rowid {known})")
    engine.run(
        f"INSERT INTO {dropped} SELECT s.rowid, NOT coalesce({same.format(a='s', b='k')}, false) {known}"
    )
