"""Funnels of every kind, unit by unit and attempt by attempt: slower than the plain pass, and complete.

An *attempt* is opened by one event. Of all ways to fill its steps one is meant: the furthest, then one that no
exclusion voids, then the one that ends earliest, each step as early as that allows. Such a way exists: if two ways
of one attempt keep the order, the windows and the exclusions, then so does the way that takes the earlier instant
of both at each step. It is found from below: every step is put at its earliest instant, and where a rule is broken
the step that must come later is moved to the first instant that could mend it, until nothing is broken.

Instants are named by the place of their first event in the unit's timeline. Of the events at one instant each fills
one step: where an event can fill several, the steps at an instant are matched to events by augmenting paths.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel_query import MOST_STEPS
from parcours.timelines.kernel import kernel

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Lines = NDArray[np.int64]  # two axes

ORDERED: Final = 0
STRICT: Final = 1
UNORDERED: Final = 2
UNLIMITED: Final = np.iinfo(np.int64).max
STEPS: Final = (1 << MOST_STEPS) - 1

# The rows of ``rules``: what the question says, in numbers; steps are numbered from 0. (Kernels take few arrays, as
# each is passed on at every call.)
SETTING: Final = 0  # the columns of this row are the settings below
WITHIN: Final = 1  # by step: at most so long after the required step before it; UNLIMITED
REQUIRED: Final = 2  # by step: 0 when it is optional
BEFORE: Final = 3  # by step: the required step before it
LOWER: Final = 4  # by exclusion: the step it begins after
UPPER: Final = 5  # by exclusion: the step it ends before
RULE_ROWS: Final = 6

ORDER: Final = 0
FIRST_ONLY: Final = 1
TOTALS: Final = 2
OVERLAP: Final = 3  # an event may fill more than one step
WINDOW: Final = 4
SEEN_UNTIL: Final = 5  # the first instant that was not seen
STEP_COUNT: Final = 6
LAST_REQUIRED: Final = 7
EXCLUSIONS: Final = 8
PREVIOUS: Final = 9  # the first column of ``line`` that tells of exclusions
SETTINGS: Final = 10

# The columns of ``line``: the events of one unit that matter, a row each; filled anew for each unit.
TIME: Final = 0
BITS: Final = 1
HOLD: Final = 2
ROW: Final = 3  # of the partition
FIRST: Final = 4  # place of the first event of the same instant
AFTER: Final = 5  # place after the last event of the same instant
FOLLOWING: Final = (
    6  # and the next ones, by step: the first event from here on that can fill it; the count: none
)
# then, by exclusion, the last event before here that is forbidden; −1: none

# The rows of ``work``, by step: what is thought of at present.
ACTIVE: Final = 0  # to be filled
PLACE: Final = 1  # the instant it is filled at (unordered: the event)
FLOOR: Final = 2  # no earlier than this
MATCHED: Final = 3  # the event that fills it; −1: none yet
PARENT: Final = 4
QUEUE: Final = 5
BEST: Final = 6  # places of the best attempt so far
KEPT: Final = 7  # places of the best way of a strict attempt so far
WORK_ROWS: Final = 8

# The columns of ``found``, a row an attempt.
UNIT: Final = 0
REACH: Final = 1  # the number of the furthest required step, from 1
VOID: Final = 2
OPEN: Final = 3  # not converted, and could be when more is seen
FOUND_COLUMNS: Final = 4


@kernel
def search_attempts(
    units: Longs, offsets: Longs, times: Longs,
    events: Ints, bits_by_name: Ints, bits_by_row: Ints, hold: Ints, bounds: Longs,
    rules: Lines, line: Lines, work: Lines, found: Ints, rows: Ints,
) -> int:  # fmt: skip
    """Fill ``found`` and ``rows`` (the event that fills each step, −1: none) for some units, given by their places;
    returns how many attempts there are.

    ``bounds`` are those of calendar periods, each with an attempt of its own; empty: the whole range is one."""
    number = 0
    for unit in units:
        count = _gather(
            offsets[unit], offsets[unit + 1], times, events, bits_by_name, bits_by_row, hold, rules, line
        )
        low = _next_start(line, 0, count, rules)
        while low < count:
            high, following = _rivals(line, count, rules, bounds, low)
            reach, start, clean, is_open = _choose(line, count, rules, low, high, work)
            work[PLACE, :] = work[BEST, :]
            if rules[SETTING, TOTALS]:
                over = _over(line, count, rules, start, reach, clean, work)
                following = _from(line, count, over + 1)
            found[number, UNIT] = unit
            found[number, REACH] = reach
            found[number, VOID] = not clean
            found[number, OPEN] = is_open
            rows[number] = -1
            rows[number, 0] = line[start, ROW]
            if clean:
                _fill_rows(line, count, rules, start, reach, work, rows[number])
            number += 1
            low = _next_start(line, following, count, rules)
    return number


@kernel
def _rivals(line: Lines, count: int, rules: Lines, bounds: Longs, low: int) -> tuple[int, int]:
    """The attempts that compete with the one that opens at ``low`` end before the first place; the next that do not
    begin at the second.
    """
    high = count
    if len(bounds):
        period = np.searchsorted(bounds, line[low, TIME], side="right")
        high = _from(line, count, bounds[period])
    following = high
    if rules[SETTING, FIRST_ONLY]:
        high = min(high, line[low, AFTER])
    elif rules[SETTING, TOTALS]:
        high = _from(line, count, line[low, TIME] + rules[SETTING, WINDOW] + 1)
    return high, following


@kernel
def _gather(
    begin: int, end: int, times: Longs, events: Ints, bits_by_name: Ints, bits_by_row: Ints, hold: Ints,
    rules: Lines, line: Lines,
) -> int:  # fmt: skip
    """Take over the events of one unit that matter; returns how many."""
    count = 0
    starts = False
    for row in range(begin, end):
        mark = bits_by_name[events[row]]
        if len(bits_by_row):
            mark |= bits_by_row[row]
        value = 0
        if len(hold):
            value = hold[row]
            if value < 0:
                mark &= ~STEPS
        if mark == 0 and rules[SETTING, ORDER] != STRICT:
            continue
        starts = starts or (mark & (STEPS if rules[SETTING, ORDER] == UNORDERED else 1)) != 0
        line[count, TIME], line[count, BITS], line[count, HOLD] = times[row], mark, value
        line[count, ROW] = row
        same = count > 0 and times[row] == line[count - 1, TIME]
        line[count, FIRST] = line[count - 1, FIRST] if same else count
        count += 1
    if not starts:
        return 0
    _index(line, count, rules)
    return count


@kernel
def _index(line: Lines, count: int, rules: Lines) -> None:
    """Where each instant ends, which event comes next for each step, and which came last for each exclusion."""
    steps, exclusions = rules[SETTING, STEP_COUNT], rules[SETTING, EXCLUSIONS]
    line[count, FOLLOWING:] = count
    after = count
    for place in range(count - 1, -1, -1):
        line[place, AFTER] = after
        if line[place, FIRST] == place:
            after = place
        for step in range(steps):
            here = (line[place, BITS] >> step) & 1
            line[place, FOLLOWING + step] = place if here else line[place + 1, FOLLOWING + step]
    for exclusion in range(exclusions):
        last = -1
        for place in range(count):
            line[place, rules[SETTING, PREVIOUS] + exclusion] = last
            if (line[place, BITS] >> (MOST_STEPS + exclusion)) & 1:
                last = place
        line[count, rules[SETTING, PREVIOUS] + exclusion] = last


@kernel
def _from(line: Lines, count: int, instant: int) -> int:
    """The first place at or after an instant."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if line[middle, TIME] < instant:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _next_start(line: Lines, place: int, count: int, rules: Lines) -> int:
    """The first event from ``place`` on that opens an attempt; the count when there is none."""
    wanted = STEPS if rules[SETTING, ORDER] == UNORDERED else 1
    while place < count and line[place, BITS] & wanted == 0:
        place += 1
    return place


