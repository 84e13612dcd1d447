"""At which events a rule becomes true: counting, first events and sequences, customer by customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Rule
from parcours.timelines.partition import Partition
from parcours.timelines.patterns import SequenceRule
from parcours.timelines.sequences import completions

Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]
UNLIMITED = np.iinfo(np.int64).max


def rule_hits(partition: Partition, rule: Rule | SequenceRule) -> Flags:
    """One flag for each row: the event at this row makes the rule true."""
    if isinstance(rule, SequenceRule):
        return completions(partition, rule.sequence)
    flags = matches(partition, rule)
    if rule.first or rule.count is not None:
        low, high = (1, 1) if rule.first or rule.count is None else rule.count.bounds
        within = UNLIMITED if rule.within is None else rule.within.us
        most = UNLIMITED if high is None else high
        flags = _counted(partition.offsets, partition.timestamps, flags, low, most, within)
    if rule.then is not None:
        within = UNLIMITED if rule.then.within is None else rule.then.within.us
        following = matches(partition, rule.then)
        flags = _followed(partition.offsets, partition.timestamps, flags, following, within)
    return flags


@kernel
def _counted(offsets: Longs, times: Longs, flags: Flags, low: int, high: int, within: int) -> Flags:
    """Matching events whose number, among those of the last ``within``, lies in low … high."""
    hits = np.zeros(len(flags), dtype=np.bool_)
    for customer in range(len(offsets) - 1):
        oldest = offsets[customer]  # first row still inside the window
        count = 0
        for row in range(offsets[customer], offsets[customer + 1]):
            if not flags[row]:
                continue
            count += 1
            while times[row] - times[oldest] > within:
                count -= flags[oldest]
                oldest += 1
            hits[row] = low <= count <= high
    return hits


@kernel
def _followed(offsets: Longs, times: Longs, earlier: Flags, later: Flags, within: int) -> Flags:
    """Rows of ``later`` with another row of ``earlier`` at most ``within`` before; events at one instant in
    any order.
    """
    hits = np.zeros(len(later), dtype=np.bool_)
    for customer in range(len(offsets) - 1):
        row, end = offsets[customer], offsets[customer + 1]
        last, found = 0, False  # time of the latest earlier-match of a past instant
        while row < end:
            stop = row
            here = 0
            while stop < end and times[stop] == times[row]:
                here += earlier[stop]
                stop += 1
            for now in range(row, stop):
                if later[now]:
                    other = here - earlier[now] > 0
                    hits[now] = other or (found and times[now] - last <= within)
            if here > 0:
                last, found = times[row], True
            row = stop
    return hits
