"""A partition put together from rows of others: for joined ids, units other than the customer, and new events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.timelines.build import Arrays
from parcours.timelines.merge import Sorted, interleaved
from parcours.timelines.partition import Column, Loader, Partition

TraitLoader = Callable[[str, pa.Array], Column]


@dataclass(frozen=True)
class Rows:
    """Chosen rows: ``rows[i]`` of partition ``source[i]`` belongs to unit ``codes[i]``."""

    source: NDArray[np.int64]
    rows: NDArray[np.int64]
    codes: NDArray[np.int64]

    def take(self, positions: NDArray[Any]) -> Rows:
        return Rows(self.source[positions], self.rows[positions], self.codes[positions])


@dataclass(frozen=True)
class _Piece:
    """What one partition gives: ``rows`` of it stand at ``positions``."""

    whole: Partition
    positions: NDArray[np.intp]
    rows: NDArray[np.int64]


def gather(
    wholes: Sequence[Partition],
    chosen: Rows,
    units: Sequence[str],
    *,
    bucket: int,
    fingerprint: str,
    trait: TraitLoader,
) -> Partition:
    """The timelines of ``units`` (in the order of their codes), sorted by unit, time and event id."""
    arrays = gathered(wholes, chosen, units)
    return partition_of(wholes, chosen, arrays, bucket=bucket, fingerprint=fingerprint, trait=trait)


def gathered(
    wholes: Sequence[Partition], chosen: Rows, units: Sequence[str], *, once: bool = False
) -> Arrays:
    """The arrays of such a partition; their ``order`` takes the chosen rows to rows of the timelines.

    ``once`` keeps one row of each event id of a unit and an instant, as within a partition.
    """
    pieces = _pieces(wholes, chosen)
    times = _spread(pieces, lambda whole: whole.timestamps)
    order = np.lexsort((times, chosen.codes))
    order = _settle_ties(pieces, order, chosen.codes, times, once=once)
    return _arrays(pieces, chosen, times, order, pa.array(units, pa.string()))


def joined_runs(wholes: Sequence[Partition], held: Rows, later: Rows, units: pa.Array) -> tuple[Rows, Arrays]:
    """Two runs of rows, each by unit and time, as one: the rows chosen, and the arrays over them."""
    columns = ("source", "rows", "codes")
    chosen = Rows(*(np.concatenate((getattr(held, one), getattr(later, one))) for one in columns))
    pieces, count = _pieces(wholes, chosen), len(held.rows)
    times = _spread(pieces, lambda whole: whole.timestamps)
    order, _ = interleaved(
        Sorted(_offsets(held.codes, len(units)), times[:count]),
        Sorted(_offsets(later.codes, len(units)), times[count:]),
        lambda rows: _ids(pieces, rows, len(times)),
    )
    return chosen, _arrays(pieces, chosen, times, order, units)


def _offsets(codes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.bincount(codes, minlength=count)))).astype(np.int64)


def _arrays(
    pieces: Sequence[_Piece],
    chosen: Rows,
    times: NDArray[np.int64],
    order: NDArray[np.integer[Any]],
    units: pa.Array,
) -> Arrays:
    kept = chosen.codes if len(order) == len(chosen.codes) else chosen.codes[order]
    counts = np.bincount(kept, minlength=len(units))
    present = np.flatnonzero(counts)
    events = _column(pieces, lambda whole: Column(whole.events, whole.names))
    return Arrays(
        customers=units.take(pa.array(present)),
        names=events.values,
        offsets=np.concatenate(([0], np.cumsum(counts[present]))).astype(np.int64),
        timestamps=times[order],
        events=events.codes[order],
        order=order.astype(np.int32),
    )


def partition_of(
    wholes: Sequence[Partition],
    chosen: Rows,
    arrays: Arrays,
    *,
    bucket: int,
    fingerprint: str,
    trait: TraitLoader,
) -> Partition:
    """The partition of some arrays; its lazy columns are read through the partitions that the rows come from."""
    return Partition(
        bucket=bucket,
        fingerprint=fingerprint,
        customers=arrays.customers,
        offsets=arrays.offsets,
        timestamps=arrays.timestamps,
        events=arrays.events,
        names=arrays.names,
        loader=_loader(wholes, chosen, arrays.order, arrays.customers, trait),
    )


def _pieces(wholes: Sequence[Partition], chosen: Rows) -> list[_Piece]:
    counts = np.bincount(chosen.source)
    # numbers so short are sorted by their digits, in a walk or two
    order = np.argsort(chosen.source.astype(np.uint16), kind="stable")
    ends = np.cumsum(counts)
    found = []
    for number in np.flatnonzero(counts):
        positions = order[ends[number] - counts[number] : ends[number]]
        found.append(_Piece(wholes[int(number)], positions, chosen.rows[positions]))
    return found


def _settle_ties(
    pieces: Sequence[_Piece],
    order: NDArray[np.intp],
    units: NDArray[np.int64],
    times: NDArray[np.int64],
    *,
    once: bool,
) -> NDArray[np.intp]:
    """Order what one unit did at one instant by event id, whatever partition it comes from."""
    same = (units[order[1:]] == units[order[:-1]]) & (times[order[1:]] == times[order[:-1]])
    if not same.any():
        return order
    tied = np.zeros(len(order), dtype=np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    places = np.flatnonzero(tied)
    rows = order[places]
    ranks = _ranks_of_ids(pieces, rows, len(order))
    settled = np.lexsort((ranks, times[rows], units[rows]))
    order = order.copy()
    order[places] = rows[settled]
    if not once:
        return order
    ranks = ranks[settled]
    repeated = np.zeros(len(order), dtype=np.bool_)
    repeated[places[1:]] = (ranks[1:] == ranks[:-1]) & same[places[1:] - 1]
    return order[~repeated]


def _ranks_of_ids(pieces: Sequence[_Piece], rows: NDArray[np.intp], count: int) -> NDArray[np.int64]:
    """Ranks, by the ids' bytes, of some of the chosen rows."""
    ids = pa.array(_ids(pieces, rows, count), pa.string())
    ranks = pc.rank(ids, sort_keys="ascending", tiebreaker="dense")
    return np.asarray(ranks.to_numpy(zero_copy_only=False), dtype=np.int64)


