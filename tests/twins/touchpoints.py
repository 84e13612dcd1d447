"""Touchpoints counted slowly, customer by customer, straight from their definitions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from parcours.measures.touchpoints import TouchpointRule
from twins.events import Event, by_customer
from twins.matching import selects


@dataclass
class Counted:
    """The figures of all customers together."""

    active: int = 0
    on_the_path: int = 0
    with_two: int = 0
    conforming: int = 0
    events: int = 0
    met: Counter[str] = field(default_factory=Counter)
    met_events: Counter[str] = field(default_factory=Counter)
    onwards: Counter[tuple[str, str]] = field(default_factory=Counter)
    otherwise: Counter[tuple[str, str]] = field(default_factory=Counter)
    channels: Counter[tuple[str, str]] = field(default_factory=Counter)
    offences: Counter[tuple[str, str]] = field(default_factory=Counter)
    unclaimed: Counter[str] = field(default_factory=Counter)


def count(
    events: Iterable[Event],
    rules: Sequence[TouchpointRule],
    profiles: dict[str, dict[str, str]],
    low_us: int,
    high_us: int,
) -> Counted:
    """Over the events of ``low_us`` ≤ time < ``high_us``."""
    found = Counted()
    for customer, theirs in by_customer(events).items():
        seen = [one for one in theirs if low_us <= one.timestamp_us < high_us]
        if seen:
            _add(found, seen, rules, profiles.get(customer, {}))
    return found


def _add(found: Counted, seen: list[Event], rules: Sequence[TouchpointRule], profile: dict[str, str]) -> None:
    order = [rule.id for rule in rules]
    proves = [
        [rule.id for rule in rules if any(selects(part, event, profile) for part in rule.events)]
        for event in seen
    ]
    found.active += 1
    found.events += len(seen)
    first: dict[str, int] = {}
    for event, points in zip(seen, proves, strict=True):
        if not points:
            found.unclaimed[event.event] += 1
        for point in points:
            found.met_events[point] += 1
            first.setdefault(point, event.timestamp_us)
    for point in order:
        channels = {
            str(event.properties.get("channel") or "")
            for event, points in zip(seen, proves, strict=True)
            if point in points
        }
        for channel in channels:
            found.channels[point, channel] += 1
    for point, when in first.items():
        found.met[point] += 1
        _next(found, point, when, seen, proves, order)
    path = sorted(first, key=lambda point: (first[point], order.index(point)))
    found.on_the_path += bool(path)
    found.with_two += len(path) > 1
    drawn_back = {(rule.id, name) for rule in rules for name in rule.next}
    wrong = [
        pair
        for pair in itertools.pairwise(path)
        if order.index(pair[1]) < order.index(pair[0]) and pair not in drawn_back
    ]
    found.conforming += len(path) > 1 and not wrong
    if wrong:
        found.offences[wrong[0]] += 1


def _next(
    found: Counted, point: str, when: int, seen: list[Event], proves: list[list[str]], order: list[str]
) -> None:
    """The touchpoint met next after the first meeting, else the next event at a later instant."""
    later = [
        (event.timestamp_us, order.index(other), other)
        for event, points in zip(seen, proves, strict=True)
        for other in points
        if other != point
        and (
            event.timestamp_us > when
            or (event.timestamp_us == when and order.index(other) > order.index(point))
        )
    ]
    if later:
        found.onwards[point, min(later)[2]] += 1
        return
    after = [event.event for event in seen if event.timestamp_us > when]
    found.otherwise[point, after[0] if after else ""] += 1
