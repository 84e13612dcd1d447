"""What was worked out once and may be asked for again, within a budget of bytes: what was not used longest goes first.

All partitions of a workspace share one shelf, so that memory stays bounded however many questions are asked; what has
gone is worked out again.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

KEPT_BYTES = 192 * 1024 * 1024


class Shelf:
    """Values by key; ``budget_bytes`` is how much room they may take together."""

    def __init__(self, budget_bytes: int = KEPT_BYTES) -> None:
        self._budget_bytes = budget_bytes
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def held_bytes(self) -> int:
        """How much room the values take at present."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._held)

    def find(self, key: Hashable) -> Any | None:
        """The value kept under a key, None when there is none; values are never None."""
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            self._held.move_to_end(key)
            return held[0]

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value, and drop those that were not used longest; one larger than the budget is not kept."""
        room = bytes_of(value)
        with self._lock:
            self._drop(key)
            if room > self._budget_bytes:
                return
            self._held[key] = value, room
            self._bytes += room
            while self._bytes > self._budget_bytes:
                self._drop(next(iter(self._held)))

    def _drop(self, key: Hashable) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._bytes -= held[1]


def bytes_of(value: Any) -> int:
    """About how many bytes a value takes. Arrays mapped from files take none: the system drops them as it likes."""
    if isinstance(value, np.ndarray):
        return 0 if isinstance(value, np.memmap) else value.nbytes
    if isinstance(value, (tuple, list)):
        return sys.getsizeof(value) + sum(bytes_of(one) for one in value)
    if isinstance(value, dict):
        return sys.getsizeof(value) + sum(bytes_of(one) for one in value.values())
    if is_dataclass(value):
        return sum(bytes_of(getattr(value, field.name)) for field in fields(value) if field.compare)
    return 0 if isinstance(value, pa.Array) else sys.getsizeof(value)
