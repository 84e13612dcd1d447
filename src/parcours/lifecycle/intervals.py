"""Each customer's stays in the stages of a lifecycle: the walk that everything about stages rests on.

A customer's events are read in time order. An event that makes a stage's ``enter`` rule true nominates that
stage, of several the furthest. Without a stage the nominated one is entered (new, or reactivated after a
lapse); a further one is entered (advanced, stages may be skipped); an earlier or equal one only shows that
the customer is still there, as any ``keep`` event does. A stage is lapsed from at exactly last keep +
``lapse.after``; an event at that very instant still keeps. Nominations of one instant are taken from the
earliest stage to the furthest, so a stay may have no length.

Events after ``as_of`` are not read. A stay whose customer has neither advanced nor lapsed by then is open. As the walk
never looks ahead, customers are walked once to the end of all time, where every stay is over that can be; what was
known at an instant is that, with what came later cut off.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.lifecycle.rules import LifecycleRules, StageRules
from parcours.timelines.hits import rule_hits
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Rule, Selector
from parcours.timelines.partition import Partition

NEW: Final = 0
ADVANCED: Final = 1
REACTIVATED: Final = 2
OPEN: Final = 0  # how left: not yet
LAPSED: Final = 2  # how left; ADVANCED is the other way
STILL_THERE: Final = np.iinfo(np.int64).max  # left_us of an open stay
FOREVER: Final = STILL_THERE - 1
NO_ROW: Final = -1

Bytes = NDArray[np.int8]
Longs = NDArray[np.int64]
Bits = NDArray[np.uint32]


@dataclass(frozen=True)
class Stays:
    """The stays of one partition's customers, in the order of customers and of time; one element a stay."""

    customer: NDArray[np.int32]  # position in the partition's customers
    stage: Bytes
    entered_us: Longs
    left_us: Longs  # STILL_THERE while open
    entry: Bytes  # NEW, ADVANCED or REACTIVATED
    exit: Bytes  # OPEN, ADVANCED or LAPSED
    entry_row: Longs  # the event that entered the stage
    next_row: Longs  # after a lapse, the next event of any kind; NO_ROW when nothing was seen

    def __len__(self) -> int:
        return len(self.stage)

    def of(self, customers: NDArray[np.bool_]) -> Stays:
        """The stays of the customers flagged, one flag for each customer of the partition."""
        return self.taken(customers[self.customer])

    def taken(self, chosen: NDArray[np.bool_]) -> Stays:
        """The stays flagged."""
        return Stays(*(getattr(self, field.name)[chosen] for field in fields(self)))


def stays(partition: Partition, rules: LifecycleRules, as_of_us: int) -> Stays:
    """The stays of a partition's customers, as known at an instant. The latest are kept, as several measures ask for
    the same ones.
    """
    key = (_key(rules), as_of_us)
    return partition.keep_latest(
        "stays", key, lambda: _known(partition, stays_ever(partition, rules), as_of_us)
    )


def stays_ever(partition: Partition, rules: LifecycleRules) -> Stays:
    """Walk every customer of a partition to the end of all time: only stays that cannot lapse are open."""
    return partition.keep_latest("stays ever", _key(rules), lambda: _stays(partition, rules))


def wakes_us(partition: Partition, rules: LifecycleRules, as_of_us: int) -> Longs:
    """When each customer's stays may change though nothing happens, STILL_THERE for never: the open one lapses. At once
    where later events are in the partition.
    """
    ends = partition.keep(("last lapses", _key(rules)), lambda: _last_lapses(partition, rules))
    wakes = np.where(ends > as_of_us, ends, STILL_THERE)
    if partition.event_count:
        wakes[partition.timestamps[partition.offsets[1:] - 1] > as_of_us] = as_of_us + 1
    return wakes


def _key(rules: LifecycleRules) -> str:
    return rules.model_dump_json()  # as text: True and 1 are equal, but match differently


def _last_lapses(partition: Partition, rules: LifecycleRules) -> Longs:
    """When each customer's last stay lapses if nothing happens after the partition's events."""
    found = stays_ever(partition, rules)
    ends = np.full(partition.customer_count, STILL_THERE, np.int64)
    last = np.flatnonzero(np.diff(found.customer, append=-1))
    ends[found.customer[last]] = found.left_us[last]
    return ends


def _known(partition: Partition, ever: Stays, as_of_us: int) -> Stays:
    """What was known at an instant of the stays of all time."""
    begun = ever.entered_us <= as_of_us
    found = ever if begun.all() else ever.taken(begun)
    later = found.left_us > as_of_us
    returned = np.flatnonzero(found.next_row != NO_ROW)
    unseen = returned[partition.timestamps[found.next_row[returned]] > as_of_us]
    next_row = found.next_row.copy()
    next_row[unseen] = NO_ROW
    return replace(
        found,
        left_us=np.where(later, STILL_THERE, found.left_us),
        exit=np.where(later, np.int8(OPEN), found.exit),
        next_row=next_row,
    )


def _stays(partition: Partition, rules: LifecycleRules) -> Stays:
    nominated = _nominations(partition, rules)
    keeping = _keeping(partition, rules)
    lapse_after = np.array(
        [stage.lapse.after.us if stage.lapse else -1 for stage in rules.stages], dtype=np.int64
    )
    most = int(np.count_nonzero(nominated >= 0))  # every stay begins with a nomination
    customer = np.empty(most, dtype=np.int32)
    stage, entry, exit_ = (np.empty(most, dtype=np.int8) for _ in range(3))
    entered, left, entry_row, next_row = (np.empty(most, dtype=np.int64) for _ in range(4))
    count = _walk(
        partition.offsets, partition.timestamps, nominated, keeping, lapse_after, FOREVER,
        customer, stage, entered, left, entry, exit_, entry_row, next_row,
    )  # fmt: skip
    return Stays(
        customer=customer[:count].copy(),
        stage=stage[:count].copy(),
        entered_us=entered[:count].copy(),
        left_us=left[:count].copy(),
        entry=entry[:count].copy(),
        exit=exit_[:count].copy(),
        entry_row=entry_row[:count].copy(),
        next_row=next_row[:count].copy(),
    )


