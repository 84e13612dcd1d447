"""The lazy columns of a partition: event properties and profile traits, read when a question needs them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.events.identity import Identity
from parcours.timelines.build import read_column
from parcours.timelines.partition import MISSING_VALUE, Column

FAR_ROWS, MOST_STRETCHES = 10_000, 8
LOG_COLUMNS = frozenset({"channel", "campaign", "source", "currency", "customer_id", "anonymous_id"})


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process, as opening it takes longer than most of what it is asked; each user has its own cursor."""
    return duckdb.connect()


def event_column(files: Sequence[str], order: NDArray[np.int32], name: str) -> Column:
    """A property of every row: a column of the log, else a key of the events' JSON properties.

    Text stays as it is; a number, a boolean or a nested value is its JSON text; JSON null is missing.
    """
    rows = read_column(files, name if name in LOG_COLUMNS else "properties")
    return coded_column(rows.take(pa.array(order)), name)


def coded_column(rows: pa.ChunkedArray, name: str) -> Column:
    """A property from the texts of its column: of a column of the log as they are, else out of JSON objects."""
    encoded = _single(rows.dictionary_encode())
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    if name in LOG_COLUMNS:
        return Column(codes, tuple(encoded.dictionary.to_pylist()))
    return _recode(codes, _json_texts(encoded.dictionary, name))


def value_minor(files: Sequence[str], order: NDArray[np.int32]) -> NDArray[np.int64]:
    """Values in minor units; MISSING_VALUE where an event has none."""
    return filled_values(read_column(files, "value_minor").take(pa.array(order)))


def filled_values(values: pa.ChunkedArray) -> NDArray[np.int64]:
    """Whole numbers; MISSING_VALUE where there is none."""
    values = values.cast(pa.int64())
    filled = pc.fill_null(values, pa.scalar(MISSING_VALUE, pa.int64()))
    return np.asarray(filled.to_numpy(), dtype=np.int64)


def properties_at(
    files: Sequence[str], counts: Sequence[int], rows: NDArray[np.integer[Any]]
) -> list[str | None]:
    """The whole properties of a few rows of files that hold so many each, one file after the other. Of each file only
    what lies around these rows is read.
    """
    ends = np.cumsum(counts, dtype=np.int64)
    file = np.searchsorted(ends, rows, side="right")
    found: list[str | None] = [None] * len(rows)
    with _database().cursor() as connection:
        for number in np.unique(file).tolist():
            places = np.flatnonzero(file == number)
            here = rows[places] - (ends[number] - counts[number])
            for low, high in _stretches(here):
                inside = (here >= low) & (here <= high)
                near = connection.sql(_PROPERTIES_AT, params=[files[number], low, high])
                held: pa.Table = near.to_arrow_table()
                texts = held["properties"].take(
                    pc.index_in(pa.array(here[inside], pa.int64()), value_set=held["file_row_number"])
                )
                for place, text in zip(places[inside].tolist(), texts.to_pylist(), strict=True):
                    found[place] = text
    return found


def _stretches(rows: NDArray[np.integer[Any]]) -> list[tuple[int, int]]:
    """First and last row of what is to be read for some rows: an import writes a customer's events next to each other,
    once for each batch; rows all over a file are read in one go.
    """
    ordered = np.sort(rows)
    cuts = np.flatnonzero(np.diff(ordered) > FAR_ROWS) + 1
    if len(cuts) >= MOST_STRETCHES:
        cuts = cuts[:0]
    return [(int(part[0]), int(part[-1])) for part in np.split(ordered, cuts)]


_PROPERTIES_AT = """
    select file_row_number, properties from read_parquet(?, file_row_number = true, hive_partitioning = false)
    where file_row_number between ? and ?"""


def property_names(files: Sequence[str]) -> frozenset[str]:
    """The names of all properties of a bucket's events. Every event is read: only for those who misspelt one."""
    encoded = _single(read_column(files, "properties").dictionary_encode())
    with _database().cursor() as connection:
        connection.register("given", pa.table({"properties": encoded.dictionary.cast(pa.string())}))
        found = connection.execute("select distinct unnest(json_keys(properties)) from given").fetchall()
    return LOG_COLUMNS | {name for (name,) in found}


@dataclass(frozen=True)
class Profiles:
    """The latest value of each trait of each customer."""

    fingerprint: str
    rows: pa.Table  # customer, trait, value: one row for each customer and trait

    @classmethod
    def of(cls, profiles: pa.Table, identity: Identity) -> Profiles:
        """Keep what holds now: of several values of a person's trait, the latest; at one instant, the greatest text."""
        profiles = _by_person(profiles, identity)
        ordered = profiles.sort_by(
            [(name, "ascending") for name in ("customer", "trait", "timestamp", "value")]
        ).select(["customer", "trait", "value"])
        keys = pc.binary_join_element_wise(ordered["customer"], ordered["trait"], "\0")
        last = np.ones(ordered.num_rows, dtype=bool)
        if ordered.num_rows:
            last[:-1] = pc.not_equal(keys[1:], keys[:-1]).to_numpy()
        latest = ordered.filter(pa.array(last)).combine_chunks()
        return cls(_digest(latest), latest)

    def names(self) -> list[str]:
        """The traits that any customer has, sorted."""
        return sorted(pc.unique(self.rows["trait"]).to_pylist())

    def column(self, trait: str, customers: pa.Array) -> Column:
        """One trait for each of ``customers``."""
        chosen = self.rows.filter(pc.equal(self.rows["trait"], trait))
        positions = pc.index_in(customers, value_set=chosen["customer"].combine_chunks())
        values = chosen["value"].take(positions).combine_chunks()
        encoded = _single(values.dictionary_encode())
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
        return Column(codes, tuple(encoded.dictionary.to_pylist()))


def _by_person(profiles: pa.Table, identity: Identity) -> pa.Table:
    if not identity.canonical:
        return profiles
    keys = pa.array(identity.canonical, pa.string())
    persons = pa.array(identity.canonical.values(), pa.string())
    found = persons.take(pc.index_in(profiles["customer"], value_set=keys).combine_chunks())
    return profiles.set_column(
        profiles.schema.get_field_index("customer"), "customer", pc.coalesce(found, profiles["customer"])
    )


def _digest(table: pa.Table) -> str:
    digest = hashlib.sha256()
    for batch in table.to_batches():
        digest.update(batch.serialize())
    return digest.hexdigest()[:24]


def _json_texts(properties: pa.Array, name: str) -> list[str | None]:
    with _database().cursor() as connection:
        connection.register("given", pa.table({"properties": properties}))
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")  # RFC 6901: takes every key as it is
        connection.execute("select json_extract_string(properties, ?) as text from given", [pointer])
        return [text for (text,) in connection.fetchall()]


def _recode(codes: NDArray[np.int32], texts: list[str | None]) -> Column:
    """From codes into JSON objects to codes into the distinct values of one key."""
    values = sorted({text for text in texts if text is not None})
    position = {text: number for number, text in enumerate(values)}
    lookup = np.array([-1 if text is None else position[text] for text in texts] + [-1], dtype=np.int32)
    return Column(lookup[codes], tuple(values))


def _single(array: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    if isinstance(array, pa.ChunkedArray):
        array = array.unify_dictionaries().combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    return array
