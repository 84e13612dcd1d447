"""The arrays that the kernels of funnels share, and what stands where in them.

Instants are named by the place of their first event in the unit's timeline."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel.query import MOST_STEPS

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