@kernel
def _choose(
    line: Lines, count: int, rules: Lines, low: int, high: int, work: Lines
) -> tuple[int, int, bool, bool]:
    """The best of the attempts that open in ``low`` ≤ place < ``high``: steps reached, its first event, whether it
    is clean; and whether any of them is still open. Its places are left in the row BEST.
    """
    full = rules[SETTING, LAST_REQUIRED] + 1
    reach, best_start, clean, is_open = 0, -1, False, False
    ends, beyond = 0, 0
    start = low
    while start < high:
        origin = line[start, TIME]
        if reach == full and clean and origin > ends:
            break
        undecided = origin + rules[SETTING, WINDOW] >= rules[SETTING, SEEN_UNTIL]
        at_least = 0 if undecided else reach
        until = ends if clean else UNLIMITED
        if clean and origin > ends and not undecided and _hopeless(line, count, rules, start, beyond):
            start = _next_start(line, start + 1, high, rules)
            continue
        steps, fine, alive = _try(line, count, rules, start, full, at_least, until, work)
        if fine and alive and undecided and steps < full:
            is_open = True
        if steps >= reach and steps > 0:
            end = line[work[PLACE, steps - 1], TIME]
            better = steps > reach or (fine and not clean)
            if not better and fine == clean:
                better = end < ends or (end == ends and origin > line[best_start, TIME])
            if better:
                reach, best_start, clean, ends = steps, start, fine, end
                beyond = _beyond(rules, reach)
                work[BEST, :] = work[PLACE, :]
        start = _next_start(line, start + 1, high, rules)
    return reach, best_start, clean, is_open and not (reach == full and clean)


