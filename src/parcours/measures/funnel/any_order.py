"""One attempt whose steps come in any order: what counts is how many were done."""

from __future__ import annotations

from parcours.measures.funnel.line import fill, next_event, place_from
from parcours.measures.funnel.matching import match_event
from parcours.measures.funnel.rules import (
    BITS,
    EXCLUSIONS,
    FIRST,
    HOLD,
    MATCHED,
    OVERLAP,
    PLACE,
    PREVIOUS,
    SETTING,
    STEP_COUNT,
    TIME,
    WINDOW,
    Lines,
)
from parcours.timelines.kernel import kernel


@kernel
def unordered_attempt(
    line: Lines, count: int, rules: Lines, start: int, work: Lines
) -> tuple[int, bool, bool]:
    """One attempt in any order: place n is the event at which n + 1 of the steps were done."""
    steps = rules[SETTING, STEP_COUNT]
    origin = line[start, TIME]
    limit = place_from(line, count, origin + rules[SETTING, WINDOW] + 1)
    if rules[SETTING, OVERLAP]:
        reach = _matched_in_any_order(line, start, limit, steps, work)
    else:
        reach = _first_in_any_order(line, count, start, limit, steps, work)
    until = line[work[PLACE, reach - 1], FIRST] if reach == steps else limit
    for exclusion in range(rules[SETTING, EXCLUSIONS]):
        last = line[until, rules[SETTING, PREVIOUS] + exclusion]
        if last >= 0 and line[last, TIME] > origin:
            return reach, False, False
    return reach, True, True


@kernel
def _first_in_any_order(line: Lines, count: int, start: int, limit: int, steps: int, work: Lines) -> int:
    """The first event of each step, in time order, when no event can fill two."""
    work[PLACE, 0] = start
    reach = 1
    for step in range(steps):
        if (line[start, BITS] >> step) & 1:
            continue
        event = next_event(line, count, step, line[start, FIRST], line[start, HOLD])
        if event >= limit:
            continue
        position = reach
        while position > 1 and work[PLACE, position - 1] > event:
            work[PLACE, position] = work[PLACE, position - 1]
            position -= 1
        work[PLACE, position] = event
        reach += 1
    return reach


@kernel
def _matched_in_any_order(line: Lines, start: int, limit: int, steps: int, work: Lines) -> int:
    """Each event that lets one more step be done, in time order, beginning with the start."""
    fill(work, MATCHED, 0, -1)
    reach = 0
    event = start
    following = line[start, FIRST]
    while reach < steps:
        if line[event, HOLD] == line[start, HOLD] and match_event(line, event, steps, work):
            work[PLACE, reach] = event
            reach += 1
        if following == start:
            following += 1
        if following >= limit:
            break
        event = following
        following += 1
    return reach
