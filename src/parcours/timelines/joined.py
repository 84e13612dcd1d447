"""Partitions of persons: joined ids brought together, whatever bucket their events lie in.

The partitions of raw ids stay as they are; only buckets that gain or lose ids are put together anew, from rows of the
raw partitions. Without joins nothing is copied.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.events.identity import Identity
from parcours.events.schema import bucket_of
from parcours.timelines.gather import Rows, TraitLoader, gather
from parcours.timelines.partition import Partition


def join(
    wholes: Sequence[Partition], identity: Identity, trait: TraitLoader, known: Mapping[str, Partition]
) -> list[Partition]:
    """One partition a bucket, keyed by canonical id. ``known`` are partitions made before, by fingerprint."""
    if not identity.canonical:
        return list(wholes)
    leaving, coming = _moves(wholes, identity)
    return [
        whole
        if not leaving[number] and not coming[number]
        else _rebuilt(wholes, number, leaving[number], coming[number], identity, trait, known)
        for number, whole in enumerate(wholes)
    ]


def _moves(
    wholes: Sequence[Partition], identity: Identity
) -> tuple[dict[int, list[int]], dict[int, list[tuple[int, int]]]]:
    """For each bucket, positions of ids that leave it for their person, and (bucket, position) of those that come."""
    leaving: dict[int, list[int]] = defaultdict(list)
    coming: dict[int, list[tuple[int, int]]] = defaultdict(list)
    joined = pa.array(sorted(identity.canonical), pa.string())
    for number, whole in enumerate(wholes):
        here = pc.is_in(whole.customers, value_set=joined).to_numpy(zero_copy_only=False)
        for position in np.flatnonzero(here):
            person = identity.of(whole.customers[int(position)].as_py())
            leaving[number].append(int(position))
            coming[bucket_of(person, len(wholes))].append((number, int(position)))
    return leaving, coming


def _rebuilt(
    wholes: Sequence[Partition],
    number: int,
    leaving: Sequence[int],
    coming: Sequence[tuple[int, int]],
    identity: Identity,
    trait: TraitLoader,
    known: Mapping[str, Partition],
) -> Partition:
    whole = wholes[number]
    staying = np.ones(whole.customer_count, dtype=np.bool_)
    staying[list(leaving)] = False
    stayers = whole.customers.filter(pa.array(staying)).to_pylist()
    newcomers = [wholes[other].customers[position].as_py() for other, position in coming]
    persons = sorted({*stayers, *(identity.of(key) for key in newcomers)}, key=str.encode)
    code_of = {person: code for code, person in enumerate(persons)}
    parts = [(number, int(position)) for position in np.flatnonzero(staying)] + list(coming)
    codes = [code_of[identity.of(key)] for key in (*stayers, *newcomers)]
    sources = sorted({other for other, _ in parts})
    content = "\n".join([identity.fingerprint, *(wholes[other].fingerprint for other in sources)])
    fingerprint = hashlib.sha256(f"{number}\n{content}".encode()).hexdigest()[:24]
    if fingerprint in known:
        return known[fingerprint]
    rows = _rows(wholes, parts, codes)
    return gather(wholes, rows, persons, bucket=number, fingerprint=fingerprint, trait=trait)


def _rows(wholes: Sequence[Partition], parts: Sequence[tuple[int, int]], codes: Sequence[int]) -> Rows:
    """The rows of some customers, each (bucket, position), with the code of the person they belong to."""
    begins = np.array([wholes[other].offsets[position] for other, position in parts], dtype=np.int64)
    ends = np.array([wholes[other].offsets[position + 1] for other, position in parts], dtype=np.int64)
    lengths = ends - begins
    first = np.cumsum(lengths) - lengths
    within = np.arange(int(lengths.sum())) - np.repeat(first, lengths)
    return Rows(
        source=np.repeat(np.array([other for other, _ in parts], dtype=np.int64), lengths),
        rows=np.repeat(begins, lengths) + within,
        codes=np.repeat(np.array(codes, dtype=np.int64), lengths),
    )
