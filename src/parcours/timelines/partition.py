"""One partition: the whole timelines of some customers, as flat arrays.

Rows are sorted by customer, then time, then event id, so that a customer's timeline is
``offsets[i]`` ≤ row < ``offsets[i + 1]`` and the order never depends on how the events arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TypeVar, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.timelines.shelf import Shelf

T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """One property of every row (or customer): codes into its distinct values; code −1 is missing."""

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    def text(self, row: int) -> str | None:
        """The value at one row, None when missing."""
        code = int(self.codes[row])
        return self.values[code] if code >= 0 else None

    def take(self, flags_by_value: NDArray[np.bool_], missing: bool) -> NDArray[np.bool_]:
        """Spread a decision on each distinct value over the rows."""
        flags = np.append(flags_by_value, missing)
        return flags[self.codes]  # code −1 picks the appended last element


@dataclass(frozen=True)
class Loader:
    """Where a partition's lazy parts come from; each is called when asked for, and what it gives is kept."""

    column: Callable[[str], Column]
    trait: Callable[[str], Column]
    value_minor: Callable[[], NDArray[np.int64]]
    properties: Callable[[Sequence[int]], list[str | None]]
    event_ids: Callable[[NDArray[np.int64]], list[str]]
    stored: Callable[[NDArray[np.int64]], bytes] | None = None


@dataclass(frozen=True)
class Partition:
    """The timelines of one bucket of customers."""

    bucket: int
    fingerprint: str  # changes exactly when the content does
    customers: pa.Array  # sorted keys
    offsets: NDArray[np.int64]
    timestamps: NDArray[np.int64]  # µs since 1970, UTC
    events: NDArray[np.int32]  # codes into `names`
    names: tuple[str, ...]  # the event names of this partition, sorted
    loader: Loader
    _shelf: Shelf = field(default_factory=Shelf, repr=False, compare=False)
    _token: object = field(default_factory=object, repr=False, compare=False)  # tells it apart on the shelf
    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    @property
    def customer_count(self) -> int:
        return len(self.customers)

    @property
    def event_count(self) -> int:
        return len(self.timestamps)

    def span_us(self) -> tuple[int, int]:
        """First and last instant; the partition must not be empty."""
        return self.keep("span", lambda: (int(self.timestamps.min()), int(self.timestamps.max())))

    def column(self, name: str) -> Column:
        """One event property: channel, campaign, source, currency, or a key of the event's properties."""
        return self.keep(("column", name), lambda: self.loader.column(name))

    def trait(self, name: str) -> Column:
        """One profile trait, a value for each customer."""
        return self.keep(("trait", name), lambda: self.loader.trait(name))

    def value_minor(self) -> NDArray[np.int64]:
        """Value of each event in minor units of its currency; MISSING_VALUE where there is none."""
        return self.keep("value", self.loader.value_minor)

    def properties(self, rows: Sequence[int]) -> list[str | None]:
        """The whole properties of some rows, as JSON texts; read anew each time, for a customer or two."""
        return self.loader.properties(rows)

    def event_ids(self, rows: NDArray[np.int64]) -> list[str]:
        """The ids of some rows' events; read anew each time."""
        return self.loader.event_ids(rows)

    def stored(self, rows: NDArray[np.int64]) -> bytes:
        """Names what some rows are made from: it changes when they do, and not when other rows do."""
        return self.loader.stored(rows) if self.loader.stored else self.fingerprint.encode()

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """Compute something about this partition once while the shelf has room, whatever thread asks first."""
        place = (self._token, key)
        with self._lock:
            found = self._shelf.find(place)
            if found is None:
                found = make()
                self._shelf.put(place, found)
            return cast("T", found)  # the key names the type

    def keep_latest(self, kind: str, key: object, make: Callable[[], T]) -> T:
        """As ``keep``, but only one of each kind: the last asked for."""
        with self._lock:
            held = self._shelf.find((self._token, kind))
            if held is None or held[0] != key:
                held = (key, make())
                self._shelf.put((self._token, kind), held)
            return cast("T", held[1])  # the key names the type

    def on(self, shelf: Shelf) -> Partition:
        """This partition with what it keeps on a shelf shared with others."""
        return self if self._shelf is shelf else replace(self, _shelf=shelf)

    def narrowed(
        self,
        fingerprint: str,
        offsets: NDArray[np.int64],
        timestamps: NDArray[np.int64],
        events: NDArray[np.int32],
        loader: Loader,
    ) -> Partition:
        """Some of the rows for all the customers. It shares the lock, so that neither waits for the other."""
        return replace(
            self,
            fingerprint=fingerprint,
            offsets=offsets,
            timestamps=timestamps,
            events=events,
            loader=loader,
            _token=object(),
        )

    def rows_of(self, customer: str) -> range:
        """The rows of one customer, empty when the customer is not here."""
        position = _find(self.customers, customer)
        if position is None:
            return range(0)
        return range(int(self.offsets[position]), int(self.offsets[position + 1]))


MISSING_VALUE = np.iinfo(np.int64).min


def _find(keys: pa.Array, wanted: str) -> int | None:
    low, high = 0, len(keys)
    target = wanted.encode()  # keys are sorted by their UTF-8 bytes
    while low < high:
        middle = (low + high) // 2
        if keys[middle].as_py().encode() < target:
            low = middle + 1
        else:
            high = middle
    return low if low < len(keys) and keys[low].as_py() == wanted else None
