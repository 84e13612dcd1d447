"""The measured journey map as a plain value: what page, poster, slides, tables and narrative read.

It never holds a connection. Customers are counted in persons (canonical ids), times are elapsed days, instants UTC,
money whole minor units of ``currency``, emotions −2…+2. A figure that cannot be known is ``None``, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from parcours.maps.measured import Count, Span
from parcours.values import Estimate

Status = Literal["on_target", "watch", "off_target", "no_target", "no_data", "too_few"]
EvidenceState = Literal["measured", "researched", "assumed", "stale", "no_data"]
Progress = Literal["idea", "planned", "running", "done"]


@dataclass(frozen=True)
class Reading:
    """One value of a metric in one period, with its 95 % interval where it has one, and what it rests on."""

    span: Span
    value: float | None  # shares 0…1, money in major units, days, or a plain number
    low: float | None
    high: float | None
    n: int  # customers, answers or events that it rests on


@dataclass(frozen=True)
class MeasuredCard:
    """A metric where it stands on the map.

    ``trend`` ends with ``now``'s period; ``definition`` says in words how it is computed."""

    id: str
    title: str
    meaning: str
    definition: str
    unit: Literal["number", "share", "money", "days", "score"]
    currency: str  # "" when the unit is not money
    direction: Literal["up", "down"]
    now: Reading
    before: Reading | None  # the comparison period
    trend: tuple[Reading, ...]
    target: Decimal | None
    warn: Decimal | None
    minimum_n: int
    status: Status
    headline: bool
    trend_broken_on: date | None  # the metric was redefined on this day


@dataclass(frozen=True)
class Statement:
    """One statement of the team in a cell, with the state of its evidence as of the day of reading."""

    text: str
    persona: str | None  # id
    state: EvidenceState
    sources: tuple[str, ...]
    n: int | None
    as_of: date | None


@dataclass(frozen=True)
class DrawnEmotion:
    """How it feels, as the team draws it."""

    score: float
    label: str
    quote: str
    persona: str | None  # id; None: everybody's
    state: EvidenceState


@dataclass(frozen=True)
class MeasuredEmotion:
    """How it feels, as customers said: the mean on −2…+2 with its 95 % interval, from one feedback source."""

    feedback: str  # id of the source
    title: str
    scale: str
    conversion: str  # such as "x − 3", for the legend
    value: float
    low: float
    high: float
    n: int  # answers
    original_mean: float  # on the scale's own range


@dataclass(frozen=True)
class TouchpointFlow:
    """Who gets here and who goes on, by the funnel's rules (per-step windows, optional touchpoints may be skipped).

    ``reached`` = ``moved_on`` + ``dropped`` + ``open``. Who is at the last touchpoint that is not optional, or beyond,
    has arrived: there ``moved_on`` = ``reached`` and ``share_moving_on`` is ``None``, as it is where nobody was."""

    reached: int
    moved_on: int
    dropped: int  # had the whole window and did not go on
    open: int  # the window had not closed when the data ended
    share_of_start: Estimate | None
    share_moving_on: Estimate | None
    median_days_since_before: float | None
    did_instead: tuple[Count, ...]  # first event after it of those who dropped; name "" = nothing seen
    value_at_stake_minor: int | None  # dropped × mean value of those who moved on; None: no value known
    value_of_those_who_continue_minor: int | None  # mean over those who moved on, who spent nothing included


@dataclass(frozen=True)
class TouchpointFigures:
    """The touchpoint on its own, whoever was there in the period, in whatever order."""

    customers: int
    events: int
    share: float | None  # of the customers active in the period
    next: tuple[Count, ...]  # the next touchpoint of theirs (title), or the next event; "" = nothing seen
    channels: tuple[Count, ...]  # customers by channel (title, or the event's own word); "" = no channel
    customers_before: int | None  # in the comparison period


@dataclass(frozen=True)
class MeasuredSolution:
    """What is done about it."""

    id: str
    text: str
    owner: str
    status: Progress
    effort: int | None
    expected_metric: str  # title of the metric; "" when no effect is expected in figures
    expected_change: Decimal | None
    expected_unit: str
    measured_change: float | None  # of that metric, same length of time before and after shipped_on
    shipped_on: date | None
    link: str


@dataclass(frozen=True)
class MeasuredOpportunity:
    """What could be better."""

    id: str
    text: str
    owner: str
    status: Progress
    impact: int | None
    effort: int | None


@dataclass(frozen=True)
class MeasuredPainPoint:
    """What hurts."""

    id: str
    text: str
    severity: int
    frequency: str
    customers: int | None  # who met it in the period, where events show it
    state: EvidenceState
    personas: tuple[str, ...]
    owner: str


@dataclass(frozen=True)
class MeasuredTouchpoint:
    """One column of the map."""

    id: str
    title: str
    phase: str  # id
    icon: str
    channels: tuple[tuple[str, str], ...]  # icon, title
    moment_of_truth: bool
    optional: bool
    initiator: Literal["customer", "company"]
    sub_journey: str | None
    reused_from: str | None  # journey/touchpoint
    rule: str  # the events that prove it, in words; "" when none do
    state: EvidenceState
    figures: TouchpointFigures | None  # None: no events are bound
    flow: TouchpointFlow | None  # None: not a step of the measured flow
    doing: tuple[Statement, ...]
    thinking: tuple[Statement, ...]
    cells: dict[str, tuple[Statement, ...]]  # by lane id
    drawn: tuple[DrawnEmotion, ...]
    measured: tuple[MeasuredEmotion, ...]
    cards: tuple[MeasuredCard, ...]
    pain_points: tuple[MeasuredPainPoint, ...]
    opportunities: tuple[MeasuredOpportunity, ...]
    solutions: tuple[MeasuredSolution, ...]


