"""A log of many simulated events, made quickly: for measuring speed, not for looking at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

import parcours
from parcours.events.log import Batch
from parcours.events.schema import EVENTS, bucket_of
from parcours.values import DAY_US, instant_us

BEGIN_US = instant_us(datetime(2024, 1, 1, tzinfo=UTC))
DAYS = 730
CHUNK = 10_000  # customers at a time
NAMES = (
    "session_started", "product_viewed", "product_added", "email_opened", "email_clicked",
    "checkout_started", "order_completed", "review_submitted", "referral_sent",
)  # fmt: skip
CHANCES = (0.34, 0.30, 0.09, 0.12, 0.05, 0.04, 0.045, 0.01, 0.005)
CHANNELS = ("search", "email", "ads", "direct", "social")


def make(folder: Path, *, events: int, customers: int, buckets: int = 16) -> None:
    """A workspace with a log of about so many events, in one batch."""
    workspace = parcours.init(
        folder, settings=parcours.Settings(title="Bench", simulated=True, buckets=buckets)
    )
    batches = _batches(events / customers, customers, buckets)
    workspace.log.append(Batch("bench", pa.RecordBatchReader.from_batches(EVENTS, batches)))


MAPPING = """\
name: bench
customer_id: customer
time: at
events:
  - name: all
    event: {column: event}
    event_id: id
    value: amount
    currency: EUR
    channel: {column: channel}
"""


def make_csv(folder: Path, *, events: int, customers: int) -> None:
    """The same events as a CSV file with its mapping: ``events.csv`` and ``events.yaml``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.yaml").write_text(MAPPING, encoding="utf-8")
    shown = pa.schema([("id", pa.string()), ("customer", pa.string()), ("at", EVENTS.field("timestamp").type),
                       ("event", pa.string()), ("channel", pa.string()), ("amount", pa.decimal128(12, 2))])  # fmt: skip
    with csv.CSVWriter(folder / "events.csv", shown) as writer:
        for batch in _batches(events / customers, customers, 1):
            columns = [batch[name] for name in ("event_id", "customer", "timestamp", "event", "channel")]
            cents = batch["value_minor"].cast(pa.decimal128(21, 0))
            amount = pc.multiply(cents, pa.scalar(Decimal("0.01"))).cast(pa.decimal128(12, 2))
            writer.write_table(pa.table([*columns, amount], schema=shown))


def _batches(mean: float, customers: int, buckets: int) -> Iterator[pa.RecordBatch]:
    draw = np.random.default_rng(7)
    for first in range(0, customers, CHUNK):
        names = [f"customer-{number:07d}" for number in range(first, min(first + CHUNK, customers))]
        yield from _chunk(draw, names, mean, buckets).to_batches()


def _chunk(draw: np.random.Generator, names: list[str], mean: float, buckets: int) -> pa.Table:
    counts = draw.geometric(1 / mean, len(names))
    owner = np.repeat(np.arange(len(names)), counts)
    total = len(owner)
    begin = draw.integers(0, DAYS, len(names))[owner]
    days = np.minimum(begin + draw.exponential(90, total), DAYS - 1e-6)
    instants = pa.array(BEGIN_US + (days * DAY_US).astype(np.int64)).cast(EVENTS.field("timestamp").type)
    event = draw.choice(len(NAMES), total, p=CHANCES)
    ordered = event == NAMES.index("order_completed")
    customer = pa.array(names).take(pa.array(owner))
    serial = pa.array(np.arange(total)).cast(pa.string())
    values = pa.array(draw.integers(500, 20_000, total), mask=~ordered)
    columns = {
        "event_id": pc.binary_join_element_wise(customer, serial, "-"),
        "customer": customer,
        "customer_id": customer,
        "anonymous_id": pa.nulls(total, pa.string()),
        "event": pa.array(NAMES).take(pa.array(event)),
        "timestamp": instants,
        "received_at": instants,
        "channel": pa.array(CHANNELS).take(pa.array(draw.integers(0, len(CHANNELS), total))),
        "campaign": pa.nulls(total, pa.string()),
        "source": pa.repeat("bench", total),
        "value_minor": values,
        "currency": pc.if_else(pa.array(ordered), "EUR", pa.scalar(None, pa.string())),
        "properties": pa.nulls(total, pa.string()),
        "import_id": pa.repeat("bench", total),
        "bucket": pa.array(np.array([bucket_of(name, buckets) for name in names], np.int32)[owner]),
    }
    return pa.table(columns, schema=EVENTS)
