"""Funnels by brute force: every way to fill the steps of every attempt is written down, then the best is taken.

Written from the definitions alone. A *way* gives each step one event or none. Only for tiny logs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, permutations
from typing import Any

from parcours.measures.funnel import Query, Step
from twins.events import Event, by_customer
from twins.growth import Unit, period_of
from twins.matching import Traits, as_text, holds, selects

Way = tuple[int | None, ...]  # for each step the place of its event among the unit's; None: not filled


@dataclass(frozen=True)
class Attempt:
    """The attempt that stands for a unit, a period of it, or one of its entries."""

    unit: str
    reach: int  # the number of the furthest required step, from 1
    void: bool
    open_: bool
    events: tuple[Event | None, ...]


@dataclass(frozen=True)
class Tried:
    """One attempt: its best way."""

    way: Way
    reach: int
    voided_us: int | None
    may_go_on: bool


def attempts(
    events: Iterable[Event],
    query: Query,
    low_us: int,
    high_us: int,
    profiles: dict[str, Traits] | None = None,
    *,
    periods: bool = False,
) -> list[Attempt]:
    """Every attempt that counts, by unit and then in time order. The range is ``low_us`` ≤ time < ``high_us``.

    With ``periods`` one for each local day, week or month in which the unit had a first step.
    """
    found: list[Attempt] = []
    for unit, theirs in by_customer(events).items():
        found += _Unit(unit, theirs, query, low_us, high_us, (profiles or {}).get(unit, {})).all(periods)
    return found


def attempts_by_value(
    events: Sequence[Event], query: Query, low_us: int, high_us: int, name: str, profiles: dict[str, Traits]
) -> dict[str, list[Attempt]]:
    """Each value of a property as a funnel of its own: other events are looked at only for first times."""
    values = {text_of(event, name) for event in events}
    found: dict[str, list[Attempt]] = {}
    for value in values:
        found[value] = []
        for unit, theirs in by_customer(events).items():
            whole = _Unit(unit, theirs, query, low_us, high_us, profiles.get(unit, {}))
            whole.keep([place for place, event in enumerate(whole.seen) if text_of(event, name) == value])
            found[value] += whole.all(periods=False)
    return found


def text_of(event: Event, name: str) -> str:
    """A property's value as text, "" when missing."""
    value = event.properties.get(name)
    return "" if value is None else as_text(value)


