"""What the twins read: plain events, in the order they are walked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One row of the log. ``properties`` holds every property by name, ``value`` in major units too."""

    customer: str
    timestamp_us: int
    event: str
    properties: dict[str, Any] = field(default_factory=dict)
    event_id: str = ""


def by_customer(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Each customer's events in order of time and, at equal times, of event id."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda one: (one.timestamp_us, one.event_id)):
        found[event.customer].append(event)
    return {customer: found[customer] for customer in sorted(found)}


def by_instant(events: list[Event]) -> list[list[int]]:
    """Places of one customer's events, those of one instant together."""
    instants: list[list[int]] = []
    for place, event in enumerate(events):
        if instants and events[instants[-1][0]].timestamp_us == event.timestamp_us:
            instants[-1].append(place)
        else:
            instants.append([place])
    return instants
