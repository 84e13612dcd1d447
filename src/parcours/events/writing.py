"""What an import hands to the log: events as a stream sorted by bucket, customer and time; side tables whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.events import schema
from parcours.events import sql_text as sql
from parcours.events.engine import Engine
from parcours.events.schema import ANONYMOUS

CODED: Final = pa.dictionary(pa.int32(), pa.string())
TRIED_ROWS: Final = 20_000  # of so many the different texts are counted
SORTED_ROWS: Final = 1_000_000

_LABELS: Final = ("event", "channel", "campaign", "source", "currency", "properties")
_OWN: Final = {"customer", "customer_id", "bucket"}  # made of the code of a customer
_TAKEN: Final = set(schema.EVENTS.names) - _OWN

KEPT: Final = "problem IS NULL AND NOT coalesce(rowid IN (SELECT row FROM dropped), false)"
KEPT_OBSERVATIONS: Final = "problem IS NULL AND rowid NOT IN (SELECT row FROM dropped_observations)"


def events_stream(
    engine: Engine, *, buckets: int, import_id: str, now: datetime, wrote: Callable[[int], None]
) -> pa.RecordBatchReader:
    """The kept events; so many rows are sorted at a time that memory stays bounded.

    Texts that repeat come coded, each batch with the codes of one bucket."""
    beginning = engine.arrow(f"SELECT {', '.join(_LABELS)} FROM staged LIMIT {TRIED_ROWS}")
    columns = _coded_schema(beginning)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in engine.connection.sql(_events_sql(import_id, now)).to_arrow_reader(SORTED_ROWS):
            for part in _sorted(batch, buckets, columns):
                done += part.num_rows
                wrote(done)
                yield part

    return pa.RecordBatchReader.from_batches(columns, batches())


def _coded_schema(beginning: pa.Table) -> pa.Schema:
    """The columns of the log; those with few different texts, by the first rows, are coded."""
    few = {name for name in _LABELS if pc.count_distinct(beginning[name]).as_py() * 4 <= beginning.num_rows}
    coded = {"customer", "customer_id", "import_id"} | few
    return pa.schema([field.with_type(CODED) if field.name in coded else field for field in schema.EVENTS])


def _sorted(batch: pa.RecordBatch, buckets: int, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows by bucket, customer and time. What takes long - hashing, comparing - is done once for each customer."""
    coded = batch["customer"].dictionary_encode()
    names = coded.dictionary.to_pylist()
    home = np.array([schema.bucket_of(name, buckets) for name in names], np.int32)
    place = np.lexsort((pc.rank(coded.dictionary).to_numpy(), home))
    rank = np.empty(len(names), np.int64)
    rank[place] = np.arange(len(names))
    people, firsts = coded.dictionary.take(pa.array(place)), np.searchsorted(home[place], range(buckets + 1))
    owner = rank[coded.indices.to_numpy()]
    order = np.lexsort((batch["timestamp"].cast(pa.int64()).to_numpy(), owner))
    owner = owner[order]
    ready = {field.name: _as(batch[field.name], field.type) for field in columns if field.name in _TAKEN}
    known = np.asarray(batch["customer_id"].is_valid())
    ends = np.searchsorted(owner, firsts)
    for bucket in np.flatnonzero(np.diff(ends)):
        rows = slice(int(ends[bucket]), int(ends[bucket + 1]))
        first, chosen = int(firsts[bucket]), order[rows]
        own = people.slice(first, int(firsts[bucket + 1]) - first)
        codes = (owner[rows] - first).astype(np.int32)
        taken = pa.array(chosen)
        found = {name: column.take(taken) for name, column in ready.items()} | {
            "customer": pa.DictionaryArray.from_arrays(pa.array(codes), own),
            "customer_id": pa.DictionaryArray.from_arrays(pa.array(codes, mask=~known[chosen]), own),
            "bucket": pa.array(np.full(len(codes), bucket, np.int32)),
        }
        yield pa.RecordBatch.from_arrays([found[name] for name in columns.names], schema=columns)


def _as(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    return column.dictionary_encode() if wanted == CODED else column.cast(wanted)


def observations(engine: Engine, import_id: str) -> pa.Table:
    """The kept observations."""
    return engine.arrow(
        f"SELECT observation_id, metric, timestamp, value, currency, dimensions, {sql.literal(import_id)} AS import_id "
        f"FROM observed WHERE {KEPT_OBSERVATIONS} ORDER BY metric, timestamp, observation_id"
    ).cast(schema.OBSERVATIONS)


def profiles(engine: Engine, import_id: str) -> pa.Table:
    """The new traits."""
    return engine.arrow(
        f"SELECT customer, trait, value, timestamp, {sql.literal(import_id)} AS import_id FROM new_traits"
    ).cast(schema.PROFILES)


def _events_sql(import_id: str, now: datetime) -> str:
    customer = f"coalesce(customer_id, '{ANONYMOUS}' || anonymous_id)"
    received = f"TIMESTAMPTZ {sql.literal(now.isoformat(sep=' '))}"
    return (
        f"SELECT event_id, {customer} AS customer, customer_id, anonymous_id, event, timestamp, "
        f"{received} AS received_at, channel, campaign, source, value_minor, currency, properties, "
        f"{sql.literal(import_id)} AS import_id FROM staged WHERE {KEPT}"
    )
