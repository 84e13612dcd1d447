"""Touchpoints: how many customers meet each, what comes next, and do they come in the order that is drawn?

    share = customers with an event of the touchpoint in the range ÷ customers with any event in the range

A customer *meets* a touchpoint at the first of its events in the range. What comes next is the first touchpoint met
after that one, or else the next event of any kind, or nothing. Of events at one instant, those of touchpoints that are
drawn later come after those drawn earlier. *Channels* are those of the touchpoint's events; a customer counts once in
each, so that they may add up to more than the customers. A customer *conforms* whose first meetings follow the drawn
order; touchpoints may be left out, and a way that the map draws back (``next``) is no deviation. A *deviation* is the
first step that a customer took against the drawing. Shares carry Wilson's 95 % interval.

Assumes that the events of a touchpoint prove it: who met it without an event is not counted.

Reference: W. M. P. van der Aalst, "Process Mining", 2nd edition 2016, chapter 8 (conformance: the log against the
model); here only the order of first meetings is judged, so that no penalty needs to be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError, did_you_mean
from parcours.measures.contract import Measure, Partial
from parcours.measures.partials import add_labelled
from parcours.measures.scope import view
from parcours.measures.touchpoints.query import Query, marks
from parcours.measures.touchpoints.result import NOTHING_NAME, TouchpointsResult
from parcours.measures.touchpoints.walk import (
    ACTIVE,
    CONFORMING,
    EVENTS,
    ON_THE_PATH,
    TOTALS,
    WITH_TWO,
    walk,
)
from parcours.timelines.kernel import kernel
from parcours.timelines.partition import Partition

Longs = NDArray[np.int64]
_SUMMED = ("totals", "met", "onwards", "offences")
_LABELLED = ("otherwise", "claimed", "channels")


class Touchpoints(Measure[Query, TouchpointsResult]):
    """Customers, events, what is next, channels, order."""

    name = "touchpoints"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        part = view(partition, query).partition
        bits = marks(part, query)
        count, names = len(query.touchpoints), len(part.names)
        totals = np.zeros(TOTALS, dtype=np.int64)
        met, claimed = np.zeros((count, 2), np.int64), np.zeros((names, 2), np.int64)
        onwards, offences = np.zeros((count, count), np.int64), np.zeros((count, count), np.int64)
        otherwise = np.zeros((names + 1, count), dtype=np.int64)
        walk(
            part.offsets, part.timestamps, part.events, bits, query.drawn(),
            totals, met, onwards, otherwise, offences, claimed,
        )  # fmt: skip
        partial: Partial = {"totals": totals, "met": met, "onwards": onwards, "offences": offences}
        return (
            partial
            | _by_label("otherwise", [*part.names, NOTHING_NAME], otherwise)
            | _by_label("claimed", [*part.names], claimed)
            | _by_label("channels", *_channels(part, bits, query))
        )

    def merge(self, one: Partial, other: Partial) -> Partial:
        merged = {name: one[name] + other[name] for name in _SUMMED}
        for name in _LABELLED:
            labels = f"{name}_labels"
            merged[labels], merged[name] = add_labelled(
                (one[labels], other[labels]), (one[name], other[name])
            )
        return merged

    def finish(self, partial: Partial, query: Query) -> TouchpointsResult:
        totals = partial["totals"]
        claimed = [(name, int(all_ - proved)) for name, (all_, proved) in _labelled(partial, "claimed")]
        return TouchpointsResult(
            ids=query.ids,
            customers=partial["met"][:, 0],
            events=partial["met"][:, 1],
            onwards=partial["onwards"],
            otherwise=tuple(_labelled(partial, "otherwise")),
            channels=tuple(_labelled(partial, "channels")),
            active=int(totals[ACTIVE]),
            on_the_path=int(totals[ON_THE_PATH]),
            with_two=int(totals[WITH_TWO]),
            conforming=int(totals[CONFORMING]),
            offences=partial["offences"],
            event_count=int(totals[EVENTS]),
            unclaimed=tuple(sorted((one for one in claimed if one[1]), key=lambda one: (-one[1], one[0]))),
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``touchpoint`` (its id)."""
        wanted = cell.get("touchpoint", "")
        if wanted not in query.ids or set(cell) != {"touchpoint"}:
            raise QueryError(f"There is no touchpoint {wanted!r}.", hint=did_you_mean(wanted, query.ids))
        part = view(partition, query).partition
        rows = marks(part, query) & np.uint64(1 << query.ids.index(wanted)) > 0
        return np.unique(np.repeat(np.arange(part.customer_count), np.diff(part.offsets))[rows])


def _by_label(name: str, labels: list[str], counts: Longs) -> Partial:
    """Counts whose first axis is labelled, in the order of the labels, without those that hold nothing."""
    names, first = np.unique(np.array([*labels, NOTHING_NAME])[: len(labels)], return_index=True)
    seen = counts[first].any(axis=1)
    return {f"{name}_labels": names[seen], name: counts[first][seen]}


def _labelled(partial: Partial, name: str) -> list[tuple[str, Longs]]:
    return [(str(label), by) for label, by in zip(partial[f"{name}_labels"], partial[name], strict=True)]


def _channels(part: Partition, bits: NDArray[np.uint64], query: Query) -> tuple[list[str], Longs]:
    """Customers by channel of the touchpoints' events; a customer counts once in each, an empty channel is none."""
    column = part.column("channel")
    named = [query.channels.get(value, value) for value in column.values]
    labels = list(dict.fromkeys([*named, NOTHING_NAME]))
    places = np.array([labels.index(name) for name in [*named, NOTHING_NAME]], dtype=np.int32)
    found = np.zeros((len(labels), len(query.touchpoints)), dtype=np.int64)
    _tally_channels(part.offsets, bits, places[column.codes], found)
    return labels, found


@kernel
def _tally_channels(offsets: Longs, bits: NDArray[np.uint64], codes: NDArray[np.int32], found: Longs) -> None:
    channels, count = found.shape
    seen_by = np.full((channels, count), -1, dtype=np.int64)
    for customer in range(len(offsets) - 1):
        for row in range(offsets[customer], offsets[customer + 1]):
            if bits[row] == 0:
                continue
            code = codes[row]
            for point in range(count):
                if (bits[row] >> np.uint64(point)) & np.uint64(1) and seen_by[code, point] != customer:
                    seen_by[code, point] = customer
                    found[code, point] += 1


MEASURE = Touchpoints()
