"""The lifecycle walked slowly, one customer and one instant after the other: the twin of the fast stage walk.

Written from the definitions alone, with no eye on speed: every rule is asked of every event, over the whole
history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from parcours.lifecycle.rules import LifecycleRules, StageRules
from twins.events import Event, by_customer, by_instant
from twins.matching import Traits, is_true_at, selects

HowEntered = Literal["new", "advanced", "reactivated"]
HowLeft = Literal["advanced", "lapsed"]


@dataclass(frozen=True)
class Interval:
    """One stay of one customer in one stage; ``left_at_us`` and ``how_left`` are None while it goes on."""

    customer: str
    stage_index: int
    entered_at_us: int
    left_at_us: int | None
    how_entered: HowEntered
    how_left: HowLeft | None
    next_event: str | None = None  # name of the first event after a lapse; None when nothing was seen yet


def intervals(
    events: Iterable[Event],
    rules: LifecycleRules,
    *,
    as_of_us: int,
    profiles: dict[str, dict[str, Any]] | None = None,
) -> list[Interval]:
    """All stays, by customer and then in time order. Events after ``as_of_us`` are not read."""
    seen = [event for event in events if event.timestamp_us <= as_of_us]
    stays: list[Interval] = []
    for customer, theirs in by_customer(seen).items():
        walk = _Walk(rules, theirs, (profiles or {}).get(customer, {}))
        stays += walk.until(as_of_us)
    return stays


@dataclass
class _Walk:
    """The walk over one customer's events. While the customer is in a stage, the last stay is open."""

    rules: LifecycleRules
    events: list[Event]
    traits: Traits
    stays: list[Interval] = field(default_factory=list)
    last_keep_us: int = 0

    def until(self, as_of_us: int) -> list[Interval]:
        for instant in by_instant(self.events):
            now_us = self.events[instant[0]].timestamp_us
            self._lapse_before(now_us, next_event=self.events[instant[0]].event)
            self._read(instant, now_us)
        # an end of observation at the very instant of the lapse finds the customer gone: nothing kept them
        self._lapse_before(as_of_us + 1, next_event=None)
        return self.stays

    @property
    def _open(self) -> Interval | None:
        return self.stays[-1] if self.stays and self.stays[-1].left_at_us is None else None

    def _lapse_before(self, now_us: int, next_event: str | None) -> None:
        stay = self._open
        if stay is None:
            return
        lapse = self.rules.stages[stay.stage_index].lapse
        if lapse is not None and now_us > self.last_keep_us + lapse.after.us:
            gone_us = self.last_keep_us + lapse.after.us
            self.stays[-1] = replace(stay, left_at_us=gone_us, how_left="lapsed", next_event=next_event)

    def _read(self, instant: list[int], now_us: int) -> None:
        stay = self._open
        nominated = {stage for place in instant if (stage := self._nominated_by(place)) is not None}
        if stay is not None and (nominated or any(self._keeps(stay.stage_index, place) for place in instant)):
            self.last_keep_us = now_us
        for stage in sorted(nominated):
            self._nominate(stage, now_us)

    def _nominated_by(self, place: int) -> int | None:
        """The furthest stage whose entry rule this event makes true."""
        true = [
            index
            for index, stage in enumerate(self.rules.stages)
            if any(is_true_at(rule, place, self.events, self.traits) for rule in stage.enter)
        ]
        return max(true, default=None)

    def _nominate(self, stage: int, now_us: int) -> None:
        stay = self._open
        if stay is not None and stage <= stay.stage_index:
            return
        how: HowEntered = "new"
        if stay is not None:
            self.stays[-1] = replace(stay, left_at_us=now_us, how_left="advanced")
            how = "advanced"
        elif self.stays:
            how = "reactivated"
        self.stays.append(Interval(self.events[0].customer, stage, now_us, None, how, None))
        self.last_keep_us = now_us

    def _keeps(self, stage_index: int, place: int) -> bool:
        stage, event = self.rules.stages[stage_index], self.events[place]
        if stage.keep is not None:
            return any(selects(keep, event, self.traits) for keep in stage.keep)
        names = named_by(self.rules.stages)
        return "*" in names or event.event in names


def named_by(stages: Iterable[StageRules]) -> set[str]:
    """Every event name in any stage's enter (``then`` included) or keep rules."""
    names: set[str] = set()
    for stage in stages:
        for rule in stage.enter:
            names.update(rule.event)
            if rule.then is not None:
                names.update(rule.then.event)
        for keep in stage.keep or ():
            names.update(keep.event)
    return names


def next_after_lapse(stays: list[Interval]) -> dict[int, dict[str | None, int]]:
    """For each stage, how often each event came first after a lapse (None: nothing seen yet)."""
    counts: dict[int, dict[str | None, int]] = {}
    for stay in stays:
        if stay.how_left == "lapsed":
            of_stage = counts.setdefault(stay.stage_index, {})
            of_stage[stay.next_event] = of_stage.get(stay.next_event, 0) + 1
    return counts
