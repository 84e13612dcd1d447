"""Who is who, read slowly: statements one by one, groups merged as sets until nothing changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from parcours.events.identity import IdentityEvent

ANONYMOUS = "anonymous:"


def pairs_of(event: IdentityEvent) -> list[tuple[str, str]]:
    """The (known, other) ids that one event says are one person."""
    held: dict[str, Any] = json.loads(event.properties) if event.properties else {}
    if event.event in ("identity_undone", "identity_shared") or not event.customer_id:
        return []
    pairs = []
    if event.anonymous_id:
        pairs.append((event.customer_id, ANONYMOUS + event.anonymous_id))
    previous = held.get("previous_id")
    if event.event in ("alias", "identity_joined") and previous and previous != event.customer_id:
        pairs.append((event.customer_id, previous))
        if event.event == "alias":
            pairs.append((event.customer_id, ANONYMOUS + previous))
    return pairs


def standing_pairs(events: Sequence[IdentityEvent], limit: int) -> tuple[list[tuple[str, str]], set[str]]:
    """Pairs that nobody took back and that hang on no shared id, and the shared ids."""
    undone = {
        json.loads(event.properties or "{}").get("join")
        for event in events
        if event.event == "identity_undone"
    }
    pairs = [pair for event in events if event.event_id not in undone for pair in pairs_of(event)]
    said = {
        event.customer_id or f"{ANONYMOUS}{event.anonymous_id}"
        for event in events
        if event.event == "identity_shared"
    }
    shared = {
        other
        for _, other in pairs
        if other in said or len({known for known, one in pairs if one == other}) > limit
    }
    return [pair for pair in pairs if pair[1] not in shared], shared


def persons(events: Sequence[IdentityEvent], limit: int) -> dict[str, str]:
    """The canonical id of every id that is joined to another one and is not canonical itself."""
    pairs, _ = standing_pairs(events, limit)
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touched]
        groups.append(set(pair).union(*touched))
    named_known = {known for known, _ in pairs}
    found: dict[str, str] = {}
    for group in groups:
        best = min(group & named_known, key=str.encode)
        found |= {key: best for key in group if key != best}
    return found
