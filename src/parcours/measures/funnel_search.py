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

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel_query import MOST_STEPS
from parcours.timelines.kernel import kernel

Flags = NDArray[np.bool_]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

ORDERED: Final = 0
STRICT: Final = 1
UNORDERED: Final = 2
UNLIMITED: Final = np.iinfo(np.int64).max
STEPS: Final = (1 << MOST_STEPS) - 1


class Rules(NamedTuple):
    """What the question says, in numbers; steps are numbered from 0."""

    order: int
    first_only: bool
    totals: bool
    overlap: bool  # an event may fill more than one step
    window: int
    seen_until: int  # the first instant that was not seen
    within: Longs  # [step] from the required step before; UNLIMITED
    required: Flags  # [step]
    before: Longs  # [step] the required step before it
    exclusion_after: Longs
    exclusion_before: Longs
    bounds: Longs  # of calendar periods; empty: the whole range is one


class Timeline(NamedTuple):
    """The events of one unit that matter, in order; filled anew for each unit."""

    times: Longs
    bits: Ints
    hold: Ints
    rows: Longs
    first: Longs  # place of the first event of the same instant
    after: Longs  # place after the last event of the same instant
    following: Ints  # [place, step] the first event from here on that can fill the step; the count: none
    previous: Ints  # [place, exclusion] the last event before here that is forbidden; −1: none


class Work(NamedTuple):
    """What is thought of at present."""

    active: Flags  # [step] steps that are to be filled
    place: Longs  # [step] the instant it is filled at (unordered: the event)
    floor: Longs  # [step] no earlier than this
    matched: Longs  # [step] the event that fills it; −1: none yet
    parent: Longs
    queue: Longs
    best: Longs  # [step] places of the best attempt so far
    kept: Longs  # [step] places of the best way of a strict attempt so far


class Found(NamedTuple):
    """The attempts that were found; one element each."""

    unit: Ints
    reach: Ints  # steps reached: the number of the furthest required one, from 1
    void: Flags
    open_: Flags  # not converted, and could be when more is seen
    rows: Ints  # [attempt, step] the event that fills it; −1: none


@kernel
def search_attempts(
    offsets: Longs, times: Longs, bits: Ints, hold: Ints,
    rules: Rules, timeline: Timeline, work: Work, found: Found,
) -> int:  # fmt: skip
    """Fill ``found`` and return how many attempts there are."""
    number = 0
    for unit in range(len(offsets) - 1):
        count = _gather(offsets[unit], offsets[unit + 1], times, bits, hold, rules, timeline)
        if count == 0:
            continue
        low, period = 0, 0
        while True:
            low = _next_start(timeline, count, rules, low)
            if low == count:
                break
            high = count
            if len(rules.bounds):
                while period + 1 < len(rules.bounds) - 1 and timeline.times[low] >= rules.bounds[period + 1]:
                    period += 1
                high = _from(timeline.times, count, rules.bounds[period + 1])
            if rules.first_only:
                high = min(high, timeline.after[low])
                following = (
                    _from(timeline.times, count, rules.bounds[period + 1]) if len(rules.bounds) else count
                )
            elif rules.totals:
                high = _from(timeline.times, count, timeline.times[low] + rules.window + 1)
                following = high
            else:
                following = high
            reach, start, clean, is_open = _choose(timeline, count, rules, low, high, work)
            work.place[:] = work.best
            if rules.totals:
                following = _from(
                    timeline.times, count, _over(timeline, count, rules, start, reach, clean, work) + 1
                )
            found.unit[number] = unit
            found.reach[number] = reach
            found.void[number] = not clean
            found.open_[number] = is_open
            _fill_rows(timeline, count, rules, start, reach, clean, work, found.rows[number])
            number += 1
            low = following
    return number


