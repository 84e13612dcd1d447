"""Published figures of real data: the cohort of December 2010 of the Online Retail data set (UCI 352, D. Chen)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from parcours.measures.retention import MEASURE, RetentionResult
from parcours.measures.retention.query import Query
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Column, Loader, Partition

DATA = Path(os.environ.get("PARCOURS_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
LINES = DATA / "online-retail-ii" / "online_retail_2010_2011.csv.gz"

pytestmark = pytest.mark.skipif(
    not LINES.exists(), reason="the whole Online Retail data is not here: set PARCOURS_DATA to its folder"
)


@dataclass(frozen=True)
class Shop:
    partition: Partition
    last_us: int


@pytest.fixture(scope="module")
def shop() -> Shop:
    """Every invoice line with a customer as one event: a line, or a cancellation."""
    with duckdb.connect() as database:
        lines = database.read_csv(str(LINES), all_varchar=True)
        names = {name.replace(" ", "").lower(): f'"{name}"' for name in lines.columns}
        invoice = names.get("invoice") or names["invoiceno"]
        customer, when = names["customerid"], names["invoicedate"]
        found = lines.query(
            "lines",
            f"""SELECT {customer} AS customer, starts_with({invoice}, 'C') AS cancelled,
                       epoch_us(timezone('Europe/London', CAST({when} AS TIMESTAMP))) AS timestamp
                FROM lines WHERE trim(coalesce({customer}, '')) <> '' ORDER BY customer, timestamp""",
        )
        assert found is not None
        rows = found.to_arrow_table()
    customers, lengths = np.unique(
        rows["customer"].to_numpy(zero_copy_only=False).astype(str), return_counts=True
    )
    missing = Column(np.full(rows.num_rows, -1, dtype=np.int32), ())
    partition = Partition(
        bucket=0,
        fingerprint="online retail",
        customers=pa.array(customers.tolist(), pa.string()),
        offsets=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        timestamps=rows["timestamp"].to_numpy().astype(np.int64),
        events=rows["cancelled"].to_numpy(zero_copy_only=False).astype(np.int32),
        names=("line", "line_cancelled"),
        loader=Loader(
            column=lambda _: missing,
            trait=lambda _: missing,
            value_minor=lambda: np.zeros(rows.num_rows, dtype=np.int64),
            properties=lambda wanted: [None for _ in wanted],
            event_ids=lambda wanted: ["" for _ in wanted],
        ),
    )
    return Shop(partition, int(partition.timestamps.max()))


def ask(shop: Shop, *names: str, first_time: bool = False) -> RetentionResult:
    query = Query(
        start=date(2010, 12, 1),
        end=date(2011, 12, 9),
        as_of_us=shop.last_us,
        zone="Europe/London",
        start_event=Selector(event=names),
        return_event=Selector(event=names),
        mode="first_time" if first_time else "recurring",
    )
    return MEASURE.finish(MEASURE.map(shop.partition, query), query)


@pytest.mark.parametrize("first_time", [False, True])
def test_all_lines_with_a_customer(shop: Shop, first_time: bool) -> None:
    assert shop.partition.customer_count == 4_372
    december = ask(shop, "*", first_time=first_time).groups[0].units[0]
    assert december[:4].tolist() == [948, 362, 317, 367]


@pytest.mark.parametrize("first_time", [False, True])
def test_cancellations_dropped_first(shop: Shop, first_time: bool) -> None:
    result = ask(shop, "line", first_time=first_time)
    assert result.groups[0].units[0, :4].tolist() == [885, 324, 286, 340]
    assert not result.complete[0, 12], "December 2011 ends on the 9th"
    assert result.complete[0, :12].all()
