"""Of the events at one instant each fills one step: steps are matched to events along augmenting paths.

Reference: H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2, 1955;
J. Edmonds and D. R. Fulkerson, "Transversals and matroid partition", Journal of Research of the National Bureau of
Standards 69B, 1965, for why taking events as they come loses nothing.
"""

from __future__ import annotations

from parcours.measures.funnel.line import fill
from parcours.measures.funnel.rules import ACTIVE, AFTER, BITS, HOLD, MATCHED, PARENT, PLACE, QUEUE, Lines
from parcours.timelines.kernel import kernel


@kernel
def match_step(line: Lines, low: int, high: int, step: int, hold: int, locked: int, work: Lines) -> bool:
    """Match one more step to the events ``low`` ≤ place < ``high``, moving others but those up to ``locked``."""
    fill(work, PARENT, 0, -2)
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
def match_event(line: Lines, event: int, steps: int, work: Lines) -> bool:
    """Match one more event to a step, moving others."""
    fill(work, PARENT, 0, -2)
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
def match_first(line: Lines, step: int, last: int, hold: int, work: Lines) -> None:
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
        fill(work, MATCHED, step, -1)
        work[MATCHED, step] = event
        fits = True
        for other in range(step + 1, last):
            if work[ACTIVE, other] and work[PLACE, other] == low:
                fits = fits and match_step(line, low, high, other, hold, step, work)
        if fits:
            return
