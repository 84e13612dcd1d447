"""The fast stage walk equals its slow twin, stay by stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from parcours.events.log import Batch, EventLog
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.timelines import Timelines
from twins.fast import fast_intervals
from twins.lifecycle import Interval, intervals
from twins.logs import UNIT_US, Log, lifecycles, logs
from twins.partitions import event_rows, partition_of, profile_rows

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def slow(log: Log, rules: LifecycleRules) -> list[Interval]:
    return intervals(log.events, rules, as_of_us=log.as_of_us, profiles=log.profiles)


@settings(PATIENT, max_examples=800)
@given(logs(), lifecycles())
def test_stays_are_those_of_the_twin(log: Log, rules: LifecycleRules) -> None:
    assert fast_intervals(partition_of(log.events, log.profiles), rules, log.as_of_us) == slow(log, rules)


@settings(PATIENT, max_examples=150)
@given(logs(least_events=10, most_events=40), lifecycles())
def test_whenever_observation_ends(log: Log, rules: LifecycleRules) -> None:
    """At the end of the log, at every lapse, and a microsecond before and after."""
    part = partition_of(log.events, log.profiles)
    last_us = max(event.timestamp_us for event in log.events)
    whole = replace(log, as_of_us=last_us + 100 * UNIT_US)
    ends = {stay.left_at_us for stay in slow(whole, rules) if stay.left_at_us is not None}
    for end_us in sorted({last_us, *ends})[-8:]:
        for moment_us in (end_us - 1, end_us, end_us + 1):
            cut = replace(log, as_of_us=moment_us)
            assert fast_intervals(part, rules, moment_us) == slow(cut, rules)


@settings(PATIENT, max_examples=25)
@given(logs(), lifecycles())
def test_from_a_real_log_on_disk(log: Log, rules: LifecycleRules) -> None:
    """Rows arrive in reverse, in two buckets, through Delta Lake and the partition builder."""
    with TemporaryDirectory() as folder:
        written = EventLog.create(Path(folder) / "log", buckets=2)
        rows = event_rows(reversed(log.events), buckets=2)
        written.append(Batch("test", rows, profiles=profile_rows(log.profiles)))
        timelines = Timelines(written, Path(folder) / "cache", threads=1, identity_limit=5)
        found = [
            stay for part in timelines.partitions() for stay in fast_intervals(part, rules, log.as_of_us)
        ]
    assert sorted(found, key=lambda stay: stay.customer) == slow(log, rules)
