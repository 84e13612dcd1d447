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

BATCH_ROWS: Final = 100_000
SORTED_ROWS: Final = 1_000_000

KEPT: Final = "problem IS NULL AND NOT coalesce(rowid IN (SELECT row FROM dropped), false)"
KEPT_OBSERVATIONS: Final = "problem IS NULL AND rowid NOT IN (SELECT row FROM dropped_observations)"


def events_stream(
    engine: Engine, *, buckets: int, import_id: str, now: datetime, wrote: Callable[[int], None]
) -> pa.RecordBatchReader:
    """The kept events; so many rows are sorted at a time that memory stays bounded."""

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in engine.connection.sql(_events_sql(import_id, now)).to_arrow_reader(SORTED_ROWS):
            for part in _sorted(batch, buckets):
                done += part.num_rows
                wrote(done)
                yield part

    return pa.RecordBatchReader.from_batches(schema.EVENTS, batches())


def _sorted(batch: pa.RecordBatch, buckets: int) -> Iterator[pa.RecordBatch]:
    """Rows by bucket, customer and time. What takes long - hashing, comparing - is done once for each customer."""
    coded = batch["customer"].dictionary_encode()
    names = coded.dictionary.to_pylist()
    home = np.array([schema.bucket_of(name, buckets) for name in names], np.int32)
    rank = np.empty(len(names), np.int64)
    rank[np.lexsort((pc.rank(coded.dictionary).to_numpy(), home))] = np.arange(len(names))
    owner, times = coded.indices.to_numpy(), batch["timestamp"].cast(pa.int64()).to_numpy()
    order = np.lexsort((times, rank[owner]))
    columns = {name: batch[name] for name in batch.schema.names} | {"bucket": pa.array(home[owner])}
    whole = pa.RecordBatch.from_arrays(
        [columns[name] for name in schema.EVENTS.names], names=schema.EVENTS.names
    )
    for first in range(0, len(order), BATCH_ROWS):
        yield whole.take(pa.array(order[first : first + BATCH_ROWS])).cast(schema.EVENTS)


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