def _ids(pieces: Sequence[_Piece], rows: NDArray[np.integer[Any]], count: int) -> list[str]:
    """The event ids of some of the chosen rows."""
    wanted = np.zeros(count, dtype=np.bool_)
    wanted[rows] = True
    ids = np.empty(count, dtype=object)
    for piece in pieces:
        mine = wanted[piece.positions]
        if mine.any():
            ids[piece.positions[mine]] = piece.whole.event_ids(piece.rows[mine])
    return list(ids[rows])


def _loader(
    wholes: Sequence[Partition],
    chosen: Rows,
    order: NDArray[np.int32],
    customers: pa.Array,
    trait: TraitLoader,
) -> Loader:
    @cache
    def held() -> tuple[Rows, list[_Piece]]:
        rows = chosen.take(order)  # only when a question needs more than names and times
        return rows, _pieces(wholes, rows)

    def column(name: str) -> Column:
        return _column(held()[1], lambda whole: whole.column(name))

    def value_minor() -> NDArray[np.int64]:
        return _spread(held()[1], lambda whole: whole.value_minor())

    def texts(wanted: Sequence[int], read: Callable[[Partition, NDArray[np.int64]], list[Any]]) -> list[Any]:
        """Texts of a few rows, each partition asked once."""
        places, rows = np.asarray(wanted, np.int64), held()[0]
        source, found = rows.source[places], np.empty(len(places), dtype=object)
        for number in np.unique(source):
            mine = source == number
            found[mine] = read(wholes[int(number)], rows.rows[places[mine]])
        return list(found)

    def properties(wanted: Sequence[int]) -> list[str | None]:
        return texts(wanted, lambda whole, theirs: whole.properties([int(row) for row in theirs]))

    def event_ids(wanted: NDArray[np.int64]) -> list[str]:
        return texts(wanted.tolist(), lambda whole, theirs: whole.event_ids(theirs))

    return Loader(column, lambda name: trait(name, customers), value_minor, properties, event_ids)


def _column(pieces: Sequence[_Piece], read: Callable[[Partition], Column]) -> Column:
    """One column from several, recoded into the values that the chosen rows have."""
    columns = [read(piece.whole) for piece in pieces]
    parts = [
        (piece.positions, np.asarray(column.codes)[piece.rows], column.values)
        for piece, column in zip(pieces, columns, strict=True)
    ]
    used = [_used(codes, len(values)) for _, codes, values in parts]
    kept = {values[code] for (_, _, values), codes in zip(parts, used, strict=True) for code in codes}
    together = sorted(kept, key=str.encode)
    code_of = {value: code for code, value in enumerate(together)}
    found = np.empty(sum(len(positions) for positions, _, _ in parts), dtype=np.int32)
    for (positions, codes, values), present in zip(parts, used, strict=True):
        lookup = np.full(len(values) + 1, -1, dtype=np.int32)  # the last for −1: missing
        lookup[present] = [code_of[values[code]] for code in present]
        found[positions] = lookup[codes]
    return Column(found, tuple(together))


def _used(codes: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """The codes that occur, missing apart."""
    seen = np.zeros(count + 1, dtype=np.bool_)
    seen[codes] = True
    return np.flatnonzero(seen[:count])


def _spread(pieces: Sequence[_Piece], read: Callable[[Partition], NDArray[np.int64]]) -> NDArray[np.int64]:
    found = np.empty(sum(len(piece.positions) for piece in pieces), dtype=np.int64)
    for piece in pieces:
        found[piece.positions] = np.asarray(read(piece.whole))[piece.rows]  # a plain array is indexed faster
    return found
