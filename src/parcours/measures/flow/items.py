"""The item of every event of a partition, as codes, and which items are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parcours.measures.flow.item_query import EVENT, RESERVED, FlowQuery, ItemQuery
from parcours.measures.scope import view
from parcours.timelines.masks import matches
from parcours.timelines.partition import Partition
from parcours.timelines.views import Spans, choose

Ints = NDArray[np.int32]
NO_ITEM = -1
NO_ANCHOR, NOWHERE = -1, -2


@dataclass(frozen=True)
class Coded:
    """Items of a partition's rows: the item of a row is ``item_of[codes[row]]``, NO_ITEM where it has none.

    ``labels`` are the partition's items, sorted; the last element of ``item_of`` is that of a missing code (−1)."""

    codes: Ints
    item_of: Ints
    labels: tuple[str, ...]

    def shown(self, items: Sequence[str]) -> Ints:
        """For each of ``labels`` its place in ``items``, or the place after the last for those not among them."""
        place = {name: number for number, name in enumerate(items)}
        return np.array([place.get(name, len(items)) for name in self.labels], dtype=np.int32)


def seen(partition: Partition, query: ItemQuery) -> Partition:
    """The rows that the question sees: in range, through its filter, of its segment, and of its activity."""
    part = view(partition, query).partition
    if not query.activity:
        return part

    def chosen() -> Partition:
        flags = np.logical_or.reduce([matches(part, selector) for selector in query.activity])
        return choose(part, flags, key).partition

    key = "\0".join(selector.model_dump_json(by_alias=True) for selector in query.activity)
    return part.keep_latest("activity", key, chosen)


def spans_seen(partition: Partition, query: ItemQuery) -> Spans:
    """The same, without a copy where these are most of the rows."""
    if not query.activity:
        return view(partition, query).spans
    part = seen(partition, query)
    return Spans(part, part.offsets[:-1], part.offsets[1:])


def coded(part: Partition, query: ItemQuery) -> Coded:
    """The items of the rows of ``part``."""
    codes, names, missing = _names(part, query)
    items = [None if name is None else query.grouped(name) for name in (*names, missing)]
    kept = [None if item is None or query.excludes(item) else item for item in items]
    labels = sorted({item for item in kept if item is not None})
    place = {item: number for number, item in enumerate(labels)}
    item_of = [NO_ITEM if item is None else place[item] for item in kept]
    return Coded(codes, np.array(item_of, dtype=np.int32), tuple(labels))


def anchors(items: Sequence[str], query: FlowQuery) -> tuple[int, int]:
    """Places of the items that paths start and end at; NO_ANCHOR when none is asked for, NOWHERE when it is not
    here.
    """

    def place(name: str | None) -> int:
        if name is None:
            return NO_ANCHOR
        return items.index(name) if name in items else NOWHERE

    return place(query.start_at), place(query.end_at)


def longest(rows: Partition | Spans) -> int:
    """Most events of a unit, at least 1: the room that one session may need."""
    lengths = rows.ends - rows.begins if isinstance(rows, Spans) else np.diff(rows.offsets)
    return max(1, int(lengths.max(initial=0)))


def _names(part: Partition, query: ItemQuery) -> tuple[Ints, Sequence[str], str | None]:
    """Codes of the rows, the name of each code, and the name of what has no code."""
    if query.items:
        codes = np.full(part.event_count, NO_ITEM, dtype=np.int32)
        for number, item in reversed(list(enumerate(query.items))):  # so that the first that matches stays
            codes[matches(part, item)] = number
        return codes, [item.label for item in query.items], None
    if query.item == EVENT:
        return part.events, part.names, None
    column = part.column(query.item)
    return column.codes, column.values, ""


def packed(labels: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Texts as bytes and where each ends: an array of texts would take as much room for each as for the longest."""
    encoded = [label.encode() for label in labels]
    return {
        "texts": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        "ends": np.cumsum([len(text) for text in encoded], dtype=np.int64),
    }


def unpacked(texts: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[str]:
    """The texts that were packed."""
    whole = texts.tobytes()
    bounds = [0, *ends.tolist()]
    return [whole[low:high].decode() for low, high in pairwise(bounds)]


def ranked(
    labels: Sequence[str], weights: NDArray[np.int64], first: Sequence[str], top: int
) -> tuple[str, ...]:
    """``first``, then the heaviest others, ``top`` in all; equal weights by name. Reserved words are never shown."""
    order = sorted(range(len(labels)), key=lambda number: (-int(weights[number]), labels[number]))
    others = [labels[number] for number in order if labels[number] not in (*first, *RESERVED)]
    return (*first, *others[: max(top - len(first), 0)])
