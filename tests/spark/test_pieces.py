"""Rows of a file become pieces of whole customers, however the batches fall."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_shop import questions
from parcours.spark.pieces import CutCustomerError, MissingColumnError, partition_of, whole_customers
from parcours.spark.probe import columns_read
from parcours.spark.tasks import merged_evenly, packed, unpacked

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all


def rows_of(sizes: list[int]) -> pa.Table:
    """Customers with so many events each."""
    positions = [position for size in sizes for position in range(size)]
    owners = [f"c{number:03}" if not at else None for number, size in enumerate(sizes) for at in range(size)]
    return pa.table(
        {
            "customer": pa.array(owners, pa.string()),
            "position": pa.array(positions, pa.int32()),
            "timestamp_us": pa.array(range(len(positions)), pa.int64()),
            "code": pa.array([2 * (at % 2) for at in positions], pa.int32()),
        }
    )


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20),
    batch=st.integers(1, 12),
    least=st.integers(1, 30),
)
def test_no_customer_is_cut_and_none_is_lost(sizes: list[int], batch: int, least: int) -> None:
    rows = rows_of(sizes)
    pieces = list(whole_customers(rows.to_batches(max_chunksize=batch), least))
    assert pa.concat_tables(pieces).combine_chunks().equals(rows.combine_chunks())
    assert all(piece["position"][0].as_py() == 0 for piece in pieces)
    assert all(piece.num_rows >= least for piece in pieces[:-1])
    widest = max(sizes)
    assert all(piece.num_rows < least + batch + widest for piece in pieces)
    found = [partition_of(piece, ("a", "b", "c"), fingerprint="x") for piece in pieces]
    assert [name for part in found for name in part.customers.to_pylist()] == [
        f"c{number:03}" for number in range(len(sizes))
    ]
    assert np.concatenate([np.diff(part.offsets) for part in found]).tolist() == sizes
    assert {name for part in found for name in part.names} <= {"a", "c"}


@pytest.mark.parametrize("left_out", [0, 1, 3])
def test_a_row_that_is_not_there_is_noticed(left_out: int) -> None:
    rows = rows_of([3, 4])
    kept = pa.array([number != left_out for number in range(rows.num_rows)])
    with pytest.raises(CutCustomerError):
        list(whole_customers(rows.filter(kept).to_batches(max_chunksize=2), 2))


def test_a_column_that_was_not_sent_is_named() -> None:
    part = partition_of(rows_of([2]), ("a", "b", "c"), fingerprint="x")
    with pytest.raises(MissingColumnError, match="trait:country"):
        part.trait("country")
    with pytest.raises(MissingColumnError, match="properties"):
        part.column("plan")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("events", ()),
        ("events {'where': {'channel': ['email', 'ads']}}", ("channel",)),
        ("stages {'by': 'plan'}", ("properties",)),
        ("stages {'by': 'profile.country', 'top': 1}", ("trait:country",)),
    ],
)
def test_only_what_a_question_reads_is_sent(name: str, columns: tuple[str, ...]) -> None:
    asked = questions()[name]
    assert columns_read(lambda part: asked.measure.map(part, asked.query)) == columns


def test_partials_merge_evenly_and_travel_whole() -> None:
    asked = questions()["events"]
    pieces = [
        partition_of(piece, ("a", "b", "c"), fingerprint="x")
        for piece in whole_customers(rows_of([3, 1, 4, 1, 5, 9, 2]).to_batches(max_chunksize=4), 3)
    ]
    query = asked.query.model_copy(update={"start": None, "end": None})
    partials = [asked.measure.map(piece, query) for piece in pieces]
    merged = merged_evenly(asked.measure, (unpacked(packed(partial)) for partial in partials))
    assert merged is not None
    plain = partials[0]
    for partial in partials[1:]:
        plain = asked.measure.merge(plain, partial)
    assert {name: array.tolist() for name, array in merged.items()} == {
        name: array.tolist() for name, array in plain.items()
    }
    assert merged_evenly(asked.measure, ()) is None
