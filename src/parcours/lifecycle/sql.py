"""Read-only SQL over a workspace: events, profiles, observations, quarantine and stage intervals.

The query runs in a DuckDB that sees these tables and nothing else: no files, no network, no extensions, no
Python objects, no settings. Only one statement that reads is taken."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from parcours.errors import QueryError
from parcours.events.schema import INSTANT
from parcours.lifecycle.intervals import STILL_THERE, stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.timelines import Timelines
from parcours.values import minor_digits

ENTRIES = ("new", "advanced", "reactivated")
EXITS = (None, "advanced", "lapsed")
TABLES = ("events", "profiles", "observations", "quarantine", "stage_intervals", "identities")

_LOCKS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET TimeZone = 'UTC'",
)


def run(text: str, timelines: Timelines, rules: LifecycleRules, as_of_us: int, *, memory_mb: int) -> pa.Table:
    """The rows of one SELECT; raises QueryError for anything else and for mistakes in it."""
    text = text.encode("utf-8", "replace").decode()  # a terminal may hand over what is not text
    # Files in the temporary folder may be read: there must be none, not even ".tmp" where the command was typed.
    with duckdb.connect(config={"memory_limit": f"{memory_mb}MB", "temp_directory": ""}) as connection:
        _check(connection, text)
        _provide(connection, timelines, rules, as_of_us)
        for lock in (*_LOCKS, "SET lock_configuration = true"):
            connection.execute(lock)
        try:
            return connection.sql(text).to_arrow_table()
        except duckdb.Error as error:
            raise _mistake(error) from None


def _check(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Raise QueryError for all but one SELECT, before anything is read."""
    try:
        statements = connection.extract_statements(text)
    except duckdb.Error as error:
        raise _mistake(error) from None
    if len(statements) != 1:
        raise QueryError(
            f"There are {len(statements)} statements; one is read.", hint="Send one SELECT without others."
        )
    if statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(
            f"{statements[0].type.name} is not allowed: SQL here only reads.",
            hint=f"Write one SELECT over {', '.join(TABLES)}.",
        )


def _mistake(error: duckdb.Error) -> QueryError:
    return QueryError(str(error).strip(), hint=f"The tables are {', '.join(TABLES)}.")


def _provide(
    connection: duckdb.DuckDBPyConnection, timelines: Timelines, rules: LifecycleRules, as_of_us: int
) -> None:
    connection.register("events_minor", timelines.log.events())
    joined = identities(timelines)
    connection.register("identities", joined)
    for name in ("profiles", "observations", "quarantine"):
        connection.register(name, timelines.log.side(name))
    connection.register("stage_intervals", stage_intervals(timelines, rules, as_of_us))
    person, join = "customer", ""
    if joined.num_rows:  # a join gives rows in any order, and costs time: only where ids were joined
        person = "coalesce(person, customer)"
        join = "left join identities on identities.id = events_minor.customer"
    connection.execute(
        f"create view events as select event_id, {person} as customer, customer_id, "
        f"anonymous_id, event, timestamp, channel, campaign, source, {_major_units(connection)} as value, "
        f"currency, properties, received_at, import_id from events_minor {join}"
    )


def identities(timelines: Timelines) -> pa.Table:
    """Every id that belongs to another canonical one: id, person."""
    canonical = timelines.identity.canonical
    return pa.table(
        {"id": pa.array(canonical, pa.string()), "person": pa.array(canonical.values(), pa.string())}
    )


def _major_units(connection: duckdb.DuckDBPyConnection) -> str:
    """The exact amount as a decimal: minor units times the size of a minor unit of each currency present."""
    rows = connection.execute(
        "select distinct currency from events_minor where value_minor is not null"
    ).fetchall()
    digits = {currency: minor_digits(currency or "") for (currency,) in rows}
    most = max(digits.values(), default=2)
    cases = " ".join(
        f"when '{currency}' then 1e-{digits[currency]}::decimal({most + 1}, {most})"
        for currency in sorted(currency for currency in digits if currency and currency.isalpha())
    )
    rest = f"1e-2::decimal({max(most, 2) + 1}, {max(most, 2)})"
    unit = f"case currency {cases} else {rest} end" if cases else rest
    return f"value_minor::decimal(19, 0) * {unit}"


def stage_intervals(timelines: Timelines, rules: LifecycleRules, as_of_us: int) -> pa.Table:
    """Every stay of every customer: customer, stage, entered_at, left_at (null while open), how_entered,
    how_left.
    """
    tables = []
    for partition in timelines.partitions():
        found = stays(partition, rules, as_of_us)
        left = pa.array(found.left_us, mask=found.left_us == STILL_THERE)
        tables.append(
            pa.table(
                {
                    "customer": partition.customers.take(pa.array(found.customer)),
                    "stage": pa.array(np.array([*rules.ids, ""])[found.stage], pa.string()),
                    "stage_order": pa.array(found.stage, pa.int32()),
                    "entered_at": pa.array(found.entered_us).cast(INSTANT),
                    "left_at": left.cast(INSTANT),
                    "how_entered": pa.array(ENTRIES, pa.string()).take(pa.array(found.entry)),
                    "how_left": pa.array(EXITS, pa.string()).take(pa.array(found.exit)),
                }
            )
        )
    return pa.concat_tables(tables)
