"""A partition seen through a choice of its rows: filters and segments, without copying what is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel
from parcours.timelines.partition import Column, Loader, Partition

Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]
Value = TypeVar("Value", bound=np.generic)


class Spans(NamedTuple):
    """Rows to look at without a copy: of each customer those from ``begins`` to before ``ends``."""

    partition: Partition
    begins: Longs
    ends: Longs

    @property
    def rows(self) -> Longs:
        """The rows of all stretches, one after the other."""
        part, none = self.partition, np.zeros(0, dtype=np.bool_)
        offsets = _offsets(self.begins, self.ends, none)
        return _taken(np.arange(part.event_count), self.begins, self.ends, none, offsets)


@dataclass(frozen=True)
class View:
    """Some rows of ``whole``, for all its customers: those from ``begins`` to before ``ends`` that are ``chosen``.

    What depends on a customer's whole history (first events, counts) is decided on the whole partition and then taken
    at ``rows``.
    """

    whole: Partition = field(compare=False)  # not the view's own, so its bytes are not counted with it
    tag: str
    begins: Longs
    ends: Longs
    chosen: Flags | None = None  # None: all of them

    @property
    def spans(self) -> Spans:
        """The rows as stretches of a partition: of the whole one where these are most of its rows."""
        if self.chosen is None and 2 * int((self.ends - self.begins).sum()) >= self.whole.event_count:
            return Spans(self.whole, self.begins, self.ends)
        seen = self.partition
        return Spans(seen, seen.offsets[:-1], seen.offsets[1:])

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.chosen is None and int((self.ends - self.begins).sum()) == self.whole.event_count

    @property
    def partition(self) -> Partition:
        """The rows on their own, next to each other."""
        if self.everything:
            return self.whole
        return self.whole.keep_latest("rows of a view", self.tag, self._packed)

    @property
    def rows(self) -> Longs:
        """The places in the whole partition of the rows of ``partition``."""
        offsets = _offsets(self.begins, self.ends, self._flags)
        return _taken(np.arange(self.whole.event_count), self.begins, self.ends, self._flags, offsets)

    @property
    def _flags(self) -> Flags:
        return np.zeros(0, dtype=np.bool_) if self.chosen is None else self.chosen

    def _packed(self) -> Partition:
        whole, begins, ends, flags = self.whole, self.begins, self.ends, self._flags
        offsets = _offsets(begins, ends, flags)

        def column(name: str) -> Column:
            base = whole.column(name)
            return Column(_taken(base.codes, begins, ends, flags, offsets), base.values)

        def value_minor() -> Longs:
            return _taken(whole.value_minor(), begins, ends, flags, offsets)

        def properties(wanted: Sequence[int]) -> list[str | None]:
            rows = self.rows
            return whole.properties([int(rows[row]) for row in wanted])

        def event_ids(wanted: Longs) -> list[str]:
            return whole.event_ids(self.rows[wanted])

        return whole.narrowed(
            fingerprint=f"{whole.fingerprint}/{self.tag}",
            offsets=offsets,
            timestamps=_taken(whole.timestamps, begins, ends, flags, offsets),
            events=_taken(whole.events, begins, ends, flags, offsets),
            loader=Loader(column, whole.trait, value_minor, properties, event_ids),
        )


def choose(whole: Partition, chosen: Flags, tag: str) -> View:
    """The rows flagged in ``chosen``. ``tag`` names the choice in the view's fingerprint."""
    return View(whole, tag, whole.offsets[:-1], whole.offsets[1:], None if chosen.all() else chosen)


def between(
    whole: Partition, low_us: int, high_us: int, tag: str, *, customers: Flags | None, chosen: Flags | None
) -> View:
    """The rows of ``low_us`` ≤ time < ``high_us``, of the flagged ``customers`` and among the ``chosen`` rows."""
    begins, ends = _within(whole.offsets, whole.timestamps, low_us, high_us)
    if customers is not None:
        ends = np.where(customers, ends, begins)
    return View(whole, tag, begins, ends, chosen)


@kernel
def _within(offsets: Longs, times: Longs, low: int, high: int) -> tuple[Longs, Longs]:
    """Of each customer the first row from ``low`` on, and the first from ``high`` on."""
    count = len(offsets) - 1
    begins, ends = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    for customer in range(count):
        begin, end = offsets[customer], offsets[customer + 1]
        begins[customer] = _first_from(times, begin, end, low)
        ends[customer] = _first_from_the_end(times, begins[customer], end, high)
    return begins, ends


@kernel
def _first_from(times: Longs, begin: int, end: int, instant: int) -> int:
    """The first row at or after an instant; most ranges begin before anything happened."""
    if begin == end or times[begin] >= instant:
        return begin
    while begin < end:
        middle = (begin + end) // 2
        if times[middle] < instant:
            begin = middle + 1
        else:
            end = middle
    return begin


@kernel
def _first_from_the_end(times: Longs, begin: int, end: int, instant: int) -> int:
    """The same; most ranges end after everything happened."""
    if begin == end or times[end - 1] < instant:
        return end
    return _first_from(times, begin, end, instant)


@kernel
def _offsets(begins: Longs, ends: Longs, flags: Flags) -> Longs:
    """Where each customer's rows lie once they stand next to each other; no flags: all rows."""
    offsets = np.zeros(len(begins) + 1, dtype=np.int64)
    for customer in range(len(begins)):
        count = ends[customer] - begins[customer]
        if len(flags):
            count = 0
            for row in range(begins[customer], ends[customer]):
                count += flags[row]
        offsets[customer + 1] = offsets[customer] + count
    return offsets


@kernel
def _taken(
    values: NDArray[Value], begins: Longs, ends: Longs, flags: Flags, offsets: Longs
) -> NDArray[Value]:
    """The values of the chosen rows, next to each other."""
    found = np.empty(offsets[-1], dtype=values.dtype)
    place = 0
    for customer in range(len(begins)):
        for row in range(begins[customer], ends[customer]):
            if len(flags) == 0 or flags[row]:
                found[place] = values[row]
                place += 1
    return found
