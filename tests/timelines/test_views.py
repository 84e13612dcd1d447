"""A view holds the chosen rows of a partition, and what was decided on the whole can be taken at them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parcours.timelines.views import choose
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
    assert view.partition is whole
    assert np.array_equal(np.array([5, 6])[view.rows], [5, 6])