@kernel
def _hopeless(line: Lines, count: int, rules: Lines, start: int, step: int) -> bool:
    """Whether an attempt that must reach ``step`` to be better cannot: a look at its next event tells of most."""
    if rules[SETTING, ORDER] != ORDERED:
        return False
    event = line[start, FOLLOWING + step]
    out_of_reach: bool = event == count or line[event, TIME] > line[start, TIME] + rules[SETTING, WINDOW]
    return out_of_reach


@kernel
def _try(
    line: Lines, count: int, rules: Lines, start: int, full: int, at_least: int, until: int, work: Lines
) -> tuple[int, bool, bool]:
    """How far an attempt gets, whether cleanly, whether its next step may still come. Leaves its places."""
    if rules[SETTING, ORDER] == ORDERED:
        return _ordered(line, count, rules, start, full, at_least, until, work)
    if rules[SETTING, ORDER] == STRICT:
        return _strict(line, count, rules, start, work)
    return _unordered(line, count, rules, start, work)


@kernel
def _beyond(rules: Lines, reach: int) -> int:
    """The next required step after so many, numbered from 0; the number of steps when there is none."""
    step = reach
    while step < rules[SETTING, STEP_COUNT] and rules[REQUIRED, step] == 0:
        step += 1
    return step


@kernel
def _ordered(
    line: Lines, count: int, rules: Lines, start: int, full: int, at_least: int, until: int, work: Lines
) -> tuple[int, bool, bool]:
    """How far one attempt gets, whether cleanly, whether its next step may still come.

    0 when it can be told cheaply that it gets less far than ``at_least``, or as far but not before ``until``."""
    goal = _glance(line, count, rules, start, full, at_least, until)
    if goal == 0:
        return 0, False, False
    work[ACTIVE, :] = rules[REQUIRED, :]
    while True:
        reached = _chain(line, count, rules, start, goal, False, work)
        if reached >= goal:
            break
        goal = reached
        while rules[REQUIRED, goal - 1] == 0:
            goal -= 1
        if goal < at_least:
            return 0, False, False
    clean = True
    if rules[SETTING, EXCLUSIONS]:
        clean = _chain(line, count, rules, start, goal, True, work) == goal
        if not clean:  # where the void attempt ended
            _chain(line, count, rules, start, goal, False, work)
    following = _beyond(rules, goal)
    alive = following < full and (
        rules[WITHIN, following] == UNLIMITED
        or line[work[PLACE, goal - 1], TIME] + rules[WITHIN, following] >= rules[SETTING, SEEN_UNTIL]
    )
    return goal, clean, alive


@kernel
def _glance(line: Lines, count: int, rules: Lines, start: int, full: int, at_least: int, until: int) -> int:
    """How far an attempt could get if one event could fill several steps and no step had a window of its own; 0 when
    that is less than ``at_least``, or no more but after ``until``.
    """
    latest = line[start, TIME] + rules[SETTING, WINDOW]
    hold = line[start, HOLD]
    goal, event = 1, start
    for step in range(1, full):
        if rules[REQUIRED, step] == 0:
            continue
        following = _next(line, count, step, line[event, FIRST], hold)
        if following == count or line[following, TIME] > latest:
            break
        goal, event = step + 1, following
    if goal < at_least or (goal == at_least and line[event, TIME] > until):
        return 0
    return goal