class _Unit:
    """One unit's events in the range, and which steps and exclusions each can be."""

    def __init__(
        self, unit: str, history: list[Event], query: Query, low_us: int, high_us: int, traits: Traits
    ) -> None:
        self.unit, self.query, self.high_us = unit, query, high_us
        self.full = max(number for number, step in enumerate(query.steps, 1) if not step.optional)
        self.seen = [
            event
            for event in history
            if low_us <= event.timestamp_us < high_us
            and (query.where is None or holds(query.where, event, traits))
        ]
        self.fills = [
            [_fills(step, event, history, query, traits) for step in query.steps] for event in self.seen
        ]
        self.forbids = [[selects(one, event, traits) for one in query.exclude] for event in self.seen]

    def keep(self, places: list[int]) -> None:
        self.seen = [self.seen[place] for place in places]
        self.fills = [self.fills[place] for place in places]
        self.forbids = [self.forbids[place] for place in places]

    def us(self, place: int) -> int:
        return self.seen[place].timestamp_us

    # -- entries: which attempts compete with each other --

    def all(self, periods: bool) -> list[Attempt]:
        starts = [place for place in range(len(self.seen)) if self._opens(place)]
        if self.query.count == "totals":
            return self._totals(starts)
        rivals: dict[date | None, list[int]] = defaultdict(list)
        for place in starts:
            query = self.query
            key = period_of(self.us(place), query.zone, _unit(query), query.week_start) if periods else None
            rivals[key].append(place)
        return [self._best(self._rivals(ones))[0] for ones in rivals.values()]

    def _rivals(self, starts: list[int]) -> list[int]:
        if self.query.entry == "best":
            return starts
        return [place for place in starts if self.us(place) == self.us(starts[0])]

    def _totals(self, starts: list[int]) -> list[Attempt]:
        found: list[Attempt] = []
        while starts:
            ends = self.us(starts[0]) + self.query.window.us
            attempt, over_us = self._best(self._rivals([place for place in starts if self.us(place) <= ends]))
            found.append(attempt)
            starts = [place for place in starts if self.us(place) > over_us]
        return found

    def _opens(self, place: int) -> bool:
        if any(self.seen[place].properties.get(name) is None for name in self.query.hold):
            return False
        return any(self.fills[place]) if self.query.order == "unordered" else self.fills[place][0]

    def _best(self, starts: list[int]) -> tuple[Attempt, int]:
        """The attempt that counts, and when it is over."""
        tried = {start: self._try(start) for start in starts}
        start = min(
            starts,
            key=lambda one: (
                -tried[one].reach,
                tried[one].voided_us is not None,
                self._end(tried[one]),
                -self.us(one),
                one,
            ),
        )
        best = tried[start]
        converted = best.reach == self.full and best.voided_us is None
        open_ = not converted and any(
            one.voided_us is None
            and one.reach < self.full
            and one.may_go_on
            and self.us(first) + self.query.window.us >= self.high_us
            for first, one in tried.items()
        )
        over_us = self._end(best) if converted else self.us(start) + self.query.window.us
        if best.voided_us is not None:
            over_us = best.voided_us
        way = best.way if best.voided_us is None else (start, *(None for _ in best.way[1:]))
        filled = tuple(None if place is None else self.seen[place] for place in way)
        return Attempt(self.unit, best.reach, best.voided_us is not None, open_, filled), over_us

    def _end(self, tried: Tried) -> int:
        place = tried.way[tried.reach - 1]
        assert place is not None
        return self.us(place)

    # -- the best way of one attempt --

    def _try(self, start: int) -> Tried:
        if self.query.order == "unordered":
            return self._try_unordered(start)
        ways = [way for way in self._ways(start, optional=False) if self._allowed(way)]
        reach = max(self._reach(way) for way in ways)
        furthest = [way for way in ways if self._reach(way) == reach]
        clean = [way for way in furthest if self._voided_us(way, reach) is None]
        best = min(clean or furthest, key=lambda way: self._rank(way, reach))
        if not clean:
            return Tried(best, reach, self._voided_us(best, reach), may_go_on=False)
        filled = [
            way
            for way in self._ways(start, optional=True)
            if self._allowed(way)
            and self._reach(way) == reach
            and self._voided_us(way, reach) is None
            and self._us(way, reach - 1) == self._us(best, reach - 1)
        ]
        return Tried(
            min(filled, key=lambda way: self._rank(way, reach)), reach, None, self._may_go_on(best, reach)
        )

    def _ways(self, start: int, *, optional: bool) -> Iterator[Way]:
        """Ways of an attempt, of any length: each event once, times not falling, the held properties equal."""
        steps = self.query.steps

        def extend(way: Way) -> Iterator[Way]:
            step = len(way)
            if step == len(steps):
                yield way
                return
            if steps[step].optional:
                yield from extend((*way, None))
                if not optional:
                    return
            else:
                yield (*way, *(None for _ in steps[step:]))
            last = next(place for place in reversed(way) if place is not None)
            for place in range(len(self.seen)):
                if (
                    place not in way
                    and self.fills[place][step]
                    and self._held(place) == self._held(start)
                    and self.us(place) >= self.us(last)
                ):
                    yield from extend((*way, place))

        yield from extend((start,))

    def _held(self, place: int) -> tuple[str, ...] | None:
        values = [self.seen[place].properties.get(name) for name in self.query.hold]
        return None if any(value is None for value in values) else tuple(as_text(value) for value in values)

    def _reach(self, way: Way) -> int:
        return max(
            number
            for number, (place, step) in enumerate(zip(way, self.query.steps, strict=True), 1)
            if place is not None and not step.optional
        )

    def _us(self, way: Way, step: int) -> int:
        place = way[step]
        assert place is not None
        return self.us(place)

    def _allowed(self, way: Way) -> bool:
        """Windows, and neighbours when strict."""
        filled = [place for place in way if place is not None]
        first, last = self.us(filled[0]), self.us(filled[-1])
        if last - first > self.query.window.us:
            return False
        for step, place in enumerate(way):
            within = self.query.steps[step].within
            if place is not None and within is not None:
                before = max(one for one in range(step) if not self.query.steps[one].optional)
                if self.us(place) - self._us(way, before) > within.us:
                    return False
        if self.query.order == "strict":
            return not any(
                first < event.timestamp_us < last
                for place, event in enumerate(self.seen)
                if place not in filled
            )
        return True

    def _voided_us(self, way: Way, reach: int) -> int | None:
        """The first forbidden event strictly between the steps; to the window's end when the later was not reached."""
        times: list[int] = []
        for number, (after, before) in enumerate(self.query.bounds_of_exclusions):
            if after >= reach:
                continue
            begin = self._us(way, after)
            end = self._us(way, before) if before < reach else self._us(way, 0) + self.query.window.us + 1
            times += [
                event.timestamp_us
                for place, event in enumerate(self.seen)
                if self.forbids[place][number] and begin < event.timestamp_us < end
            ]
        return min(times, default=None)

    def _rank(self, way: Way, reach: int) -> tuple[Any, ...]:
        filled = [place for place in way if place is not None]
        return (
            self._us(way, reach - 1),
            [place is None for place in way],
            [self.us(place) for place in filled],
            filled,
        )

    def _may_go_on(self, way: Way, reach: int) -> bool:
        """Whether what comes after the range could still be the next step."""
        following = [step for step in self.query.steps[reach:] if not step.optional]
        if not following:
            return False
        within = following[0].within
        if within is not None and self._us(way, reach - 1) + within.us < self.high_us:
            return False
        if self.query.order == "strict":
            return all(
                event.timestamp_us <= self._us(way, 0)
                for place, event in enumerate(self.seen)
                if place not in way
            )
        return True

    # -- any order --

    def _try_unordered(self, start: int) -> Tried:
        steps = len(self.query.steps)
        window = self.query.window.us
        others = [
            place
            for place in range(len(self.seen))
            if place != start
            and any(self.fills[place])
            and self._held(place) == self._held(start)
            and self.us(start) <= self.us(place) <= self.us(start) + window
        ]
        for reach in range(min(steps, len(others) + 1), 0, -1):
            sets = [
                (start, *chosen) for chosen in combinations(others, reach - 1) if self._fits((start, *chosen))
            ]
            if sets:
                break
        best = min(sets, key=lambda chosen: ([self.us(place) for place in chosen], chosen))
        end = self.us(best[-1]) if reach == steps else self.us(start) + window + 1
        times = [
            event.timestamp_us
            for place, event in enumerate(self.seen)
            if any(self.forbids[place]) and self.us(start) < event.timestamp_us < end
        ]
        way = (*best, *(None for _ in range(steps - reach)))
        return Tried(way, reach, min(times, default=None), may_go_on=True)

    def _fits(self, chosen: tuple[int, ...]) -> bool:
        """Whether each event can do a step of its own."""
        return any(
            all(self.fills[place][step] for place, step in zip(chosen, steps, strict=True))
            for steps in permutations(range(len(self.query.steps)), len(chosen))
        )


