"""Measure a lifecycle document: ask the measures what the map shows, and gather the answers in one value."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.journeys.lifecycle import LifecycleDocument, Stage
from parcours.maps.journey_figures import main_funnel, retention_triangle
from parcours.maps.measured import (
    LAPSED,
    NEW,
    Count,
    Flow,
    GrowthPeriod,
    MeasuredLifecycle,
    MeasuredStage,
    Span,
    Strategy,
)
from parcours.measures import growth, lifecycle, stages
from parcours.measures.asking import Engine
from parcours.measures.seen import SEEN
from parcours.measures.seen import Query as SeenQuery
from parcours.settings import Settings
from parcours.timelines.calendar import Calendar, Periods, Unit
from parcours.timelines.matchers import Rule
from parcours.timelines.patterns import SequenceRule
from parcours.values import DAY_US, Duration, moment_utc

AT_ONCE = 2  # questions of one map
TREND_PERIODS = 12
NEXT_EVENTS = 6
_PLAIN = re.compile(r"[^\W\d][\w./ -]*")  # begins with a letter, and holds no sign that means something


@dataclass(frozen=True)
class Frame:
    """When the map is measured: the period shown, the trend that ends with it, and the whole span of the
    data.
    """

    unit: Unit
    trend: Periods
    first: date
    last: date
    as_of_us: int

    @property
    def period(self) -> Span:
        return Span(self.trend.starts[-1], self.trend.last_days()[-1])


def frame(
    calendar: Calendar, span_us: tuple[int, int], unit: Unit, period: date | None, as_of_us: int | None
) -> Frame:
    """The period that holds the day ``period`` (default: the last complete one) and the trend before it."""
    end_us = span_us[1] if as_of_us is None else as_of_us
    first, last = calendar.day_of(min(span_us[0], end_us)), calendar.day_of(end_us)
    if period is None:
        newest = calendar.periods(last, last, unit)
        day = newest.starts[0]
        if not calendar.complete(newest, end_us)[0] and calendar.floor(first, unit) < day:
            day = calendar.step(day, unit, -1)
    elif not calendar.floor(first, unit) <= period <= last:
        raise QueryError(
            f"{period} lies outside the data, which runs from {first} to {last}.",
            hint=f"Choose a day from {first} to {last}.",
        )
    else:
        day = calendar.floor(period, unit)
    oldest = max(calendar.step(day, unit, 1 - TREND_PERIODS), calendar.floor(first, unit))
    return Frame(unit, calendar.periods(oldest, day, unit), first, last, end_us)


def measure(
    document: LifecycleDocument,
    engine: Engine,
    settings: Settings,
    *,
    unit: Unit = "month",
    period: date | None = None,
    horizon: Duration,
    as_of_us: int | None = None,
) -> MeasuredLifecycle:
    """The measured lifecycle map of one period. An empty log gives zeros with the stages' names, and no period."""
    calendar, span_us = Calendar(settings.zone, settings.week_start), engine.timelines.span_us()
    common: dict[str, Any] = {"zone": settings.zone, "week_start": settings.week_start}
    blank = _blank(document, settings, unit, horizon)
    if span_us is None:
        return replace(
            blank,
            funnel=main_funnel(document.funnel, engine, common) if document.funnel else None,
            retention=retention_triangle(document.retention, engine, common) if document.retention else None,
        )
    when = frame(calendar, span_us, unit, period, as_of_us)
    common |= {"as_of_us": when.as_of_us}
    trend = common | {"start": when.trend.starts[0], "end": when.period.last}
    ever = common | {"start": when.first, "end": when.last}
    recent = common | {"start": when.trend.starts[0], "end": when.last}
    shown = common | {"start": when.period.first, "end": when.period.last}

    rules, plan, returns = document.rules, document.funnel, document.retention
    by_channel = stages.Query(rules=rules, unit=unit, by="channel", **shown)
    with ThreadPoolExecutor(AT_ONCE) as pool:  # much of an answer is not the walk over customers
        asked: list[Future[Any]] = [
            pool.submit(engine.ask, stages.MEASURE, stages.Query(rules=rules, unit=unit, **trend)),
            pool.submit(engine.ask, lifecycle.MEASURE, lifecycle.Query(rules=rules, horizon=horizon, **ever)),
            pool.submit(engine.ask, stages.MEASURE, by_channel),
            pool.submit(
                engine.ask, growth.MEASURE, growth.Query(unit=unit, events=document.activity, **trend)
            ),
            pool.submit(engine.ask, SEEN, SeenQuery(as_of_us=when.as_of_us)),
        ]
        steps = pool.submit(main_funnel, plan, engine, ever) if plan else None
        triangle = pool.submit(retention_triangle, returns, engine, recent) if returns else None
        answers: list[Any] = [one.result() for one in asked]
    sizes, outcomes, channels, activity, seen = answers
    total, lapsed = sizes.total, sizes.lapsed_sizes
    return replace(
        blank,
        period=when.period,
        data_until=moment_utc(when.as_of_us),
        customers=seen.customers,
        events=seen.events,
        stages=tuple(
            _stage(number, stage, total, outcomes.of(stage.id), channels)
            for number, stage in enumerate(blank.stages)
        ),
        flows=_flows(total, document.rules.ids),
        lapsed=int(lapsed[-1]),
        lapsed_change=int(lapsed[-1] - (lapsed[-2] if len(lapsed) > 1 else sizes.lapsed_before)),
        trend_periods=_spans(when.trend),
        lapsed_trend=tuple(int(size) for size in lapsed),
        growth=_growth(activity),
        funnel=steps.result() if steps else None,
        retention=triangle.result() if triangle else None,
    )


