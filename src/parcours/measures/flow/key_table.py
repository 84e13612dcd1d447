"""Counts by key: a hash table for kernels, and how such counts are kept and merged as sorted rows.

A table is an array of whole numbers: a key (at least 0), then what is counted for it. A row whose key is FREE is
empty. Kernels ask ``place_of`` for a key's row, after making room with ``grown``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]
FREE = -1
Way = Literal["add", "low", "high"]
WAYS: tuple[Way, ...] = get_args(Way)


def new_table(columns: int) -> Longs:
    """An empty table with so many columns besides the key."""
    table = np.zeros((64, columns + 1), dtype=np.int64)
    table[:, 0] = FREE
    return table


@kernel
def place_of(table: Longs, key: int) -> int:
    """The row of a key; a free one is taken for it."""
    mixed = key * 0x2545F4914F6CDD1D
    mask = len(table) - 1
    place = (mixed ^ (mixed >> 29)) & mask
    while table[place, 0] != -1:
        if table[place, 0] == key:
            return place
        place = (place + 1) & mask
    table[place, 0] = key
    return place


@kernel
def grown(table: Longs, rows: int) -> Longs:
    """The same table, or one that has room for so many rows and stays at most half full."""
    size = len(table)
    while rows * 2 > size:
        size *= 2
    if size == len(table):
        return table
    larger = np.zeros((size, table.shape[1]), dtype=np.int64)
    for row in range(size):
        larger[row, 0] = -1
    for row in range(len(table)):
        if table[row, 0] != -1:
            place = place_of(larger, table[row, 0])
            for column in range(1, table.shape[1]):  # by hand: slices take a second longer to compile
                larger[place, column] = table[row, column]
    return larger


def rows_of(table: Longs) -> Longs:
    """The rows that are taken, sorted by key."""
    taken = table[table[:, 0] != FREE]
    ordered: Longs = taken[np.argsort(taken[:, 0])]
    return ordered


def merged(one: Longs, other: Longs, ways: Sequence[Way]) -> Longs:
    """Two lists of sorted rows as one; ``ways`` says for each column after the key what becomes of equal keys."""
    return added_rows(one, other, len(other), np.array([WAYS.index(way) for way in ways], dtype=np.int64))


@kernel
def added_rows(one: Longs, other: Longs, count: int, ways: Longs) -> Longs:
    """The rows of ``one`` and the first ``count`` of ``other``; ``ways`` are places in WAYS."""
    found = np.empty((len(one) + count, one.shape[1]), np.int64)
    first, second, filled = 0, 0, 0
    while first < len(one) or second < count:
        mine = second == count or (first < len(one) and one[first, 0] <= other[second, 0])
        theirs = first == len(one) or (second < count and other[second, 0] <= one[first, 0])
        for column in range(one.shape[1]):  # by hand: slices take a second longer to compile
            found[filled, column] = one[first, column] if mine else other[second, column]
        if mine and theirs:
            for column in range(1, one.shape[1]):
                found[filled, column] = _together(
                    found[filled, column], other[second, column], ways[column - 1]
                )
        first, second, filled = first + mine, second + theirs, filled + 1
    return found[:filled].copy()


@kernel
def _together(one: int, other: int, way: int) -> int:
    if way == 0:
        return one + other
    return min(one, other) if way == 1 else max(one, other)
