"""The best way of one attempt whose steps are neighbours among all the unit's events."""

from __future__ import annotations

from parcours.measures.funnel.line import any_number, copy, fill, place_from
from parcours.measures.funnel.matching import match_step
from parcours.measures.funnel.rules import (
    AFTER,
    EXCLUSIONS,
    FIRST,
    HOLD,
    KEPT,
    LOWER,
    MATCHED,
    PLACE,
    PREVIOUS,
    SEEN_UNTIL,
    SETTING,
    STEP_COUNT,
    TIME,
    UNLIMITED,
    UPPER,
    WINDOW,
    WITHIN,
    Lines,
)
from parcours.timelines.kernel import kernel


@kernel
def strict_attempt(line: Lines, count: int, rules: Lines, start: int, work: Lines) -> tuple[int, bool, bool]:
    """The best way of one strict attempt.

    Events of its first instant that fill no step come before it, those of its last instant after it; at an instant
    between, every event must fill a step. So the number of steps at the first instant decides all others."""
    steps = rules[SETTING, STEP_COUNT]
    hold, origin = line[start, HOLD], line[start, TIME]
    reach, clean, alive, ends = 0, False, False, 0
    for at_first in range(1, steps + 1):
        fill(work, MATCHED, 0, -1)
        work[MATCHED, 0] = start
        work[PLACE, 0] = line[start, FIRST]
        done = any_number(1)
        while done < at_first and match_step(
            line, line[start, FIRST], line[start, AFTER], done, hold, 0, work
        ):
            work[PLACE, done] = line[start, FIRST]
            done += 1
        if done < at_first:
            break
        goes_on = True
        place = line[start, AFTER]
        while done < steps and place < count and goes_on:
            gap = line[place, TIME] - line[work[PLACE, done - 1], TIME]
            here, stop = 0, line[place, AFTER]
            if line[place, TIME] - origin <= rules[SETTING, WINDOW] and gap <= rules[WITHIN, done]:
                while (
                    done < steps
                    and here < stop - place
                    and match_step(line, place, stop, done, hold, any_number(0), work)
                ):
                    work[PLACE, done] = place
                    done += 1
                    here += 1
            goes_on = here == stop - place
            place = stop
        fine = _strict_is_clean(line, count, rules, start, done, work)
        end = line[work[PLACE, done - 1], TIME]
        if (
            done > reach
            or (done == reach and fine and not clean)
            or (done == reach and fine == clean and end <= ends)
        ):
            in_time = (
                done == steps
                or rules[WITHIN, done] == UNLIMITED
                or end + rules[WITHIN, done] >= rules[SETTING, SEEN_UNTIL]
            )
            reach, clean, alive, ends = done, fine, goes_on and in_time, end
            copy(work, PLACE, work, KEPT)
    copy(work, KEPT, work, PLACE)
    return reach, clean, alive


@kernel
def _strict_is_clean(line: Lines, count: int, rules: Lines, start: int, reach: int, work: Lines) -> bool:
    limit = place_from(line, count, line[start, TIME] + rules[SETTING, WINDOW] + 1)
    for exclusion in range(rules[SETTING, EXCLUSIONS]):
        after, before = rules[LOWER, exclusion], rules[UPPER, exclusion]
        if after < reach:
            last = line[
                work[PLACE, before] if before < reach else limit, rules[SETTING, PREVIOUS] + exclusion
            ]
            if last >= 0 and line[last, TIME] > line[work[PLACE, after], TIME]:
                return False
    return True
