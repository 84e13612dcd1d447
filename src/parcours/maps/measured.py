"""The measured lifecycle map as a plain value: what the renderers read. It never holds a connection.

Customers are counted in persons, times are elapsed days, instants UTC. A figure that cannot be known is
``None``, never zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from parcours.timelines.calendar import Unit
from parcours.values import Estimate

if TYPE_CHECKING:
    from parcours.maps.journey_comparison import JourneyLine
    from parcours.maps.measured_journey import (
        ExperienceScore,
        MeasuredCard,
        MeasuredPainPoint,
        MeasuredSolution,
    )

NEW = "(new)"
LAPSED = "(lapsed)"


@dataclass(frozen=True)
class Span:
    """A calendar period in the workspace's zone: ``first`` to ``last`` day, both inside."""

    first: date
    last: date


@dataclass(frozen=True)
class Flow:
    """Customers who moved in the period. ``source`` is a stage id, NEW or LAPSED; ``target`` a stage id or
    LAPSED.

    Advancing may skip stages. From LAPSED to a stage is a return (reactivation).
    """

    source: str
    target: str
    customers: int


@dataclass(frozen=True)
class Count:
    """A name with a number of customers and its share of all of them in the same list."""

    name: str
    customers: int
    share: float


@dataclass(frozen=True)
class Strategy:
    """A strategy in use at a stage, as the team wrote it, and how the team judges it."""

    text: str
    verdict: Literal["in_use", "works", "must_improve"]


@dataclass(frozen=True)
class StageDetails:
    """What the other documents say of a stage: its metrics, and the journeys that serve it.

    Cards are of the map's period; journeys each of the newest one in which all had their time (``JourneyLine.period``).
    ``value_at_stake_minor`` is the sum over the phases of journeys that lie in this stage."""

    cards: tuple[MeasuredCard, ...]
    journeys: tuple[JourneyLine, ...]
    pain_points: tuple[MeasuredPainPoint, ...]
    solutions: tuple[MeasuredSolution, ...]
    value_at_stake_minor: int | None
    currency: str  # "" where no value is known, or where journeys count in several
    score: ExperienceScore


@dataclass(frozen=True)
class MeasuredStage:
    """One station of the lifecycle.

    Sizes are taken at the end of the period. ``entered`` − ``left`` = ``change`` exactly. ``advance`` and
    ``lapse`` are cumulative incidences within ``horizon_days`` of entering (Aalen-Johansen, 95 % intervals)
    over all stays that began in the window of observation; ``None`` when there was no stay."""

    id: str
    title: str
    purpose: str
    enter: str  # the entry rule in words of the matcher language, for the definition panel
    lapse_after_days: float | None  # None: the stage has no lapse rule
    size: int
    share: float | None  # of the customers who are in any stage; None when there are none
    change: int  # against the end of the period before
    entered: int
    left: int
    trend: tuple[int, ...]  # sizes at the ends of MeasuredLifecycle.trend_periods
    advance: Estimate | None
    lapse: Estimate | None
    median_days_to_advance: (
        float | None
    )  # among all stays, with lapse as competing risk; None if under half advance
    median_stay_days: (
        float | None
    )  # time until leaving either way, Kaplan-Meier; None if under half have left
    stays: int
    unfinished: int  # stays still open at data_until: censored, not lost
    next_after_lapse: tuple[
        Count, ...
    ]  # first event after lapsing, most frequent first; name "" = nothing seen yet
    last_before_lapse: tuple[
        Count, ...
    ]  # last events of lapsed stays as a path "a → b → c"; "… → " more before
    entry_channels: tuple[Count, ...]  # channel of the entering event; name "" = event without a channel
    channels: tuple[str, ...]  # as drawn by the team
    strategies: tuple[Strategy, ...]
    details: StageDetails | None = None  # None: no journeys and no metrics are written


@dataclass(frozen=True)
class GrowthPeriod:
    """Growth accounting of one calendar period (new + returning + resurrected = active)."""

    span: Span
    new: int
    returning: int
    resurrected: int
    dormant: int  # active in the period before, not in this one
    complete: bool  # False when the data ends inside the period


@dataclass(frozen=True)
class FunnelStep:
    """One step of the main funnel, in customers."""

    name: str
    customers: int
    share: Estimate | None  # of the first step
    share_before: Estimate | None  # of the step before
    dropped: int  # got here and no further, and had the whole window
    open: int  # got here and no further so far: the window had not closed when the data ended
    median_days: float | None  # since the step before
    did_instead: tuple[Count, ...]  # first event after this step of those who dropped; name "" = nothing seen


@dataclass(frozen=True)
class MainFunnel:
    """The funnel that the lifecycle document names, over all data up to data_until."""

    window_days: float
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True)
class CohortCell:
    """One cell of the retention triangle."""

    returned: int
    share: Estimate | None
    complete: bool  # False where the period is not over


@dataclass(frozen=True)
class Cohort:
    """Customers whose first matching start lies in a period, and their returns 1, 2, ... periods later."""

    span: Span
    customers: int
    cells: tuple[CohortCell, ...]  # fewer for younger cohorts


@dataclass(frozen=True)
class RetentionTriangle:
    """Who comes back after the first start event, by period of that start."""

    unit: Unit
    start_events: tuple[str, ...]
    return_events: tuple[str, ...]
    cohorts: tuple[Cohort, ...]  # newest last, at most twelve


@dataclass(frozen=True)
class MeasuredLifecycle:
    """The lifecycle map of one workspace in one period. Without events there is no period, and no end of the data."""

    title: str
    workspace: str
    simulated: bool
    source: str  # where the data comes from and under which licence; "" when the workspace does not say
    zone: str
    unit: Unit
    period: Span | None
    data_until: datetime | None
    customers: int  # customers with any event up to data_until
    events: int
    horizon_days: float
    stages: tuple[MeasuredStage, ...]
    flows: tuple[Flow, ...]  # of the period; zero flows are left out
    lapsed: int  # customers lapsed and not back, at the end of the period
    lapsed_change: int
    trend_periods: tuple[Span, ...]
    lapsed_trend: tuple[int, ...]
    growth_unit: Unit
    growth: tuple[GrowthPeriod, ...]
    growth_events: tuple[str, ...]  # the events that count as activity; empty: any event
    funnel: MainFunnel | None = None  # None when the document names none
    retention: RetentionTriangle | None = None

    def __post_init__(self) -> None:
        for stage in self.stages:
            if stage.entered - stage.left != stage.change:
                raise ValueError(f"stage {stage.id!r}: entered − left is not the change")