@kernel
def _chain(line: Lines, count: int, rules: Lines, start: int, goal: int, clean: bool, work: Lines) -> int:
    """Put the active steps below ``goal`` at their earliest instants; returns ``goal``, or less: a bound of the
    steps that can be reached.
    """
    work[FLOOR, :] = 0
    raised = 0
    if clean:
        raised = _mend_unreached(line, count, rules, start, goal, work)
        if raised < 0:
            return 0
    while True:
        reached = _place(line, count, rules, start, goal, work)
        if reached < goal:
            return goal - 1 if raised else reached
        late = _mend_windows(line, count, rules, goal, work)
        if late < 0:
            return goal - 1 if raised else -late
        void = _mend_exclusions(line, rules, goal, work) if clean else 0
        if void < 0:
            return goal - 1
        if late == 0 and void == 0:
            return goal
        raised = 1


@kernel
def _mend_unreached(line: Lines, count: int, rules: Lines, start: int, goal: int, work: Lines) -> int:
    """Where the later step of an exclusion is not reached: the earlier one after the last forbidden event in the
    window. Returns how many steps were moved, −1 when the start itself would have to be.
    """
    moved = 0
    limit = _from(line, count, line[start, TIME] + rules[SETTING, WINDOW] + 1)
    for exclusion in range(rules[SETTING, EXCLUSIONS]):
        after = rules[LOWER, exclusion]
        last = line[limit, rules[SETTING, PREVIOUS] + exclusion]
        if after < goal <= rules[UPPER, exclusion] and last >= 0:
            if line[last, TIME] <= line[start, TIME]:
                continue
            if after == 0:
                return -1
            work[FLOOR, after] = max(work[FLOOR, after], line[last, FIRST])
            moved += 1
    return moved


@kernel
def _mend_windows(line: Lines, count: int, rules: Lines, goal: int, work: Lines) -> int:
    """Where a step comes too late after the one before: that one later. Returns how many were moved, or minus the
    number of the step that is too late after the start.
    """
    moved = 0
    for step in range(1, goal):
        if rules[WITHIN, step] == UNLIMITED or work[ACTIVE, step] == 0:
            continue
        before = rules[BEFORE, step]
        earliest = line[work[PLACE, step], TIME] - rules[WITHIN, step]
        if line[work[PLACE, before], TIME] < earliest:
            if before == 0:
                return -step
            work[FLOOR, before] = max(work[FLOOR, before], _from(line, count, earliest))
            moved += 1
    return moved


@kernel
def _mend_exclusions(line: Lines, rules: Lines, goal: int, work: Lines) -> int:
    """Where a forbidden event lies between two steps: the earlier step after it. Returns how many steps were moved,
    −1 when the start itself would have to be.
    """
    moved = 0
    for exclusion in range(rules[SETTING, EXCLUSIONS]):
        after, before = rules[LOWER, exclusion], rules[UPPER, exclusion]
        if before >= goal:
            continue
        last = line[work[PLACE, before], rules[SETTING, PREVIOUS] + exclusion]
        if last >= 0 and line[last, TIME] > line[work[PLACE, after], TIME]:
            if after == 0:
                return -1
            work[FLOOR, after] = max(work[FLOOR, after], line[last, FIRST])
            moved += 1
    return moved


@kernel
def _place(line: Lines, count: int, rules: Lines, start: int, goal: int, work: Lines) -> int:
    """Each active step at its earliest instant after the one before, no earlier than its floor; returns the steps
    that found one in the window.
    """
    latest = line[start, TIME] + rules[SETTING, WINDOW]
    hold = line[start, HOLD]
    work[MATCHED, :] = -1
    work[MATCHED, 0] = start
    work[PLACE, 0] = line[start, FIRST]
    before = 0
    for step in range(1, goal):
        if work[ACTIVE, step] == 0:
            continue
        event = _next(line, count, step, max(work[PLACE, before], work[FLOOR, step]), hold)
        while event < count and rules[SETTING, OVERLAP] and line[event, FIRST] == work[PLACE, before]:
            if _augment(line, work[PLACE, before], line[event, AFTER], step, hold, 0, work):
                break
            event = _next(line, count, step, line[event, AFTER], hold)
        if event == count or line[event, TIME] > latest:
            return before + 1
        if line[event, FIRST] != work[PLACE, before]:
            work[MATCHED, step] = event
        work[PLACE, step] = line[event, FIRST]
        before = step
    return goal


