"""Who is who: anonymous and known ids that belong to one person, from the events that say so.

Three events join ids, all in the log like any other:

* ``identify`` carries a known ``customer_id`` and an ``anonymous_id``: from now on, and for all that came before, they
  are one person;
* ``alias`` carries a ``customer_id`` and, in its property ``previous_id``, an id of the same person used before;
* ``identity_joined`` is the same statement made by hand: a ``customer_id`` with an ``anonymous_id`` or a
  ``previous_id``.

``identity_undone`` takes a join back by naming its event in the property ``join``; a later join, an event of its own,
joins again. Statements made by hand are about the data, not something that the customer did: timelines leave them
out, so that a join taken back leaves no trace in any measure.

Joined ids are the connected components of these pairs (union-find). The person's canonical id is the smallest, by its
UTF-8 bytes, of the ids that a join names as known, else of the other known ids, else of the anonymous ones: it depends
on the set of joins alone, not on the order in which they were met.

An id that was joined to more than ``limit`` known ids is shared - a till, a kiosk, a family tablet - and proves
nothing: all its joins are refused and listed, so that it cannot glue strangers together. When one of those who share
it is erased, ``identity_shared`` says that it is shared still: fewer known ids must not make one person of the others.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from parcours.events.schema import ANONYMOUS, customer_key

IDENTIFY, ALIAS = "identify", "alias"
JOINED, UNDONE, SHARED = "identity_joined", "identity_undone", "identity_shared"
IDENTITY_EVENTS: Final = (IDENTIFY, ALIAS, JOINED, UNDONE, SHARED)
STATEMENTS: Final = (JOINED, UNDONE, SHARED)  # about the data: no events of a timeline


class Join(NamedTuple):
    """One event that says two ids are one person; ``known`` and ``other`` are customer keys."""

    event_id: str
    known: str
    other: str
    at_us: int


@dataclass(frozen=True)
class SharedId:
    """An id that too many known ids were joined to: its joins are refused."""

    id: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class Identity:
    """Which ids are one person."""

    joins: tuple[Join, ...]  # in force, in the order of their event ids
    refused: tuple[SharedId, ...]
    canonical: Mapping[str, str]  # only ids that differ from their canonical id
    undone: tuple[Join, ...] = ()  # taken back, in the order of their event ids

    def of(self, key: str) -> str:
        """The canonical id of a customer key."""
        return self.canonical.get(key, key)

    def ids_of(self, key: str) -> tuple[str, ...]:
        """Every id of the same person, sorted, the canonical one included."""
        person = self.of(key)
        return self._groups.get(person, (person,))

    @cached_property
    def _groups(self) -> dict[str, tuple[str, ...]]:
        groups: dict[str, set[str]] = defaultdict(set)
        for key, person in self.canonical.items():
            groups[person] |= {key, person}
        return {person: tuple(sorted(keys, key=str.encode)) for person, keys in groups.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Changes exactly when any id's person does."""
        text = json.dumps(sorted(self.canonical.items()), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class IdentityEvent:
    """What an identity event says, as it stands in the log."""

    event_id: str
    event: str
    at_us: int
    customer_id: str | None
    anonymous_id: str | None
    properties: str | None


def resolve(events: Iterable[IdentityEvent], *, limit: int) -> Identity:
    """The identity that some events add up to, whatever their order."""
    joins: set[Join] = set()
    undone: set[str] = set()
    said_shared: set[str] = set()
    for event in events:
        properties = json.loads(event.properties) if event.properties else {}
        if event.event == UNDONE:
            undone.add(_text(properties.get("join")))
        elif event.event == SHARED:
            said_shared.add(customer_key(event.customer_id, event.anonymous_id))
        else:
            joins.update(_joins(event, properties))
    standing = sorted(join for join in joins if join.event_id not in undone)
    refused = _shared(standing, limit, said_shared)
    shared = {one.id for one in refused}
    kept = tuple(join for join in standing if join.other not in shared)
    taken_back = tuple(sorted(join for join in joins if join.event_id in undone))
    return Identity(kept, refused, _canonical(kept), taken_back)


def _joins(event: IdentityEvent, properties: Mapping[str, object]) -> Iterable[Join]:
    if not event.customer_id:
        return
    if event.anonymous_id:
        other = customer_key(None, event.anonymous_id)
        yield Join(event.event_id, event.customer_id, other, event.at_us)
    previous = "" if event.event == IDENTIFY else _text(properties.get("previous_id"))
    if not previous or previous == event.customer_id:
        return
    yield Join(event.event_id, event.customer_id, previous, event.at_us)
    if event.event == ALIAS:
        # collectors put known and anonymous ids there alike; an id that no event carries joins nothing
        yield Join(event.event_id, event.customer_id, customer_key(None, previous), event.at_us)


def _text(value: object) -> str:
    """A text as it is, a number as JSON writes it, nothing as the empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _shared(joins: Iterable[Join], limit: int, said: set[str]) -> tuple[SharedId, ...]:
    known: dict[str, set[str]] = defaultdict(set)
    for join in joins:
        known[join.other].add(join.known)
    shared = sorted(
        (key for key, names in known.items() if key in said or len(names) > limit), key=str.encode
    )
    return tuple(SharedId(key, tuple(sorted(known[key], key=str.encode))) for key in shared)


def _canonical(joins: Sequence[Join]) -> dict[str, str]:
    """The union-find: ids are numbered by rank, and a root is the smallest number of its set."""
    certain = {join.known for join in joins}
    others = {join.other for join in joins} - certain
    anonymous = {key for key in others if key.startswith(ANONYMOUS)}
    keys = [
        key for group in (certain, others - anonymous, anonymous) for key in sorted(group, key=str.encode)
    ]
    number = {key: place for place, key in enumerate(keys)}
    parent = list(range(len(keys)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for join in joins:
        one, other = root(number[join.known]), root(number[join.other])
        parent[max(one, other)] = min(one, other)
    return {key: keys[root(place)] for place, key in enumerate(keys) if parent[place] != place}