@dataclass(frozen=True)
class MeasuredPhase:
    """One phase with its cards; ``headline`` is the card on its sign."""

    id: str
    title: str
    goal: str
    stage: str | None  # title of the lifecycle's stage
    cards: tuple[MeasuredCard, ...]
    reached: int | None  # customers who got to its first measured touchpoint
    moved_on: int | None  # of them, to the next phase (to the end, for the last)
    share_moving_on: Estimate | None
    touchpoints: tuple[str, ...]  # ids
    score: ExperienceScore | None
    value_at_stake_minor: int | None = None  # the sum over its touchpoints; None: no value known

    @property
    def headline(self) -> MeasuredCard | None:
        return next((card for card in self.cards if card.headline), self.cards[0] if self.cards else None)


@dataclass(frozen=True)
class ExperienceScore:
    """One score of 0…100, and its parts (0…1 each; None: nothing to judge it by, left out of the mean)."""

    value: float | None
    attainment: float | None  # mean of the cards' attainment of their targets
    emotion: float | None  # (mean emotion + 2) / 4; measured where there is any, else drawn
    friction: float | None  # share of those who move on, geometric mean over touchpoints
    emotion_is_measured: bool
    weights: tuple[float, float, float]  # attainment, emotion, friction


@dataclass(frozen=True)
class MeasuredPersona:
    """A persona, with the customers whom it stands for."""

    id: str
    name: str
    role: str
    quote: str
    goals: tuple[str, ...]
    needs: tuple[str, ...]
    frustrations: tuple[str, ...]
    state: EvidenceState
    customers: int | None  # None: not bound to a segment
    share: float | None  # of all customers


@dataclass(frozen=True)
class LaneHead:
    """A lane of the team's own."""

    id: str
    title: str
    line: Literal["interaction", "visibility", "internal"] | None


@dataclass(frozen=True)
class Deviation:
    """A way in which customers leave the drawn order."""

    customers: int
    path: tuple[str, ...]  # titles of touchpoints in the order in which they were met


@dataclass(frozen=True)
class Coverage:
    """How well map and events fit. Shares are of events or customers of the period; None when there are none."""

    events: int
    unclaimed_events: int  # events that no touchpoint claims
    unclaimed: tuple[Count, ...]  # their names; here ``customers`` counts events
    touchpoints_without_events: tuple[str, ...]  # titles: bound to events that never occurred in the period
    touchpoints_unbound: tuple[str, ...]  # titles: no events bound at all
    customers_on_the_path: int  # met at least one touchpoint
    share_on_the_path: float | None
    customers_with_two: int  # met at least two touchpoints: an order can be judged
    conforming: int  # of them, those whose first meetings follow the drawn order
    deviations: tuple[Deviation, ...]
    needed_but_missing: tuple[
        str, ...
    ]  # event names that touchpoints, metrics, feedback need and the log lacks
    never_used: tuple[str, ...]  # event names in the log that no document names
    stale: tuple[str, ...]  # event names bound to touchpoints, last seen long before the data ends


@dataclass(frozen=True)
class MeasuredJourney:
    """A journey map with its numbers."""

    id: str
    title: str
    workspace: str
    simulated: bool
    source: str
    stages: tuple[str, ...]  # titles of the lifecycle's stages that it serves
    scenario: str
    expectation: str
    customer_goal: str
    company_goal: str
    status: str
    variant: Literal["as_is", "to_be"]
    owner: str
    reviewed_on: date | None
    review_by: date | None
    version: str  # "" when the documents are not kept in a store
    zone: str
    currency: str  # "" when the log holds no money, or several currencies
    period: Span
    comparison: Span | None
    segment: str  # title; "" for all customers
    data_until: datetime
    window_days: float
    personas: tuple[MeasuredPersona, ...]
    phases: tuple[MeasuredPhase, ...]
    touchpoints: tuple[MeasuredTouchpoint, ...]
    lanes: tuple[LaneHead, ...]
    entered: int | None  # customers at the first measured touchpoint
    completed: int | None  # at the last one
    completion: Estimate | None
    median_days_to_complete: float | None
    value_at_stake_minor: int | None
    value_assumption: (
        str  # "as-those-who-moved-on": the lost would have spent what those who moved on did; or ""
    )
    worst: str | None  # id of the touchpoint whose loss is worth most (else: largest share lost, n ≥ 30)
    coverage: Coverage
    score: ExperienceScore
    aim: str = "other"  # sales, referrals, retention, fewer_complaints or other: journeys are compared by it

    def touchpoint(self, touchpoint_id: str) -> MeasuredTouchpoint:
        """The touchpoint of this id; raises KeyError."""
        return {one.id: one for one in self.touchpoints}[touchpoint_id]
