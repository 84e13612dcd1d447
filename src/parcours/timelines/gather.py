"""A partition put together from rows of others: for joined ids and for units other than the customer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.timelines.partition import Column, Loader, Partition

TraitLoader = Callable[[str, pa.Array], Column]


@dataclass(frozen=True)
class Rows:
    """Chosen rows: ``rows[i]`` of partition ``source[i]`` belongs to unit ``codes[i]``."""

    source: NDArray[np.int64]
    rows: NDArray[np.int64]
    codes: NDArray[np.int64]

    def take(self, positions: NDArray[np.intp]) -> Rows:
        return Rows(self.source[positions], self.rows[positions], self.codes[positions])


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
    times = _taken([whole.timestamps for whole in wholes], chosen)
    order = np.lexsort((times, chosen.codes))
    chosen, times = chosen.take(order), times[order]
    chosen = _settle_ties(wholes, chosen, times)
    present, counts = np.unique(chosen.codes, return_counts=True)
    customers = pa.array([units[code] for code in present], pa.string())
    names = sorted({name for whole in wholes for name in whole.names}, key=str.encode)
    return Partition(
        bucket=bucket,
        fingerprint=fingerprint,
        customers=customers,
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        timestamps=times,
        events=_column([Column(whole.events, whole.names) for whole in wholes], chosen, names).codes,
        names=tuple(names),
        loader=_loader(wholes, chosen, customers, trait),
    )


def _settle_ties(wholes: Sequence[Partition], chosen: Rows, times: NDArray[np.int64]) -> Rows:
    """Order what came from several partitions at one instant by event id, as everywhere."""
    same = (chosen.codes[1:] == chosen.codes[:-1]) & (times[1:] == times[:-1])
    if not same.any():
        return chosen
    tied = np.zeros(len(times), dtype=np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    positions = np.flatnonzero(tied)
    ids = np.empty(len(positions), dtype=object)
    for number in np.unique(chosen.source[positions]):
        mine = chosen.source[positions] == number
        ids[mine] = wholes[int(number)].event_ids(chosen.rows[positions[mine]])
    ranks = np.unique(ids.astype(str), return_inverse=True)[1] if len(ids) else np.zeros(0, np.int64)
    settled = np.lexsort((ranks, times[positions], chosen.codes[positions]))
    order = np.arange(len(times))
    order[positions] = positions[settled]
    return chosen.take(order)


def _loader(wholes: Sequence[Partition], chosen: Rows, customers: pa.Array, trait: TraitLoader) -> Loader:
    def column(name: str) -> Column:
        columns = [whole.column(name) for whole in wholes]
        return _column(columns, chosen, sorted({value for one in columns for value in one.values}))

    def value_minor() -> NDArray[np.int64]:
        return _taken([whole.value_minor() for whole in wholes], chosen)

    def properties(wanted: Sequence[int]) -> list[str | None]:
        return [wholes[chosen.source[row]].properties([int(chosen.rows[row])])[0] for row in wanted]

    def event_ids(wanted: NDArray[np.int64]) -> list[str]:
        return [wholes[chosen.source[row]].event_ids(chosen.rows[[row]])[0] for row in wanted]

    return Loader(column, lambda name: trait(name, customers), value_minor, properties, event_ids)


def _column(columns: Sequence[Column], chosen: Rows, values: Sequence[str]) -> Column:
    """One column from several, recoded into ``values``."""
    code_of = {value: code for code, value in enumerate(values)}
    recoded = [
        np.array([*(code_of[value] for value in column.values), -1], dtype=np.int32)[column.codes]
        for column in columns
    ]
    return Column(_taken(recoded, chosen).astype(np.int32), tuple(values))


def _taken(arrays: Sequence[NDArray[Any]], chosen: Rows) -> NDArray[np.int64]:
    taken = np.zeros(len(chosen.rows), dtype=np.int64)
    for number in np.unique(chosen.source):
        mine = chosen.source == number
        taken[mine] = arrays[int(number)][chosen.rows[mine]]
    return taken
