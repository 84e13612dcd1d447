"""What an import hands to the log: events as a stream sorted by bucket, customer and time; side tables whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final

import pyarrow as pa

from parcours.events import schema
from parcours.events import sql_text as sql
from parcours.events.engine import Engine
from parcours.events.schema import ANONYMOUS

BATCH_ROWS: Final = 100_000
SORTED_ROWS: Final = 1_000_000

KEPT: Final = "problem IS NULL AND NOT coalesce(rowid IN (SELECT row FROM dropped), false)"
KEPT_OBSERVATIONS: Final = "problem IS NULL AND rowid NOT IN (SELECT row FROM dropped_observations)"


def events_stream(
    engine: Engine, *, rows: int, buckets: int, import_id: str, now: datetime, wrote: Callable[[int], None]
) -> pa.RecordBatchReader:
    """The kept events; a few buckets are sorted at a time, so that memory stays bounded."""

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for low, high in _ranges(buckets, rows):
            answer = engine.connection.sql(_events_sql(low, high, import_id, now)).to_arrow_reader(BATCH_ROWS)
            for batch in answer:
                done += batch.num_rows
                wrote(done)
                yield batch.cast(schema.EVENTS)

    return pa.RecordBatchReader.from_batches(schema.EVENTS, batches())


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


def _ranges(buckets: int, rows: int) -> Iterator[tuple[int, int]]:
    passes = max(1, min(buckets, rows // SORTED_ROWS + 1))
    edges = [buckets * step // passes for step in range(passes + 1)]
    yield from pairwise(edges)


def _events_sql(low: int, high: int, import_id: str, now: datetime) -> str:
    customer = f"coalesce(customer_id, '{ANONYMOUS}' || anonymous_id)"
    received = f"TIMESTAMPTZ {sql.literal(now.isoformat(sep=' '))}"
    return (
        f"SELECT event_id, {customer} AS customer, customer_id, anonymous_id, event, timestamp, "
        f"{received} AS received_at, channel, campaign, source, value_minor, currency, properties, "
        f"{sql.literal(import_id)} AS import_id, bucket FROM staged "
        f"WHERE bucket >= {low} AND bucket < {high} AND {KEPT} ORDER BY bucket, customer, timestamp, event_id"
    )
