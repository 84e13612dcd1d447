"""The slow twin of pattern matching: every choice of events, judged by the definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from parcours.timelines.patterns import Pattern

Happened = tuple[int, str]  # time in µs, event name


def matched(events: Sequence[Happened], pattern: Pattern, as_of_us: int) -> tuple[int, int | None]:
    """How many matches without overlap, and when the first is complete."""
    count, first, last = 0, None, None
    for end, start in sorted(
        (events[chosen[-1]][0], events[chosen[0]][0]) for chosen in _all(events, pattern, as_of_us)
    ):
        if last is None or start > last:
            count, last = count + 1, end
            first = end if first is None else first
    return count, first


def completing(events: Sequence[Happened], pattern: Pattern, as_of_us: int) -> set[tuple[int, str]]:
    """(time, name) of events that match the last step at an instant at which a match is complete."""
    instants = {events[chosen[-1]][0] for chosen in _all(events, pattern, as_of_us)}
    last = pattern.steps[-1].event
    return {(time, name) for time, name in events if time in instants and ("*" in last or name in last)}


def _all(events: Sequence[Happened], pattern: Pattern, as_of_us: int) -> Iterator[tuple[int, ...]]:
    seen = [number for number, (time, _) in enumerate(events) if time <= as_of_us]
    for chosen in permutations(seen, len(pattern.steps)):
        if _steps_hold(events, pattern, chosen) and _absences_hold(events, pattern, chosen, as_of_us):
            yield chosen


def _steps_hold(events: Sequence[Happened], pattern: Pattern, chosen: tuple[int, ...]) -> bool:
    for number, step in enumerate(pattern.steps):
        time, name = events[chosen[number]]
        if "*" not in step.event and name not in step.event:
            return False
        gap = time - events[chosen[number - 1]][0] if number else 0
        if gap < 0 or (step.within and gap > step.within.us) or (step.after and gap < step.after.us):
            return False
    return True


def _absences_hold(
    events: Sequence[Happened], pattern: Pattern, chosen: tuple[int, ...], as_of_us: int
) -> bool:
    for number, absence in enumerate(pattern.absences):
        if absence is None:
            continue
        begin = events[chosen[number]][0]
        forbidden = [time for time, name in events if name in absence.no.event and begin < time <= as_of_us]
        if absence.within is not None:
            end = begin + absence.within.us
            if as_of_us < end or any(time <= end for time in forbidden):
                return False
        elif number + 1 < len(chosen):
            if any(time < events[chosen[number + 1]][0] for time in forbidden):
                return False
        elif forbidden:
            return False
    return True
