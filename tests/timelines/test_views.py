"""A view holds the chosen rows of a partition, and what was decided on the whole can be taken at them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parcours.timelines.views import between, choose
from twins.events import Event
from twins.partitions import partition_of

happened = st.lists(
    st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 9), st.sampled_from("ab"), st.booleans()),
    min_size=1,
    max_size=12,
)


@given(happened)
def test_the_rows_chosen_and_their_columns(rows: list[tuple[str, int, str, bool]]) -> None:
    events = [
        Event(customer, time, name, {"channel": f"c{place % 3}", "keep": keep}, f"{place:03}")
        for place, (customer, time, name, keep) in enumerate(rows)
    ]
    whole = partition_of(events)
    keep = whole.column("keep")
    chosen = np.array([keep.text(row) == "true" for row in range(whole.event_count)], dtype=np.bool_)
    view = choose(whole, chosen, "keep")
    seen = view.partition
    assert seen.event_count == int(chosen.sum())
    assert np.array_equal(seen.timestamps, whole.timestamps[chosen])
    assert np.array_equal(np.arange(whole.event_count)[view.rows], np.flatnonzero(chosen))
    assert [seen.names[code] for code in seen.events] == [whole.names[code] for code in whole.events[chosen]]
    channel = whole.column("channel")
    assert [seen.column("channel").text(row) for row in range(seen.event_count)] == [
        channel.text(int(row)) for row in np.flatnonzero(chosen)
    ]
    assert seen.customers.equals(whole.customers)
    counts = np.diff(seen.offsets)
    owners = np.repeat(np.arange(whole.customer_count), np.diff(whole.offsets))
    assert counts.tolist() == np.bincount(owners[chosen], minlength=whole.customer_count).tolist()


def test_a_view_of_everything_copies_nothing() -> None:
    whole = partition_of([Event("ann", 1, "a", {}, "1"), Event("ann", 2, "b", {}, "2")])
    view = choose(whole, np.ones(2, dtype=np.bool_), "all")
    assert view.everything
    assert view.partition is whole
    assert np.array_equal(np.array([5, 6])[view.rows], [5, 6])


@given(happened, st.integers(-1, 10), st.integers(0, 11), st.booleans(), st.booleans())
def test_a_range_of_time(
    rows: list[tuple[str, int, str, bool]], low: int, length: int, of_ann_only: bool, filtered: bool
) -> None:
    events = [
        Event(customer, time, name, {"keep": keep}, f"{place:03}")
        for place, (customer, time, name, keep) in enumerate(rows)
    ]
    whole, high = partition_of(events), low + length
    flags = np.array([whole.column("keep").text(row) == "true" for row in range(whole.event_count)])
    customers = np.array([key == "ann" for key in whole.customers.to_pylist()])
    owners = np.repeat(np.arange(whole.customer_count), np.diff(whole.offsets))
    wanted = (whole.timestamps >= low) & (whole.timestamps < high)
    wanted &= customers[owners] if of_ann_only else True
    wanted &= flags if filtered else True
    view = between(
        whole, low, high, "range",
        customers=customers if of_ann_only else None, chosen=flags if filtered else None,
    )  # fmt: skip
    assert np.array_equal(view.rows, np.flatnonzero(wanted))
    assert np.array_equal(view.partition.timestamps, whole.timestamps[wanted])
    assert view.everything == bool(wanted.all() and not filtered)
    spans = view.spans
    assert np.array_equal(spans.partition.timestamps[spans.rows], whole.timestamps[wanted])
    assert (spans.ends - spans.begins).tolist() == np.diff(view.partition.offsets).tolist()
    assert view.partition.properties([0] if wanted.any() else []) == whole.properties(view.rows[:1].tolist())
    assert view.partition.event_ids(np.arange(int(wanted.sum()))) == whole.event_ids(view.rows)