@kernel
def _next(line: Lines, count: int, step: int, place: int, hold: int) -> int:
    """The first event from ``place`` on that can fill a step of an attempt that holds ``hold``."""
    event = int(line[place, FOLLOWING + step])
    while event < count and line[event, HOLD] != hold:
        event = int(line[event + 1, FOLLOWING + step])
    return event


@kernel
def _augment(line: Lines, low: int, high: int, step: int, hold: int, locked: int, work: Lines) -> bool:
    """Match one more step to the events ``low`` ≤ place < ``high``, moving others but those up to ``locked``."""
    work[PARENT, :] = -2
    work[PARENT, step] = -1
    work[QUEUE, 0] = step
    head, tail = 0, 1
    while head < tail:
        now = work[QUEUE, head]
        head += 1
        for event in range(low, high):
            if (line[event, BITS] >> now) & 1 == 0 or line[event, HOLD] != hold:
                continue
            owner = -1
            for other in range(work.shape[1]):
                if work[MATCHED, other] == event:
                    owner = other
            if owner < 0:
                given = event
                while now >= 0:
                    freed = work[MATCHED, now]
                    work[MATCHED, now] = given
                    given, now = freed, work[PARENT, now]
                return True
            if owner > locked and work[PARENT, owner] == -2:
                work[PARENT, owner] = now
                work[QUEUE, tail] = owner
                tail += 1
    return False


@kernel
def _strict(line: Lines, count: int, rules: Lines, start: int, work: Lines) -> tuple[int, bool, bool]:
    """The best way of one strict attempt.

    Events of its first instant that fill no step come before it, those of its last instant after it; at an instant
    between, every event must fill a step. So the number of steps at the first instant decides all others."""
    steps = rules[SETTING, STEP_COUNT]
    hold, origin = line[start, HOLD], line[start, TIME]
    reach, clean, alive, ends = 0, False, False, 0
    for at_first in range(1, steps + 1):
        work[MATCHED, :] = -1
        work[MATCHED, 0] = start
        work[PLACE, 0] = line[start, FIRST]
        done = 1
        while done < at_first and _augment(line, line[start, FIRST], line[start, AFTER], done, hold, 0, work):
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
                    done < steps and here < stop - place and _augment(line, place, stop, done, hold, 0, work)
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
            work[KEPT, :] = work[PLACE, :]
    work[PLACE, :] = work[KEPT, :]
    return reach, clean, alive


@kernel
def _strict_is_clean(line: Lines, count: int, rules: Lines, start: int, reach: int, work: Lines) -> bool:
    limit = _from(line, count, line[start, TIME] + rules[SETTING, WINDOW] + 1)
    for exclusion in range(rules[SETTING, EXCLUSIONS]):
        after, before = rules[LOWER, exclusion], rules[UPPER, exclusion]
        if after < reach:
            last = line[
                work[PLACE, before] if before < reach else limit, rules[SETTING, PREVIOUS] + exclusion
            ]
            if last >= 0 and line[last, TIME] > line[work[PLACE, after], TIME]:
                return False
    return True


@kernel
def _unordered(line: Lines, count: int, rules: Lines, start: int, work: Lines) -> tuple[int, bool, bool]:
    """One attempt in any order: place n is the event at which n + 1 of the steps were done."""
    steps = rules[SETTING, STEP_COUNT]
    origin = line[start, TIME]
    limit = _from(line, count, origin + rules[SETTING, WINDOW] + 1)
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
        event = _next(line, count, step, line[start, FIRST], line[start, HOLD])
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
    work[MATCHED, :] = -1
    reach = 0
    event = start
    following = line[start, FIRST]
    while reach < steps:
        if line[event, HOLD] == line[start, HOLD] and _add_event(line, event, steps, work):
            work[PLACE, reach] = event
            reach += 1
        if following == start:
            following += 1
        if following >= limit:
            break
        event = following
        following += 1
    return reach