def _nominations(partition: Partition, rules: LifecycleRules) -> Bytes:
    """The furthest stage that each event nominates, −1 for none."""
    by_name = np.full(len(partition.names), -1, dtype=np.int8)
    nominated: Bytes | None = None
    for number, stage in enumerate(rules.stages):
        for rule in stage.enter:
            if isinstance(rule, Rule) and rule == Rule(event=rule.event):
                # decided by the name alone: once for each name, not for each event
                by_name[[rule.any_event or name in rule.event for name in partition.names]] = number
                continue
            if nominated is None:
                nominated = np.full(partition.event_count, -1, dtype=np.int8)
            nominated[rule_hits(partition, rule)] = number
    if not len(by_name):
        return np.zeros(0, dtype=np.int8)
    named = by_name[partition.events]
    return named if nominated is None else np.maximum(named, nominated)


def _keeping(partition: Partition, rules: LifecycleRules) -> Bits:
    """For each event a set of stages, bit by bit: those that the event keeps its customer in."""
    names = rules.named_events()
    default = Selector(event=tuple(sorted(names)))
    by_name = np.zeros(len(partition.names), dtype=np.uint32)
    special: list[tuple[int, Selector]] = []
    for number, stage in enumerate(rules.stages):
        for selector in _keep_of(stage, default):
            if selector.where is None:
                flags = [selector.any_event or name in selector.event for name in partition.names]
                by_name[flags] |= np.uint32(1 << number)
            else:
                special.append((number, selector))
    keeping: Bits = by_name[partition.events] if len(by_name) else np.zeros(0, dtype=np.uint32)
    for number, selector in special:
        keeping[matches(partition, selector)] |= np.uint32(1 << number)
    return keeping


def _keep_of(stage: StageRules, default: Selector) -> tuple[Selector, ...]:
    return (default,) if stage.keep is None else stage.keep


@kernel
def _walk(
    offsets: Longs, times: Longs, nominated: Bytes, keeping: Bits, lapse_after: Longs, as_of: int,
    customer_: NDArray[np.int32], stage_: Bytes, entered_: Longs, left_: Longs, entry_: Bytes, exit_: Bytes,
    entry_row_: Longs, next_row_: Longs,
) -> int:  # fmt: skip
    """Fill the stays and return how many there are."""
    count = 0
    for customer in range(len(offsets) - 1):
        row, end = offsets[customer], offsets[customer + 1]
        stage = -1
        ends = STILL_THERE  # when the present stay lapses unless a keep event comes by then
        entry = NEW
        while row < end and times[row] <= as_of:
            now = times[row]
            if stage >= 0 and now > ends:
                left_[count - 1], exit_[count - 1], next_row_[count - 1] = ends, LAPSED, row
                stage, entry = -1, REACTIVATED
            stop = _end_of_instant(times, row, end)
            chosen = _next_nomination(nominated, row, stop, stage)
            while chosen >= 0:
                if stage >= 0:
                    left_[count - 1], exit_[count - 1] = now, ADVANCED
                    entry = ADVANCED
                stage = nominated[chosen]
                customer_[count], stage_[count], entered_[count], left_[count] = (
                    customer,
                    stage,
                    now,
                    STILL_THERE,
                )
                entry_[count], exit_[count], entry_row_[count], next_row_[count] = entry, OPEN, chosen, NO_ROW
                count += 1
                ends = _lapses_at(lapse_after, stage, now)
                chosen = _next_nomination(nominated, row, stop, stage)
            if stage >= 0 and _keeps(nominated, keeping, row, stop, stage):
                ends = _lapses_at(lapse_after, stage, now)
            row = stop
        if stage >= 0 and ends <= as_of:
            left_[count - 1], exit_[count - 1] = ends, LAPSED
    return count


@kernel
def _end_of_instant(times: Longs, row: int, end: int) -> int:
    """The row after the last event of the instant that begins at ``row``."""
    stop = row + 1
    while stop < end and times[stop] == times[row]:
        stop += 1
    return stop


@kernel
def _next_nomination(nominated: Bytes, row: int, stop: int, stage: int) -> int:
    """The row that nominates the earliest stage beyond ``stage``, −1 when none does."""
    chosen = -1
    for other in range(row, stop):
        if nominated[other] > stage and (chosen < 0 or nominated[other] < nominated[chosen]):
            chosen = other
    return chosen


@kernel
def _keeps(nominated: Bytes, keeping: Bits, row: int, stop: int, stage: int) -> bool:
    """Whether an event of this instant shows that the customer is still in ``stage``."""
    for other in range(row, stop):
        if nominated[other] >= 0 or (keeping[other] >> np.uint32(stage)) & np.uint32(1):
            return True
    return False


@kernel
def _lapses_at(lapse_after: Longs, stage: int, kept: int) -> int:
    """When a stay lapses if nothing is seen after ``kept``; STILL_THERE without a lapse rule."""
    if lapse_after[stage] < 0:
        return STILL_THERE
    ends: int = kept + lapse_after[stage]
    return ends
