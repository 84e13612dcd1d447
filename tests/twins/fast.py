"""The fast stage walk's answer in the twin's words."""

from __future__ import annotations

from parcours.lifecycle.intervals import ADVANCED, LAPSED, NEW, NO_ROW, OPEN, REACTIVATED, STILL_THERE, stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.partition import Partition
from twins.lifecycle import HowEntered, HowLeft, Interval

ENTERED: dict[int, HowEntered] = {NEW: "new", ADVANCED: "advanced", REACTIVATED: "reactivated"}
LEFT: dict[int, HowLeft | None] = {OPEN: None, ADVANCED: "advanced", LAPSED: "lapsed"}


def fast_intervals(partition: Partition, rules: LifecycleRules, as_of_us: int) -> list[Interval]:
    """The stays of a partition, in its order."""
    found = stays(partition, rules, as_of_us)
    return [
        Interval(
            customer=partition.customers[int(found.customer[i])].as_py(),
            stage_index=int(found.stage[i]),
            entered_at_us=int(found.entered_us[i]),
            left_at_us=None if found.left_us[i] == STILL_THERE else int(found.left_us[i]),
            how_entered=ENTERED[int(found.entry[i])],
            how_left=LEFT[int(found.exit[i])],
            next_event=_name(partition, int(found.next_row[i])),
        )
        for i in range(len(found))
    ]


def _name(partition: Partition, row: int) -> str | None:
    return None if row == NO_ROW else partition.names[partition.events[row]]