@kernel
def _gather(
    begin: int, end: int, times: Longs, bits: Ints, hold: Ints, rules: Rules, timeline: Timeline
) -> int:
    """Take over the events of one unit that matter; returns how many."""
    count = 0
    starts = False
    for row in range(begin, end):
        mark = bits[row]
        value = 0
        if len(hold):
            value = hold[row]
            if value < 0:
                mark &= ~STEPS
        if mark == 0 and rules.order != STRICT:
            continue
        starts = starts or (mark & (STEPS if rules.order == UNORDERED else 1)) != 0
        timeline.times[count], timeline.bits[count], timeline.hold[count] = times[row], mark, value
        timeline.rows[count] = row
        same = count > 0 and times[row] == timeline.times[count - 1]
        timeline.first[count] = timeline.first[count - 1] if same else count
        count += 1
    if not starts:
        return 0
    _index(timeline, count)
    return count


@kernel
def _index(timeline: Timeline, count: int) -> None:
    """Where each instant ends, which event comes next for each step, and which came last for each exclusion."""
    steps, exclusions = timeline.following.shape[1], timeline.previous.shape[1]
    timeline.following[count, :] = count
    after = count
    for place in range(count - 1, -1, -1):
        timeline.after[place] = after
        if timeline.first[place] == place:
            after = place
        for step in range(steps):
            here = (timeline.bits[place] >> step) & 1
            timeline.following[place, step] = place if here else timeline.following[place + 1, step]
    for exclusion in range(exclusions):
        last = -1
        for place in range(count):
            timeline.previous[place, exclusion] = last
            if (timeline.bits[place] >> (MOST_STEPS + exclusion)) & 1:
                last = place
        timeline.previous[count, exclusion] = last


