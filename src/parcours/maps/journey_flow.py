"""Who gets from touchpoint to touchpoint, where they are lost, what they did instead, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from parcours.errors import QueryError
from parcours.journeys.journey import JourneyDocument
from parcours.maps.drawn_touchpoints import Drawn
from parcours.maps.journey_figures import DAY_SECONDS, instead
from parcours.maps.journey_frame import JourneyFrame
from parcours.maps.measured_journey import TouchpointFlow
from parcours.measures import funnel
from parcours.measures.asking import Engine
from parcours.measures.funnel.query import MOST_STEPS, Step
from parcours.measures.funnel.query import Query as FunnelQuery
from parcours.measures.funnel.result import FunnelResult
from parcours.measures.touchpoints.steps import STEPS, StepsResult
from parcours.measures.touchpoints.steps import Query as StepsQuery
from parcours.stats.proportions import wilson
from parcours.stats.quantiles import median
from parcours.values import DAY_US, Estimate

WHOLE = "as-those-who-moved-on"
SO_FAR = "as-those-who-moved-on-so-far"


@dataclass(frozen=True)
class JourneyFlow:
    """The flow of each touchpoint that is a step, by id, and the whole of it."""

    touchpoints: dict[str, TouchpointFlow]
    entered: int | None
    completed: int | None
    completion: Estimate | None
    median_days_to_complete: float | None
    currency: str
    value_assumption: str

    @property
    def value_at_stake_minor(self) -> int | None:
        """The sum over all touchpoints; None where no value is known."""
        return stake(self.touchpoints.values())

    def worst(self) -> str | None:
        """The touchpoint whose loss is worth most, else the one that loses the largest share of thirty or more."""
        values = [(flow.value_at_stake_minor or 0, name) for name, flow in self.touchpoints.items()]
        if values and max(values)[0] > 0:
            return max(values)[1]
        lost = [
            (flow.dropped / flow.reached, name)
            for name, flow in self.touchpoints.items()
            if flow.reached >= 30 and flow.dropped
        ]
        return max(lost)[1] if lost else None


NO_FLOW = JourneyFlow({}, None, None, None, None, "", "")


def stake(flows: Any) -> int | None:
    """What is at stake over several touchpoints."""
    values = [flow.value_at_stake_minor for flow in flows if flow.value_at_stake_minor is not None]
    return sum(values) if values else None


def journey_flow(
    journey: JourneyDocument,
    drawn: tuple[Drawn, ...],
    engine: Engine,
    frame: JourneyFrame,
    scope: dict[str, Any],
) -> JourneyFlow:
    """Attempts that began in the period, each followed for the whole window."""
    steps = _steps(drawn)
    if not steps:
        return NO_FLOW
    asked: dict[str, Any] = frame.common | scope | {
        "steps": tuple(step for _, step in steps),
        "window": journey.window,
        "start": frame.period.first,
        "end": frame.followed_until(journey.window),
        "starts_until": frame.period.last,
    }  # fmt: skip
    result = engine.ask(funnel.MEASURE, FunnelQuery(**asked))
    counted = engine.ask(STEPS, StepsQuery(**asked, value=journey.value, value_within=journey.value_within))
    touchpoints = [name for name, _ in steps]
    through = median(counted.through_us) if len(steps) > 1 else None
    return JourneyFlow(
        touchpoints={name: _flow(number, result, counted) for number, name in enumerate(touchpoints)},
        entered=result.total.steps[0].reached,
        completed=result.converted,
        completion=wilson(result.converted, result.total.steps[0].reached),
        median_days_to_complete=None if through is None else through / DAY_US,
        currency=counted.currency,
        value_assumption="" if not counted.currency else SO_FAR if counted.unfinished else WHOLE,
    )


def _flow(number: int, result: FunnelResult, counted: StepsResult) -> TouchpointFlow:
    """One touchpoint; who is at the last required one, or beyond, has arrived."""
    reached, moved, dropped, open_ = (int(count) for count in counted.counts[number])
    last = max(place for place, optional in enumerate(result.optional) if not optional)
    arrived = number >= last
    mean = None if arrived else counted.mean_minor(number)
    return TouchpointFlow(
        reached=reached,
        moved_on=moved,
        dropped=dropped,
        open=open_,
        share_of_start=wilson(reached, result.total.steps[0].reached),
        share_moving_on=None if arrived else wilson(moved, reached),
        median_days_since_before=_days(result.total.steps[number].median_seconds) if number else None,
        did_instead=instead(counted.did_instead, number),
        value_at_stake_minor=None if mean is None else dropped * mean,
        value_of_those_who_continue_minor=mean,
    )


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY_SECONDS


def _steps(drawn: tuple[Drawn, ...]) -> list[tuple[str, Step]]:
    """The steps of the funnel: touchpoints with events, from the first that everyone takes.

    Where there are more than a funnel can have, optional ones are left out, the last first."""
    bound = [one for one in drawn if one.bound]
    while bound and bound[0].touchpoint.optional:
        bound.pop(0)
    while len(bound) > MOST_STEPS:
        spare = [one for one in bound if one.touchpoint.optional]
        if not spare:
            raise QueryError(
                f"A journey can be followed over {MOST_STEPS} touchpoints with events, not {len(bound)}.",
                hint="Split it into journeys of their own, or mark touchpoints as optional.",
            )
        bound.remove(spare[-1])
    return [(one.touchpoint.id, _step(one, first=number == 0)) for number, one in enumerate(bound)]


def _step(drawn: Drawn, *, first: bool) -> Step:
    """One step: any of the touchpoint's events."""
    touchpoint = drawn.touchpoint
    one, *others = touchpoint.events
    return Step(
        event=one.event,
        where=one.where,
        or_=tuple(others),
        name=touchpoint.title,
        optional=touchpoint.optional,
        within=None if first else touchpoint.within,
    )
