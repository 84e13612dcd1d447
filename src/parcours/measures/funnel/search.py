"""Funnels of every kind, unit by unit and attempt by attempt: slower than the plain pass, and complete.

An *attempt* is opened by one event. Of all ways to fill its steps one is meant: the furthest, then one that no
exclusion voids, then the one that ends earliest, each step as early as that allows. Of the attempts that compete the
best one counts, in the same order, and then the one that began last.
"""

from __future__ import annotations

from parcours.measures.funnel.any_order import unordered_attempt
from parcours.measures.funnel.line import any_number, copy, fill, gather, next_start, place_from
from parcours.measures.funnel.matching import match_first
from parcours.measures.funnel.neighbours import strict_attempt
from parcours.measures.funnel.query import MOST_STEPS
from parcours.measures.funnel.rules import (
    ACTIVE,
    AFTER,
    BEST,
    BITS,
    EXCLUSIONS,
    FIRST_ONLY,
    FOLLOWING,
    HOLD,
    LAST_REQUIRED,
    LOWER,
    MATCHED,
    OPEN,
    ORDER,
    ORDERED,
    PLACE,
    REACH,
    REQUIRED,
    ROW,
    SEEN_UNTIL,
    SETTING,
    STRICT,
    TIME,
    TOTALS,
    UNIT,
    UNLIMITED,
    UNORDERED,
    UPPER,
    VOID,
    WINDOW,
    Ints,
    Lines,
    Longs,
)
from parcours.measures.funnel.ways import fill_optional, next_required, ordered_attempt
from parcours.timelines.kernel import kernel


@kernel
def search_attempts(
    units: Longs, begins: Longs, ends: Longs, times: Longs,
    events: Ints, bits_by_name: Ints, bits_by_row: Ints, hold: Ints, bounds: Longs,
    rules: Lines, line: Lines, work: Lines, found: Ints, rows: Ints,
) -> int:  # fmt: skip
    """Fill ``found`` and ``rows`` (the event that fills each step, −1: none) for some units, given by their places;
    returns how many attempts there are.

    ``bounds`` are those of calendar periods, each with an attempt of its own; empty: the whole range is one."""
    number = 0
    for unit in units:
        count = gather(begins[unit], ends[unit], times, events, bits_by_name, bits_by_row, hold, rules, line)
        low = next_start(line, any_number(0), count, rules)
        while low < count:
            high, following = _rivals(line, count, rules, bounds, low)
            reach, start, clean, is_open = _choose(line, count, rules, low, high, work)
            copy(work, BEST, work, PLACE)
            if rules[SETTING, TOTALS]:
                over = _over(line, count, rules, start, reach, clean, work)
                following = place_from(line, count, over + 1)
            found[number, UNIT] = unit
            found[number, REACH] = reach
            found[number, VOID] = not clean
            found[number, OPEN] = is_open
            fill(rows, number, 0, -1)
            rows[number, 0] = line[start, ROW]
            if clean:
                _fill_rows(line, count, rules, start, reach, work, rows[number])
            number += 1
            low = next_start(line, following, count, rules)
    return number


@kernel
def _rivals(line: Lines, count: int, rules: Lines, bounds: Longs, low: int) -> tuple[int, int]:
    """The attempts that compete with the one that opens at ``low`` end before the first place; the next that do not
    begin at the second.
    """
    high = count
    if len(bounds):
        period = 0
        while bounds[period] <= line[low, TIME]:
            period += 1
        high = place_from(line, count, bounds[period])
    following = high
    if rules[SETTING, FIRST_ONLY]:
        high = min(high, line[low, AFTER])
    elif rules[SETTING, TOTALS]:
        high = place_from(line, count, line[low, TIME] + rules[SETTING, WINDOW] + 1)
    return high, following


@kernel
def _choose(
    line: Lines, count: int, rules: Lines, low: int, high: int, work: Lines
) -> tuple[int, int, bool, bool]:
    """The best of the attempts that open in ``low`` ≤ place < ``high``: steps reached, its first event, whether it
    is clean; and whether any of them is still open. Its places are left in the row BEST.
    """
    full = rules[SETTING, LAST_REQUIRED] + 1
    # numbers from the start: the kernels below would be compiled for a plain 0, and then once more
    reach, ends, beyond = any_number(0), any_number(0), any_number(0)
    best_start, clean, is_open = -1, False, False
    start = low
    while start < high:
        origin = line[start, TIME]
        if reach == full and clean and origin > ends:
            break
        undecided = origin + rules[SETTING, WINDOW] >= rules[SETTING, SEEN_UNTIL]
        at_least = 0 if undecided else reach
        until = ends if clean else UNLIMITED
        if clean and origin > ends and not undecided and _hopeless(line, count, rules, start, beyond):
            start = next_start(line, start + 1, high, rules)
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
                beyond = next_required(rules, reach)
                copy(work, PLACE, work, BEST)
        start = next_start(line, start + 1, high, rules)
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
        return ordered_attempt(line, count, rules, start, full, at_least, until, work)
    if rules[SETTING, ORDER] == STRICT:
        return strict_attempt(line, count, rules, start, work)
    return unordered_attempt(line, count, rules, start, work)


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
    copy(rules, REQUIRED, work, ACTIVE)
    last = reach
    if rules[SETTING, ORDER] == ORDERED:
        last = fill_optional(line, count, rules, start, reach, work)
    fill(work, MATCHED, 0, -1)
    work[MATCHED, 0] = start
    for step in range(1, last):
        if work[ACTIVE, step]:
            match_first(line, step, last, line[start, HOLD], work)
            rows[step] = line[work[MATCHED, step], ROW]
