"""Partitions of persons: joined ids brought together, whatever bucket their events lie in.

The partitions of raw ids stay as they are; only buckets that gain or lose ids, or hold statements that were made by
hand, are put together anew, from rows of the raw partitions. Without joins nothing is copied.

A partition put together is named after what is in it - its own bucket, the ids that leave, and the stored rows of
those that come - so that one that an import or a join elsewhere does not touch is kept, in memory and on disk.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.events.identity import STATEMENTS, Identity
from parcours.events.schema import bucket_of
from parcours.timelines.build import Arrays
from parcours.timelines.gather import Rows, TraitLoader, gathered, partition_of
from parcours.timelines.partition import Partition

Shelf = Callable[[int, str, Callable[[], Arrays]], Arrays]
"""Gives the arrays of a bucket and fingerprint: those kept, else those made, which it keeps."""


@dataclass
class _Moves:
    """Of one bucket: positions of the ids that leave it, and (bucket, position, person) of those that come."""

    leaving: list[int] = field(default_factory=list)
    coming: list[tuple[int, int, str]] = field(default_factory=list)


def join(
    wholes: Sequence[Partition],
    identity: Identity,
    trait: TraitLoader,
    known: Mapping[str, Partition],
    shelf: Shelf = lambda _bucket, _fingerprint, make: make(),
    *,
    threads: int = 1,
) -> list[Partition]:
    """One partition a bucket, keyed by canonical id. ``known`` are partitions made before, by fingerprint."""
    moves = _moves(wholes, identity)

    def one(number: int) -> Partition:
        whole = wholes[number]
        if number not in moves and not set(whole.names) & set(STATEMENTS):
            return whole
        plan = _Plan(wholes, number, moves.get(number, _Moves()))
        kept = known.get(plan.fingerprint)
        return plan.partition(trait, shelf) if kept is None else kept

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(len(wholes))))


def _moves(wholes: Sequence[Partition], identity: Identity) -> dict[int, _Moves]:
    moves: dict[int, _Moves] = defaultdict(_Moves)
    keys = sorted(identity.canonical)
    persons = [identity.canonical[key] for key in keys]
    home = {person: bucket_of(person, len(wholes)) for person in set(persons)}
    joined = pa.array(keys, pa.string())
    for number, whole in enumerate(wholes if keys else ()):
        places = pc.index_in(whole.customers, value_set=joined).fill_null(-1).to_numpy(zero_copy_only=False)
        for position in np.flatnonzero(places >= 0).tolist():
            person = persons[places[position]]
            moves[number].leaving.append(position)
            moves[home[person]].coming.append((number, position, person))
    return dict(moves)


@dataclass(frozen=True)
class _Plan:
    """What one bucket is to hold: the rows of those who stay, then of those who come."""

    wholes: Sequence[Partition]
    number: int
    moves: _Moves

    @property
    def whole(self) -> Partition:
        return self.wholes[self.number]

    @cached_property
    def fingerprint(self) -> str:
        """Changes exactly when the rows do, or whom they belong to."""
        digest = hashlib.sha256(f"joined\n{self.number}\n{self.whole.fingerprint}\n".encode())
        gone = self.whole.customers.take(pa.array(self.moves.leaving, pa.int64())).to_pylist()
        digest.update(repr(gone).encode())
        by_source: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for other, position, person in self.moves.coming:
            by_source[other].append((position, person))
        for other, comers in sorted(by_source.items()):
            whole, positions = self.wholes[other], np.array([position for position, _ in comers])
            keys = whole.customers.take(pa.array(positions)).to_pylist()
            digest.update(repr([other, keys, [person for _, person in comers]]).encode())
            digest.update(whole.stored(_rows_of(whole, positions)[0]))
        return digest.hexdigest()[:24]

    def partition(self, trait: TraitLoader, shelf: Shelf) -> Partition:
        chosen, persons = self._chosen()
        arrays = shelf(
            self.number, self.fingerprint, lambda: gathered(self.wholes, chosen, persons, once=True)
        )
        return partition_of(
            self.wholes, chosen, arrays, bucket=self.number, fingerprint=self.fingerprint, trait=trait
        )

    def _chosen(self) -> tuple[Rows, list[str]]:
        staying = np.ones(self.whole.customer_count, dtype=np.bool_)
        staying[self.moves.leaving] = False
        stayers = np.flatnonzero(staying)
        keys = self.whole.customers.take(pa.array(stayers)).to_pylist()
        owners = [*keys, *(person for _, _, person in self.moves.coming)]
        persons = sorted(set(owners), key=str.encode)
        code_of = {person: code for code, person in enumerate(persons)}
        codes = np.array([code_of[owner] for owner in owners], dtype=np.int64)
        source = np.array([self.number] * len(stayers) + [other for other, _, _ in self.moves.coming])
        position = np.array([*stayers, *(position for _, position, _ in self.moves.coming)], dtype=np.int64)
        parts = []
        for other in np.unique(source).tolist():
            mine = source == other
            rows, lengths = _rows_of(self.wholes[other], position[mine])
            part = Rows(np.full(len(rows), other, np.int64), rows, np.repeat(codes[mine], lengths))
            parts.append(part.take(_told(self.wholes[other], rows)))
        return _together(parts), persons


def _rows_of(whole: Partition, positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of some customers, one after the other, and how many each has."""
    begins = np.asarray(whole.offsets[positions])
    lengths = np.asarray(whole.offsets[positions + 1]) - begins
    first = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(begins - first, lengths), lengths


def _told(whole: Partition, rows: NDArray[np.int64]) -> NDArray[np.intp]:
    """Places of the rows that are no statements about ids."""
    statements = [code for code, name in enumerate(whole.names) if name in STATEMENTS]
    return np.flatnonzero(~np.isin(whole.events[rows], statements))


def _together(parts: Sequence[Rows]) -> Rows:
    nothing = np.zeros(0, np.int64)
    return Rows(
        np.concatenate([nothing, *(part.source for part in parts)]),
        np.concatenate([nothing, *(part.rows for part in parts)]),
        np.concatenate([nothing, *(part.codes for part in parts)]),
    )