@kernel
def _from(times: Longs, count: int, instant: int) -> int:
    """The first place at or after an instant."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if times[middle] < instant:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _next_start(timeline: Timeline, count: int, rules: Rules, place: int) -> int:
    """The first event from ``place`` on that opens an attempt; the count when there is none."""
    wanted = STEPS if rules.order == UNORDERED else 1
    while place < count and timeline.bits[place] & wanted == 0:
        place += 1
    return place


@kernel
def _choose(
    timeline: Timeline, count: int, rules: Rules, low: int, high: int, work: Work
) -> tuple[int, int, bool, bool]:
    """The best of the attempts that open in ``low`` ≤ place < ``high``: steps reached, its first event, whether it
    is clean; and whether any of them is still open. Its places are left in ``work.best``.
    """
    full = len(rules.required)
    while not rules.required[full - 1]:
        full -= 1
    reach, best_start, clean, is_open = 0, -1, False, False
    ends = 0
    start = low
    while start < high:
        origin = timeline.times[start]
        if reach == full and clean and origin > ends:
            break
        undecided = origin + rules.window >= rules.seen_until
        at_least = 0 if undecided else reach
        until = ends if clean else UNLIMITED
        if rules.order == ORDERED:
            steps, fine, alive = _ordered(timeline, count, rules, start, full, at_least, until, work)
        elif rules.order == STRICT:
            steps, fine, alive = _strict(timeline, count, rules, start, work)
        else:
            steps, fine, alive = _unordered(timeline, count, rules, start, work)
        if fine and alive and undecided and steps < full:
            is_open = True
        if steps >= reach and steps > 0:
            end = timeline.times[work.place[steps - 1]]
            better = steps > reach or (fine and not clean)
            if not better and fine == clean:
                better = end < ends or (end == ends and origin > timeline.times[best_start])
            if better:
                reach, best_start, clean, ends = steps, start, fine, end
                work.best[:] = work.place
        start = _next_start(timeline, count, rules, start + 1)
    return reach, best_start, clean, is_open and not (reach == full and clean)


@kernel
def _ordered(
    timeline: Timeline, count: int, rules: Rules, start: int, full: int, at_least: int, until: int, work: Work
) -> tuple[int, bool, bool]:
    """How far one attempt gets, whether cleanly, whether its next step may still come.

    0 when it can be told cheaply that it gets less far than ``at_least``, or as far but not before ``until``."""
    goal = _glance(timeline, count, rules, start, full, at_least, until)
    if goal == 0:
        return 0, False, False
    work.active[:] = rules.required
    while True:
        reached = _chain(timeline, count, rules, start, goal, False, work)
        if reached >= goal:
            break
        goal = reached
        while not rules.required[goal - 1]:
            goal -= 1
        if goal < at_least:
            return 0, False, False
    clean = True
    if len(rules.exclusion_after):
        clean = _chain(timeline, count, rules, start, goal, True, work) == goal
        if not clean:  # where the void attempt ended
            _chain(timeline, count, rules, start, goal, False, work)
    following = goal
    while following < full and not rules.required[following]:
        following += 1
    alive = following < full and (
        rules.within[following] == UNLIMITED
        or timeline.times[work.place[goal - 1]] + rules.within[following] >= rules.seen_until
    )
    return goal, clean, alive


@kernel
def _glance(
    timeline: Timeline, count: int, rules: Rules, start: int, full: int, at_least: int, until: int
) -> int:
    """How far an attempt could get if one event could fill several steps and no step had a window of its own; 0 when
    that is less than ``at_least``, or no more but after ``until``.
    """
    latest = timeline.times[start] + rules.window
    hold = timeline.hold[start]
    goal, event = 1, start
    for step in range(1, full):
        if not rules.required[step]:
            continue
        following = _next(timeline, count, step, timeline.first[event], hold)
        if following == count or timeline.times[following] > latest:
            break
        goal, event = step + 1, following
    if goal < at_least or (goal == at_least and timeline.times[event] > until):
        return 0
    return goal


@kernel
def _chain(
    timeline: Timeline, count: int, rules: Rules, start: int, goal: int, clean: bool, work: Work
) -> int:
    """Put the active steps below ``goal`` at their earliest instants; returns ``goal``, or less: a bound of the
    steps that can be reached.
    """
    work.floor[:] = 0
    raised = 0
    if clean:
        raised = _mend_unreached(timeline, count, rules, start, goal, work)
        if raised < 0:
            return 0
    while True:
        reached = _place(timeline, count, rules, start, goal, work)
        if reached < goal:
            return goal - 1 if raised else reached
        late = _mend_windows(timeline, count, rules, goal, work)
        if late < 0:
            return goal - 1 if raised else -late
        void = _mend_exclusions(timeline, rules, goal, work) if clean else 0
        if void < 0:
            return goal - 1
        if late == 0 and void == 0:
            return goal
        raised = 1


@kernel
def _mend_unreached(timeline: Timeline, count: int, rules: Rules, start: int, goal: int, work: Work) -> int:
    """Where the later step of an exclusion is not reached: the earlier one after the last forbidden event in the
    window. Returns how many steps were moved, −1 when the start itself would have to be.
    """
    moved = 0
    limit = _from(timeline.times, count, timeline.times[start] + rules.window + 1)
    for exclusion in range(len(rules.exclusion_after)):
        after = rules.exclusion_after[exclusion]
        last = timeline.previous[limit, exclusion]
        if after < goal <= rules.exclusion_before[exclusion] and last >= 0:
            if timeline.times[last] <= timeline.times[start]:
                continue
            if after == 0:
                return -1
            work.floor[after] = max(work.floor[after], timeline.first[last])
            moved += 1
    return moved


@kernel
def _mend_windows(timeline: Timeline, count: int, rules: Rules, goal: int, work: Work) -> int:
    """Where a step comes too late after the one before: that one later. Returns how many were moved, or minus the
    number of the step that is too late after the start.
    """
    moved = 0
    for step in range(1, goal):
        if rules.within[step] == UNLIMITED or not work.active[step]:
            continue
        before = rules.before[step]
        earliest = timeline.times[work.place[step]] - rules.within[step]
        if timeline.times[work.place[before]] < earliest:
            if before == 0:
                return -step
            work.floor[before] = max(work.floor[before], _from(timeline.times, count, earliest))
            moved += 1
    return moved


@kernel
def _mend_exclusions(timeline: Timeline, rules: Rules, goal: int, work: Work) -> int:
    """Where a forbidden event lies between two steps: the earlier step after it. Returns how many steps were moved,
    −1 when the start itself would have to be.
    """
    moved = 0
    for exclusion in range(len(rules.exclusion_after)):
        after, before = rules.exclusion_after[exclusion], rules.exclusion_before[exclusion]
        if before >= goal:
            continue
        last = timeline.previous[work.place[before], exclusion]
        if last >= 0 and timeline.times[last] > timeline.times[work.place[after]]:
            if after == 0:
                return -1
            work.floor[after] = max(work.floor[after], timeline.first[last])
            moved += 1
    return moved


@kernel
def _place(timeline: Timeline, count: int, rules: Rules, start: int, goal: int, work: Work) -> int:
    """Each active step at its earliest instant after the one before, no earlier than its floor; returns the steps
    that found one in the window.
    """
    latest = timeline.times[start] + rules.window
    hold = timeline.hold[start]
    work.matched[:] = -1
    work.matched[0] = start
    work.place[0] = timeline.first[start]
    before = 0
    for step in range(1, goal):
        if not work.active[step]:
            continue
        event = _next(timeline, count, step, max(work.place[before], work.floor[step]), hold)
        while event < count and rules.overlap and timeline.first[event] == work.place[before]:
            if _augment(timeline, work.place[before], timeline.after[event], step, hold, 0, work):
                break
            event = _next(timeline, count, step, timeline.after[event], hold)
        if event == count or timeline.times[event] > latest:
            return before + 1
        if timeline.first[event] != work.place[before]:
            work.matched[step] = event
        work.place[step] = timeline.first[event]
        before = step
    return goal


@kernel
def _next(timeline: Timeline, count: int, step: int, place: int, hold: int) -> int:
    """The first event from ``place`` on that can fill a step of an attempt that holds ``hold``."""
    event = int(timeline.following[place, step])
    while event < count and timeline.hold[event] != hold:
        event = int(timeline.following[event + 1, step])
    return event


@kernel
def _augment(timeline: Timeline, low: int, high: int, step: int, hold: int, locked: int, work: Work) -> bool:
    """Match one more step to the events ``low`` ≤ place < ``high``, moving others but those up to ``locked``."""
    work.parent[:] = -2
    work.parent[step] = -1
    work.queue[0] = step
    head, tail = 0, 1
    while head < tail:
        now = work.queue[head]
        head += 1
        for event in range(low, high):
            if (timeline.bits[event] >> now) & 1 == 0 or timeline.hold[event] != hold:
                continue
            owner = -1
            for other in range(len(work.matched)):
                if work.matched[other] == event:
                    owner = other
            if owner < 0:
                given = event
                while now >= 0:
                    freed = work.matched[now]
                    work.matched[now] = given
                    given, now = freed, work.parent[now]
                return True
            if owner > locked and work.parent[owner] == -2:
                work.parent[owner] = now
                work.queue[tail] = owner
                tail += 1
    return False


@kernel
def _strict(timeline: Timeline, count: int, rules: Rules, start: int, work: Work) -> tuple[int, bool, bool]:
    """The best way of one strict attempt.

    Events of its first instant that fill no step come before it, those of its last instant after it; at an instant
    between, every event must fill a step. So the number of steps at the first instant decides all others."""
    steps = len(rules.required)
    hold, origin = timeline.hold[start], timeline.times[start]
    reach, clean, alive, ends = 0, False, False, 0
    for at_first in range(1, steps + 1):
        work.matched[:] = -1
        work.matched[0] = start
        work.place[0] = timeline.first[start]
        done = 1
        while done < at_first and _augment(
            timeline, timeline.first[start], timeline.after[start], done, hold, 0, work
        ):
            work.place[done] = timeline.first[start]
            done += 1
        if done < at_first:
            break
        goes_on = True
        place = timeline.after[start]
        while done < steps and place < count and goes_on:
            gap = timeline.times[place] - timeline.times[work.place[done - 1]]
            here, stop = 0, timeline.after[place]
            if timeline.times[place] - origin <= rules.window and gap <= rules.within[done]:
                while (
                    done < steps
                    and here < stop - place
                    and _augment(timeline, place, stop, done, hold, 0, work)
                ):
                    work.place[done] = place
                    done += 1
                    here += 1
            goes_on = here == stop - place
            place = stop
        fine = _strict_is_clean(timeline, count, rules, start, done, work)
        end = timeline.times[work.place[done - 1]]
        if (
            done > reach
            or (done == reach and fine and not clean)
            or (done == reach and fine == clean and end <= ends)
        ):
            in_time = (
                done == steps
                or rules.within[done] == UNLIMITED
                or end + rules.within[done] >= rules.seen_until
            )
            reach, clean, alive, ends = done, fine, goes_on and in_time, end
            work.kept[:] = work.place
    work.place[:] = work.kept
    return reach, clean, alive


@kernel
def _strict_is_clean(
    timeline: Timeline, count: int, rules: Rules, start: int, reach: int, work: Work
) -> bool:
    limit = _from(timeline.times, count, timeline.times[start] + rules.window + 1)
    for exclusion in range(len(rules.exclusion_after)):
        after, before = rules.exclusion_after[exclusion], rules.exclusion_before[exclusion]
        if after < reach:
            last = timeline.previous[work.place[before] if before < reach else limit, exclusion]
            if last >= 0 and timeline.times[last] > timeline.times[work.place[after]]:
                return False
    return True


@kernel
def _unordered(
    timeline: Timeline, count: int, rules: Rules, start: int, work: Work
) -> tuple[int, bool, bool]:
    """One attempt in any order: place n is the event at which n + 1 of the steps were done."""
    steps = len(rules.required)
    origin = timeline.times[start]
    limit = _from(timeline.times, count, origin + rules.window + 1)
    if rules.overlap:
        reach = _matched_in_any_order(timeline, start, limit, steps, work)
    else:
        reach = _first_in_any_order(timeline, count, start, limit, steps, work)
    until = timeline.first[work.place[reach - 1]] if reach == steps else limit
    for exclusion in range(timeline.previous.shape[1]):
        last = timeline.previous[until, exclusion]
        if last >= 0 and timeline.times[last] > origin:
            return reach, False, False
    return reach, True, True


@kernel
def _first_in_any_order(
    timeline: Timeline, count: int, start: int, limit: int, steps: int, work: Work
) -> int:
    """The first event of each step, in time order, when no event can fill two."""
    work.place[0] = start
    reach = 1
    for step in range(steps):
        if (timeline.bits[start] >> step) & 1:
            continue
        event = _next(timeline, count, step, timeline.first[start], timeline.hold[start])
        if event >= limit:
            continue
        position = reach
        while position > 1 and work.place[position - 1] > event:
            work.place[position] = work.place[position - 1]
            position -= 1
        work.place[position] = event
        reach += 1
    return reach


@kernel
def _matched_in_any_order(timeline: Timeline, start: int, limit: int, steps: int, work: Work) -> int:
    """Each event that lets one more step be done, in time order, beginning with the start."""
    work.matched[:] = -1
    reach = 0
    event = start
    following = timeline.first[start]
    while reach < steps:
        if timeline.hold[event] == timeline.hold[start] and _add_event(timeline, event, steps, work):
            work.place[reach] = event
            reach += 1
        if following == start:
            following += 1
        if following >= limit:
            break
        event = following
        following += 1
    return reach


@kernel
def _add_event(timeline: Timeline, event: int, steps: int, work: Work) -> bool:
    """Match one more event to a step, moving others."""
    work.parent[:] = -2
    head, tail = 0, 0
    for step in range(steps):
        if (timeline.bits[event] >> step) & 1:
            work.parent[step] = -1
            work.queue[tail] = step
            tail += 1
    while head < tail:
        now = work.queue[head]
        head += 1
        if work.matched[now] < 0:
            while work.parent[now] >= 0:
                work.matched[now] = work.matched[work.parent[now]]
                now = work.parent[now]
            work.matched[now] = event
            return True
        for step in range(steps):
            if (timeline.bits[work.matched[now]] >> step) & 1 and work.parent[step] == -2:
                work.parent[step] = now
                work.queue[tail] = step
                tail += 1
    return False


@kernel
def _over(
    timeline: Timeline, count: int, rules: Rules, start: int, reach: int, clean: bool, work: Work
) -> int:
    """When an attempt is over: converted, void, or out of time."""
    full = len(rules.required)
    while not rules.required[full - 1]:
        full -= 1
    times_out = timeline.times[start] + rules.window
    if clean:
        if reach == full:
            times_out = timeline.times[work.place[reach - 1]]
        return int(times_out)
    voided = int(times_out)
    for exclusion in range(len(rules.exclusion_after)):
        after, before = rules.exclusion_after[exclusion], rules.exclusion_before[exclusion]
        if rules.order == UNORDERED:
            after = 0
        if after >= reach:
            continue
        place = timeline.after[work.place[after]]
        until = timeline.times[work.place[before]] if before < reach else times_out + 1
        while place < count and timeline.times[place] < min(until, voided):
            if (timeline.bits[place] >> (MOST_STEPS + exclusion)) & 1:
                voided = int(timeline.times[place])
            place += 1
    return voided


@kernel
def _fill_rows(
    timeline: Timeline, count: int, rules: Rules, start: int, reach: int, clean: bool, work: Work, rows: Ints
) -> None:
    """The row that fills each step of the chosen attempt: at each instant the earliest in the timeline."""
    rows[:] = -1
    rows[0] = timeline.rows[start]
    if not clean:
        return
    if rules.order == UNORDERED:
        for level in range(reach):
            rows[level] = timeline.rows[work.place[level]]
        return
    work.active[:] = rules.required
    last = _fill_optional(timeline, count, rules, start, reach, work) if rules.order == ORDERED else reach
    work.matched[:] = -1
    work.matched[0] = start
    for step in range(1, last):
        if work.active[step]:
            _fill_row(timeline, step, last, timeline.hold[start], work)
            rows[step] = timeline.rows[work.matched[step]]


@kernel
def _fill_optional(timeline: Timeline, count: int, rules: Rules, start: int, reach: int, work: Work) -> int:
    """Fill optional steps, one after the other, where that neither costs a step nor delays the last; returns the
    number of the last step filled. Leaves the places of all.
    """
    last = reach
    ends = timeline.times[work.best[reach - 1]]
    full = len(rules.required)
    for step in range(1, full):
        if rules.required[step]:
            if step >= reach:
                break
            continue
        work.active[step] = True
        goal = max(last, step + 1)
        fits = _chain(timeline, count, rules, start, goal, True, work) == goal
        if fits and timeline.times[work.place[reach - 1]] == ends:
            last = goal
        else:
            work.active[step] = False
    if last > reach or not rules.required[:reach].all():
        _chain(timeline, count, rules, start, last, True, work)
    return last


@kernel
def _fill_row(timeline: Timeline, step: int, last: int, hold: int, work: Work) -> None:
    """Match one step to the earliest event of its instant that leaves one for each later step there."""
    low = work.place[step]
    high = timeline.after[low]
    for event in range(low, high):
        if (timeline.bits[event] >> step) & 1 == 0 or timeline.hold[event] != hold:
            continue
        taken = False
        for other in range(step):
            taken = taken or work.matched[other] == event
        if taken:
            continue
        work.matched[step:] = -1
        work.matched[step] = event
        fits = True
        for other in range(step + 1, last):
            if work.active[other] and work.place[other] == low:
                fits = fits and _augment(timeline, low, high, other, hold, step, work)
        if fits:
            return