def _fills(step: Step, event: Event, history: list[Event], query: Query, traits: Traits) -> bool:
    """Whether an event can fill a step, its first time included."""
    if not selects(step, event, traits) or step.first_time is None:
        return selects(step, event, traits)

    def among(other: Event) -> bool:
        if step.first_time == "ever":
            return "*" in step.event or other.event in step.event
        return selects(step, other, traits) and (query.where is None or holds(query.where, other, traits))

    rivals = [other for other in history if among(other)]
    if not rivals:  # the event itself fails the question's filter
        return False
    first_us = min(other.timestamp_us for other in rivals)
    passing = [other for other in rivals if other.timestamp_us == first_us and selects(step, other, traits)]
    return bool(passing) and passing[0] == event


def _unit(query: Query) -> Unit:
    if query.unit == "week":
        return "week"
    return "month" if query.unit == "month" else "day"


def next_event(attempt: Attempt, seen: Sequence[Event]) -> str:
    """Name of the unit's first event after the instant of the furthest step; "" for none."""
    furthest = attempt.events[attempt.reach - 1]
    assert furthest is not None
    later = [event for event in seen if event.timestamp_us > furthest.timestamp_us]
    return min(later, key=lambda event: (event.timestamp_us, event.event_id)).event if later else ""


def counted(found: Iterable[Attempt]) -> Counter[int]:
    """How many attempts filled each step, from 1."""
    return Counter(
        step for one in found if not one.void for step, event in enumerate(one.events, 1) if event is not None
    )
