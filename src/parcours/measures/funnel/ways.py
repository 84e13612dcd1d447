"""The best way of one attempt whose steps are in order.

Such a way exists: if two ways of one attempt keep the order, the windows and the exclusions, then so does the way that
takes the earlier instant of both at each step. It is found from below: every step is put at its earliest instant, and
where a rule is broken the step that must come later is moved to the first instant that could mend it, until nothing
is broken.
"""

from __future__ import annotations

from parcours.measures.funnel.line import any_number, copy, fill, next_event, place_from
from parcours.measures.funnel.matching import match_step
from parcours.measures.funnel.rules import (
    ACTIVE,
    AFTER,
    BEFORE,
    BEST,
    EXCLUSIONS,
    FIRST,
    FLOOR,
    HOLD,
    LOWER,
    MATCHED,
    OVERLAP,
    PLACE,
    PREVIOUS,
    REQUIRED,
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
def ordered_attempt(
    line: Lines, count: int, rules: Lines, start: int, full: int, at_least: int, until: int, work: Lines
) -> tuple[int, bool, bool]:
    """How far one attempt gets, whether cleanly, whether its next step may still come.

    0 when it can be told cheaply that it gets less far than ``at_least``, or as far but not before ``until``."""
    goal = _glance(line, count, rules, start, full, at_least, until)
    if goal == 0:
        return 0, False, False
    copy(rules, REQUIRED, work, ACTIVE)
    while True:
        reached = _chain(line, count, rules, start, goal, any_number(False), work)
        if reached >= goal:
            break
        goal = reached
        while rules[REQUIRED, goal - 1] == 0:
            goal -= 1
        if goal < at_least:
            return 0, False, False
    clean = True
    if rules[SETTING, EXCLUSIONS]:
        clean = _chain(line, count, rules, start, goal, any_number(True), work) == goal
        if not clean:  # where the void attempt ended
            _chain(line, count, rules, start, goal, any_number(False), work)
    following = next_required(rules, goal)
    alive = following < full and (
        rules[WITHIN, following] == UNLIMITED
        or line[work[PLACE, goal - 1], TIME] + rules[WITHIN, following] >= rules[SETTING, SEEN_UNTIL]
    )
    return goal, clean, alive


@kernel
def next_required(rules: Lines, reach: int) -> int:
    """The next required step after so many, numbered from 0; the number of steps when there is none."""
    step = reach
    while step < rules[SETTING, STEP_COUNT] and rules[REQUIRED, step] == 0:
        step += 1
    return step


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
        following = next_event(line, count, step, line[event, FIRST], hold)
        if following == count or line[following, TIME] > latest:
            break
        goal, event = step + 1, following
    if goal < at_least or (goal == at_least and line[event, TIME] > until):
        return 0
    return goal


@kernel
def _chain(line: Lines, count: int, rules: Lines, start: int, goal: int, clean: int, work: Lines) -> int:
    """Put the active steps below ``goal`` at their earliest instants; returns ``goal``, or less: a bound of the
    steps that can be reached. ``clean`` is a number, as a plain True or False would each be compiled for.
    """
    fill(work, FLOOR, 0, 0)
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
    limit = place_from(line, count, line[start, TIME] + rules[SETTING, WINDOW] + 1)
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
            work[FLOOR, before] = max(work[FLOOR, before], place_from(line, count, earliest))
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
    fill(work, MATCHED, 0, -1)
    work[MATCHED, 0] = start
    work[PLACE, 0] = line[start, FIRST]
    before = 0
    for step in range(1, goal):
        if work[ACTIVE, step] == 0:
            continue
        event = next_event(line, count, step, max(work[PLACE, before], work[FLOOR, step]), hold)
        while event < count and rules[SETTING, OVERLAP] and line[event, FIRST] == work[PLACE, before]:
            if match_step(line, work[PLACE, before], line[event, AFTER], step, hold, any_number(0), work):
                break
            event = next_event(line, count, step, line[event, AFTER], hold)
        if event == count or line[event, TIME] > latest:
            return before + 1
        if line[event, FIRST] != work[PLACE, before]:
            work[MATCHED, step] = event
        work[PLACE, step] = line[event, FIRST]
        before = step
    return goal


@kernel
def fill_optional(line: Lines, count: int, rules: Lines, start: int, reach: int, work: Lines) -> int:
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
        fits = _chain(line, count, rules, start, goal, any_number(True), work) == goal
        if fits and line[work[PLACE, reach - 1], TIME] == ends:
            last = goal
        else:
            work[ACTIVE, step] = 0
    if tried:
        _chain(line, count, rules, start, last, any_number(True), work)
    return last
