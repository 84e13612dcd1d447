"""A repeated event id is dropped where it repeats an event, and only there."""

from __future__ import annotations

from pathlib import Path

from parcours.events.log import Batch, EventLog
from parcours.timelines.timelines import Timelines
from twins.events import Event
from twins.partitions import event_rows

NOON_US = 1_800_000_000_000_000


def count(folder: Path, *batches: list[Event]) -> int:
    log = EventLog.create(folder / "log", buckets=1)
    for number, events in enumerate(batches):
        log.append(Batch(f"batch {number}", event_rows(events, buckets=1, import_id=f"batch {number}")))
    timelines = Timelines(log, folder / "cache", threads=1, identity_limit=10)
    return sum(partition.event_count for partition in timelines.partitions())


def test_an_event_that_was_sent_twice_counts_once(tmp_path: Path) -> None:
    once = [Event("ann", NOON_US, "browse", {}, "1"), Event("ann", NOON_US, "order", {}, "2")]
    assert count(tmp_path, once, once) == 2


def test_two_customers_may_use_the_same_ids(tmp_path: Path) -> None:
    """Ann's last instant and Bob's first both hold two events; that they are neighbours repeats nothing."""
    events = [
        Event("ann", NOON_US, "browse", {}, "1"),
        Event("ann", NOON_US, "order", {}, "9"),
        Event("bob", NOON_US, "browse", {}, "9"),
        Event("bob", NOON_US, "order", {}, "A"),
    ]
    assert count(tmp_path, events) == 4