@kernel
def _add_event(line: Lines, event: int, steps: int, work: Lines) -> bool:
    """Match one more event to a step, moving others."""
    work[PARENT, :] = -2
    head, tail = 0, 0
    for step in range(steps):
        if (line[event, BITS] >> step) & 1:
            work[PARENT, step] = -1
            work[QUEUE, tail] = step
            tail += 1
    while head < tail:
        now = work[QUEUE, head]
        head += 1
        if work[MATCHED, now] < 0:
            while work[PARENT, now] >= 0:
                work[MATCHED, now] = work[MATCHED, work[PARENT, now]]
                now = work[PARENT, now]
            work[MATCHED, now] = event
            return True
        for step in range(steps):
            if (line[work[MATCHED, now], BITS] >> step) & 1 and work[PARENT, step] == -2:
                work[PARENT, step] = now
                work[QUEUE, tail] = step
                tail += 1
    return False


@kernel
def _over(line: Lines, count: int, rules: Lines, start: int, reach: int, clean: bool, work: Lines) -> int:
    """When an attempt is over: converted, void, or out of time."""
    full = rules[SETTING, LAST_REQUIRED] + 1
    times_out = line[start, TIME] + rules[SETTING, WINDOW]
    if clean:
        if reach == full:
            times_out = line[work[PLACE, reach - 1], TIME]
        return int(times_out)
    voided = int(times_out)
    for exclusion in range(rules[SETTING, EXCLUSIONS]):
        after, before = rules[LOWER, exclusion], rules[UPPER, exclusion]
        if rules[SETTING, ORDER] == UNORDERED:
            after = 0
        if after >= reach:
            continue
        place = line[work[PLACE, after], AFTER]
        until = line[work[PLACE, before], TIME] if before < reach else times_out + 1
        while place < count and line[place, TIME] < min(until, voided):
            if (line[place, BITS] >> (MOST_STEPS + exclusion)) & 1:
                voided = int(line[place, TIME])
            place += 1
    return voided


@kernel
def _fill_rows(
    line: Lines, count: int, rules: Lines, start: int, reach: int, work: Lines, rows: Ints
) -> None:
    """The row that fills each step of the chosen attempt: at each instant the earliest in the timeline."""
    if rules[SETTING, ORDER] == UNORDERED:
        for level in range(reach):
            rows[level] = line[work[PLACE, level], ROW]
        return
    work[ACTIVE, :] = rules[REQUIRED, :]
    last = reach
    if rules[SETTING, ORDER] == ORDERED:
        last = _fill_optional(line, count, rules, start, reach, work)
    work[MATCHED, :] = -1
    work[MATCHED, 0] = start
    for step in range(1, last):
        if work[ACTIVE, step]:
            _fill_row(line, step, last, line[start, HOLD], work)
            rows[step] = line[work[MATCHED, step], ROW]


@kernel
def _fill_optional(line: Lines, count: int, rules: Lines, start: int, reach: int, work: Lines) -> int:
    """Fill optional steps, one after the other, where that neither costs a step nor delays the last; returns the
    number of the last step filled. Leaves the places of all.
    """
    last, tried = reach, False
    ends = line[work[BEST, reach - 1], TIME]
    full = rules[SETTING, STEP_COUNT]
    for step in range(1, full):
        if rules[REQUIRED, step]:
            if step >= reach:
                break
            continue
        tried = True
        work[ACTIVE, step] = 1
        goal = max(last, step + 1)
        fits = _chain(line, count, rules, start, goal, True, work) == goal
        if fits and line[work[PLACE, reach - 1], TIME] == ends:
            last = goal
        else:
            work[ACTIVE, step] = 0
    if tried:
        _chain(line, count, rules, start, last, True, work)
    return last


@kernel
def _fill_row(line: Lines, step: int, last: int, hold: int, work: Lines) -> None:
    """Match one step to the earliest event of its instant that leaves one for each later step there."""
    low = work[PLACE, step]
    high = line[low, AFTER]
    for event in range(low, high):
        if (line[event, BITS] >> step) & 1 == 0 or line[event, HOLD] != hold:
            continue
        taken = False
        for other in range(step):
            taken = taken or work[MATCHED, other] == event
        if taken:
            continue
        work[MATCHED, step:] = -1
        work[MATCHED, step] = event
        fits = True
        for other in range(step + 1, last):
            if work[ACTIVE, other] and work[PLACE, other] == low:
                fits = fits and _augment(line, low, high, other, hold, step, work)
        if fits:
            return
