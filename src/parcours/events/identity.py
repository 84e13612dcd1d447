"""Who is who: anonymous and known ids that belong to one person, from the events that say so.

Two events join ids, both in the log like any other:

* ``identify`` carries a known ``customer_id`` and an ``anonymous_id``: from now on, and for all that came before, they are
  one person;
* ``alias`` carries a ``customer_id`` and, in its property ``previous_id``, an id of the same person used before.

Joined ids are the connected components of these pairs (union-find). The person's canonical id is the smallest known id
by its UTF-8 bytes, or the smallest anonymous one where none is known: it depends on the set of ids alone, not on the
order in which they were met. ``identity_undone`` takes a join back by naming its event in the property ``join``.

An anonymous id (or an alias's previous id) that was joined to more than ``limit`` known ids is shared - a till, a kiosk,
a family tablet - and proves nothing: all its joins are refused and listed, so that it cannot glue strangers together.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from parcours.events.schema import ANONYMOUS, customer_key

IDENTIFY, ALIAS, UNDONE = "identify", "alias", "identity_undone"
IDENTITY_EVENTS = (IDENTIFY, ALIAS, UNDONE)


@dataclass(frozen=True, order=True)
class Join:
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
    joins: dict[str, list[Join]] = {}
    undone: set[str] = set()
    for event in events:
        properties = json.loads(event.properties) if event.properties else {}
        if event.event == UNDONE:
            undone.add(str(properties.get("join", "")))
        else:
            joins[event.event_id] = list(_joins(event, properties))
    standing = sorted(join for event_id, made in joins.items() if event_id not in undone for join in made)
    refused = _shared(standing, limit)
    shared = {one.id for one in refused}
    kept = tuple(join for join in standing if join.other not in shared)
    return Identity(kept, refused, _canonical(kept))


def _joins(event: IdentityEvent, properties: Mapping[str, object]) -> Iterable[Join]:
    if not event.customer_id:
        return
    if event.anonymous_id:
        other = customer_key(None, event.anonymous_id)
        yield Join(event.event_id, event.customer_id, other, event.at_us)
    previous = properties.get("previous_id") if event.event == ALIAS else None
    if previous is not None and str(previous) != event.customer_id:
        # collectors put known and anonymous ids there alike; an id that no event carries joins nothing
        for other in (str(previous), customer_key(None, str(previous))):
            yield Join(event.event_id, event.customer_id, other, event.at_us)


def _shared(joins: Iterable[Join], limit: int) -> tuple[SharedId, ...]:
    known: dict[str, set[str]] = defaultdict(set)
    for join in joins:
        known[join.other].add(join.known)
    return tuple(
        SharedId(key, tuple(sorted(names))) for key, names in sorted(known.items()) if len(names) > limit
    )


def _canonical(joins: Iterable[Join]) -> dict[str, str]:
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for join in joins:
        one, other = root(join.known), root(join.other)
        if one != other:
            first, second = sorted((one, other), key=_rank)
            parent[second] = first
    return {key: person for key in sorted(parent) if (person := root(key)) != key}


def _rank(key: str) -> tuple[bool, bytes]:
    """Known ids before anonymous ones, then by bytes."""
    return key.startswith(ANONYMOUS), key.encode()