def _blank(
    document: LifecycleDocument, settings: Settings, unit: Unit, horizon: Duration
) -> MeasuredLifecycle:
    """The map of a log that holds no events: names and zeros."""
    return MeasuredLifecycle(
        title=document.title,
        workspace=settings.title,
        simulated=settings.simulated,
        source=settings.source,
        zone=settings.zone,
        unit=unit,
        period=None,
        data_until=None,
        customers=0,
        events=0,
        horizon_days=horizon.days,
        stages=tuple(_blank_stage(stage) for stage in document.stages),
        flows=(),
        lapsed=0,
        lapsed_change=0,
        trend_periods=(),
        lapsed_trend=(),
        growth_unit=unit,
        growth=(),
        growth_events=tuple(sorted({name for selector in document.activity for name in selector.event})),
    )


def _blank_stage(stage: Stage) -> MeasuredStage:
    return MeasuredStage(
        id=stage.id,
        title=stage.title,
        purpose=stage.purpose,
        enter=in_words(stage.enter),
        lapse_after_days=stage.lapse.after.days if stage.lapse else None,
        size=0,
        share=None,
        change=0,
        entered=0,
        left=0,
        trend=(),
        advance=None,
        lapse=None,
        median_days_to_advance=None,
        median_stay_days=None,
        stays=0,
        unfinished=0,
        next_after_lapse=(),
        last_before_lapse=(),
        entry_channels=(),
        channels=stage.channels,
        strategies=tuple(Strategy(one.text, one.verdict) for one in stage.strategies),
    )


def _stage(
    number: int,
    blank: MeasuredStage,
    total: stages.Group,
    outcome: lifecycle.Outcome,
    channels: stages.StagesResult,
) -> MeasuredStage:
    sizes = total.sizes
    everyone = int(sizes[-1].sum())
    entered = int(total.entries[-1, :, number].sum())
    left = int(total.exits[-1, number, :].sum())
    return replace(
        blank,
        size=int(sizes[-1, number]),
        share=int(sizes[-1, number]) / everyone if everyone else None,
        change=entered - left,
        entered=entered,
        left=left,
        trend=tuple(int(size) for size in sizes[:, number]),
        advance=outcome.advance.estimate,
        lapse=outcome.lapse.estimate,
        median_days_to_advance=_days(outcome.median_advance_us),
        median_stay_days=_days(outcome.median_stay_us),
        stays=outcome.stays,
        unfinished=outcome.unfinished,
        next_after_lapse=_shares(outcome.next_after_lapse)[:NEXT_EVENTS],
        last_before_lapse=_shares(outcome.last_before_lapse)[:NEXT_EVENTS],
        entry_channels=_entry_channels(channels, number),
    )


def in_words(rules: Sequence[Rule | SequenceRule]) -> str:
    """Entry rules as a document writes them, in one line: ``ordered | {event: review, where: {stars: {gte: 4}}}``."""
    return " | ".join(_in_words(rule) for rule in rules)


def _in_words(rule: Rule | SequenceRule) -> str:
    if isinstance(rule, SequenceRule):
        return f"{{sequence: {rule.sequence}}}"
    if rule == Rule(event=rule.event[:1]):
        return rule.event[0]
    return _flow(rule.model_dump(exclude_defaults=True, by_alias=True))


def _flow(given: Any) -> str:
    """A plain value in YAML's flow style, with the short forms that people write."""
    if isinstance(given, dict):
        parts = given | given.pop("properties") if "properties" in given else given
        return "{" + ", ".join(f"{name}: {_flow(_short(name, part))}" for name, part in parts.items()) + "}"
    if isinstance(given, (list, tuple)):
        return "[" + ", ".join(_flow(part) for part in given) + "]"
    if isinstance(given, bool):
        return "true" if given else "false"
    return _quoted(given) if isinstance(given, str) else str(given)


def _quoted(text: str) -> str:
    """Text that YAML would read as something else, in quotes."""
    return text if _PLAIN.fullmatch(text) and text not in {"true", "false", "null"} else json.dumps(text)


def _short(name: str, given: Any) -> Any:
    """One event needs no list."""
    return given[0] if name == "event" and len(given) == 1 else given


def _days(us: int | None) -> float | None:
    return None if us is None else us / DAY_US


def _shares(counts: Sequence[tuple[str, int]]) -> tuple[Count, ...]:
    total = sum(count for _, count in counts)
    return tuple(Count(name, count, count / total) for name, count in counts)


def _entry_channels(channels: stages.StagesResult, number: int) -> tuple[Count, ...]:
    counts = [(group.name, int(group.entries[-1, :, number].sum())) for group in channels.groups]
    return _shares(sorted([one for one in counts if one[1]], key=lambda one: (-one[1], one[0])))


def _flows(total: stages.Group, ids: tuple[str, ...]) -> tuple[Flow, ...]:
    sources = (*ids, NEW, LAPSED)
    entries: NDArray[np.int64] = total.entries[-1]
    moved = [
        Flow(sources[source], ids[target], int(entries[source, target]))
        for source, target in zip(*np.nonzero(entries), strict=True)
    ]
    lost = [
        Flow(ids[number], LAPSED, int(count))
        for number, count in enumerate(total.exits[-1, :, len(ids)])
        if count
    ]
    return (*moved, *lost)


def _spans(periods: Periods) -> tuple[Span, ...]:
    return tuple(map(Span, periods.starts, periods.last_days()))


def _growth(result: growth.GrowthResult) -> tuple[GrowthPeriod, ...]:
    return tuple(
        GrowthPeriod(span, int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3]), complete)
        for span, counts, complete in zip(_spans(result.periods), result.counts, result.complete, strict=True)
    )
