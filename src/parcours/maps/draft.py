"""A journey proposed from the log alone, for a team to rename and keep: touchpoints, order, phases, drop-offs.

* **Touchpoints** are the events that at least one newcomer in ``1 / RARE`` did.
* **Order**: for every two of them it is counted who did the one first; each gets the mean share of the others that it
  comes before (a Borda count over the customers who did both), and they are put in that order.
* **The goal** is the event that is worth most money in all, or, where none is worth any, the last one that is not the
  company's own doing.
* **Optional** is a touchpoint that most of those who got to the goal had not met before, and whatever comes after it.
* **Phases** begin where the way to the goal narrows most: where the number of customers falls to the smallest share of
  those at the required touchpoint before. What comes after the goal is a phase of its own.
* **Window**: nine in ten of those who got to the last required touchpoint took that long or less, rounded up.

What is proposed is what is frequent, not what matters: what happens without an event is missing, and events of one
page that fire together stand beside each other. How good it is on a shop whose truth is known is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from parcours.errors import QueryError
from parcours.maps.journey_frame import JourneyFrame
from parcours.measures import events, funnel
from parcours.measures.asking import Engine
from parcours.measures.funnel import Query as FunnelQuery
from parcours.measures.metrics.amounts import AMOUNTS
from parcours.measures.metrics.amounts import Query as AmountsQuery
from parcours.measures.touchpoints import MEASURE as TOUCHPOINTS
from parcours.measures.touchpoints import Query as TouchpointsQuery
from parcours.measures.touchpoints import TouchpointRule
from parcours.measures.touchpoints.precedence import PRECEDENCE, PrecedenceResult
from parcours.measures.touchpoints.precedence import Query as PrecedenceQuery
from parcours.timelines.matchers import Selector
from parcours.values import DAY_US, Duration

RARE = 50  # an event that fewer than one newcomer in so many did is no touchpoint
MOST_TOUCHPOINTS = 20
MOST_PHASES = 4
NARROWS = 0.8  # where more than that get on, no phase begins
TAKEN = 0.5  # of those who got further, so many at least took a touchpoint that is required
SETTLING = Duration(30 * DAY_US)
WINDOWS_DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365)
# How the names of events begin and end that are the company's doing, not the customer's.
COMPANY_BEGINS = (
    "email", "e-mail", "mail", "sms", "push", "newsletter", "message", "letter", "ad", "campaign", "reminder",
)  # fmt: skip
COMPANY_ENDS = ("sent", "delivered", "shown", "bounced", "seen", "received")


@dataclass(frozen=True)
class DraftTouchpoint:
    """One proposed touchpoint."""

    event: str
    customers: int  # newcomers who did it
    optional: bool
    company: bool
    going_on: float | None  # of them, the share at the next required one; None at the last
    channels: tuple[tuple[str, int], ...]  # values seen, most frequent first


@dataclass(frozen=True)
class Draft:
    """A proposed journey."""

    newcomers: int
    phases: tuple[tuple[DraftTouchpoint, ...], ...]
    left_out: tuple[tuple[str, int], ...]  # events too rare, with the newcomers who did them
    window: Duration
    value_event: str | None

    @property
    def touchpoints(self) -> tuple[DraftTouchpoint, ...]:
        return tuple(point for phase in self.phases for point in phase)


def draft_journey(engine: Engine, frame: JourneyFrame) -> Draft:
    """A journey from all events up to the end of the data; raises QueryError when there are none."""
    found = engine.ask(events.MEASURE, events.Query(**frame.common))
    by_customers = sorted(
        zip(found.customers.tolist(), found.names, strict=True), key=lambda one: (-one[0], one[1])
    )
    names = tuple(name for _, name in by_customers[: 3 * MOST_TOUCHPOINTS])
    if not names:
        raise QueryError("The log holds no events to draft a journey from.", hint="Import events first.")
    ordered = _precedence(engine, frame, names)
    counts = {name: int(ordered.both[number, number]) for number, name in enumerate(names)}
    least = max(1, -(-ordered.newcomers // RARE))
    kept = [name for name in names if counts[name] >= least][:MOST_TOUCHPOINTS]
    order = _in_order(ordered, kept)
    worth = _value_event(engine, frame, kept)
    goal = worth or next((name for name in reversed(order) if not _company(name)), order[-1])
    required = _required(ordered, order, goal)
    return Draft(
        newcomers=ordered.newcomers,
        phases=_phases(_touchpoints(engine, frame, ordered, order, required), order.index(goal)),
        left_out=tuple((name, counts[name]) for name in names if name not in kept),
        window=_window(engine, frame, [name for name in order if name in required]),
        value_event=worth,
    )


def _precedence(engine: Engine, frame: JourneyFrame, names: tuple[str, ...]) -> PrecedenceResult:
    """Over newcomers; over everybody where the log is too short to tell them."""
    begin = (engine.timelines.span_us() or (0, 0))[0]
    enough = frame.as_of_us - begin >= 3 * SETTLING.us
    query = PrecedenceQuery(names=names, settled_us=begin + SETTLING.us if enough else begin, **frame.common)
    found = engine.ask(PRECEDENCE, query)
    if found.newcomers:
        return found
    return engine.ask(PRECEDENCE, query.model_copy(update={"settled_us": begin}))


def _in_order(found: PrecedenceResult, kept: list[str]) -> list[str]:
    """By the mean share of the others that each comes before."""
    places = [found.names.index(name) for name in kept]
    before, both = found.before[np.ix_(places, places)], found.both[np.ix_(places, places)]
    ties = both - before - before.T
    share = np.where(both > 0, (before + ties / 2) / np.maximum(both, 1), 0.5)
    np.fill_diagonal(share, 0.5)
    rank = share.mean(axis=1)
    return [kept[place] for place in sorted(range(len(kept)), key=lambda place: (-rank[place], kept[place]))]


def _required(found: PrecedenceResult, order: list[str], goal: str) -> set[str]:
    """The goal, and what most of those who got to it had met before."""
    there = found.names.index(goal)
    reached = max(int(found.both[there, there]), 1)
    before = order[: order.index(goal)]
    taken = {name: int(found.before[found.names.index(name), there]) / reached for name in before}
    return {goal} | {name for name, share in taken.items() if share >= TAKEN and not _company(name)}


def _touchpoints(
    engine: Engine, frame: JourneyFrame, found: PrecedenceResult, order: list[str], required: set[str]
) -> list[DraftTouchpoint]:
    rules = tuple(TouchpointRule(id=name, events=(Selector(event=(name,)),)) for name in order)
    met = engine.ask(
        TOUCHPOINTS, TouchpointsQuery(touchpoints=rules, start=frame.first, end=frame.last, **frame.common)
    )
    points = []
    for number, name in enumerate(order):
        here = found.names.index(name)
        following = next((other for other in order[number + 1 :] if other in required), None)
        customers = int(found.both[here, here])
        channels = sorted(
            ((int(by[number]), value) for value, by in met.channels if by[number]), reverse=True
        )
        points.append(
            DraftTouchpoint(
                event=name,
                customers=customers,
                optional=name not in required,
                company=_company(name),
                going_on=_going_on(found, here, following, customers),
                channels=tuple((value, count) for count, value in channels),
            )
        )
    return points


def _going_on(found: PrecedenceResult, here: int, following: str | None, customers: int) -> float | None:
    if following is None or not customers:
        return None
    return int(found.before[here, found.names.index(following)]) / customers


def _phases(points: list[DraftTouchpoint], goal: int) -> tuple[tuple[DraftTouchpoint, ...], ...]:
    """Cut where the way narrows most, before a required touchpoint; optional ones stay with what they follow."""
    required = [number for number, point in enumerate(points) if not point.optional]
    narrows = [
        (points[other].customers / max(points[one].customers, 1), other) for one, other in pairwise(required)
    ]
    after = [goal + 1] if goal + 1 < len(points) else []
    most = MOST_PHASES - 1 - len(after)
    cuts = sorted(place for share, place in sorted(narrows)[:most] if share < NARROWS)
    return tuple(tuple(points[low:high]) for low, high in pairwise([0, *cuts, *after, len(points)]))


def _window(engine: Engine, frame: JourneyFrame, required: list[str]) -> Duration:
    """So that nine in ten of those who got through have their time."""
    if len(required) < 2:
        return SETTLING
    longest = Duration(WINDOWS_DAYS[-1] * DAY_US)
    query = FunnelQuery.model_validate(
        {
            "steps": (required[0], required[-1]),
            "window": longest,
            "start": frame.first,
            "end": frame.last,
            **frame.common,
        }
    )
    taken = engine.ask(funnel.MEASURE, query).total.steps[-1].p90_seconds
    wanted = SETTLING.days if taken is None else taken / 86_400
    return Duration(next((days for days in WINDOWS_DAYS if days >= wanted), WINDOWS_DAYS[-1]) * DAY_US)


def _value_event(engine: Engine, frame: JourneyFrame, names: list[str]) -> str | None:
    """The event that is worth most in all."""
    worth: list[tuple[Any, str]] = []
    for name in names:
        asked: dict[str, Any] = frame.common | {
            "start": frame.first,
            "end": frame.last,
            "first_days": (frame.first,),
        }
        query = AmountsQuery(way="sum", events=Selector(event=(name,)), **asked)
        value = engine.ask(AMOUNTS, query).values[0]
        if value.n and value.value:
            worth.append((value.value, name))
    return max(worth)[1] if worth and max(worth)[0] > 0 else None


def _company(name: str) -> bool:
    """Whether the name says that the company did it."""
    plain = name.lower().replace(" ", "_")
    return plain.startswith(COMPANY_BEGINS) and plain.endswith(COMPANY_ENDS)
