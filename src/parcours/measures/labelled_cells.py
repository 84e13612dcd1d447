"""Counts in the cells of a grid, a grid for each group, as a partial that holds the filled cells only.

A breakdown may have thousands of groups, of which few fill many cells; only after merging is it known which groups are
the largest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Partial
from parcours.measures.partials import align
from parcours.stats.counting import sum_by_value

Longs = NDArray[np.int64]


def packed(
    labels: Sequence[str] | NDArray[np.str_], grids: Sequence[tuple[int, NDArray[Any]]], size: int
) -> Partial:
    """The filled cells of some grids. Each comes with the position of its first group in ``labels``, which are
    sorted, and has the groups as first axis; ``size`` is the number of cells of one group.
    """
    cells, counts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for first, grid in grids:
        flat = grid.reshape(-1)
        filled = np.flatnonzero(flat)
        cells.append(filled + first * size)
        counts.append(flat[filled].astype(np.int64))
    return _partial(np.asarray(labels, dtype=np.str_), np.concatenate(cells), np.concatenate(counts), size)


def merged(one: Partial, other: Partial) -> Partial:
    """The sum of two partials, group by group."""
    labels, first, second = align(one["labels"], other["labels"])
    size = int(one["size"][0])
    cells = [
        place[part["cells"] // size] * size + part["cells"] % size
        for part, place in ((one, first), (other, second))
    ]
    summed = sum_by_value(np.concatenate(cells), np.concatenate((one["counts"], other["counts"])))
    return _partial(labels, *summed, size)


def unpacked(partial: Partial, groups: Sequence[int]) -> Longs:
    """The sum of the grids of some groups, flat."""
    size = int(partial["size"][0])
    chosen = np.isin(partial["cells"] // size, np.asarray(groups, dtype=np.int64))
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, partial["cells"][chosen] % size, partial["counts"][chosen])
    return total


def weights(partial: Partial, cells: NDArray[np.bool_]) -> Longs:
    """For each group, the sum of its counts in the flagged cells of a grid."""
    size = int(partial["size"][0])
    counted = cells[partial["cells"] % size]
    total = np.zeros(len(partial["labels"]), dtype=np.int64)
    np.add.at(total, partial["cells"][counted] // size, partial["counts"][counted])
    return total


def _partial(labels: NDArray[np.str_], cells: Longs, counts: Longs, size: int) -> Partial:
    """In one form only: equal counts are equal partials. Groups without a cell are left out."""
    order = np.argsort(cells, kind="stable")
    cells, counts = cells[order], counts[order]
    present, place = np.unique(cells // size, return_inverse=True)
    return {
        "labels": labels[present],
        "cells": place.astype(np.int64) * size + cells % size,
        "counts": counts,
        "size": np.array([size], dtype=np.int64),
    }
