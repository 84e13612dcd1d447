"""The question of a funnel: steps, how they must follow, and what may not happen between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator

from parcours.errors import QueryError, did_you_mean
from parcours.measures import contract
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.masks import PROFILE
from parcours.timelines.matchers import Selector
from parcours.values import DAY_US, Duration

Order = Literal["ordered", "strict", "unordered"]
MOST_STEPS = 20
MOST_EXCLUSIONS = 10
MOST_BINS = 90
WINDOW = Duration(14 * DAY_US)
ATTRIBUTIONS = ("first_touch", "last_touch", "all_events", "step 1")
S = TypeVar("S", bound=Selector)
_STEP = re.compile(r"step[ _](\d{1,3})")


class Step(Selector):
    """One step: which events fill it, and how. A bare event name is short for ``{event: …}``."""

    name: str | None = Field(None, min_length=1, description="What the step is called; default: its events.")
    optional: bool = Field(False, description="May be skipped to get further.")
    within: Duration | None = Field(
        None, description="At most this long after the step before (optional ones passed over), ends inside."
    )
    first_time: Literal["ever", "matching"] | None = Field(
        None,
        description="ever: only the unit's first event of that name over all history, if it passes the "
        "conditions; matching: only the first that passes them.",
    )

    or_: tuple[Selector, ...] = Field((), alias="or", description="Other events that fill it as well.")

    @model_validator(mode="after")
    def _one_first_time(self) -> Step:
        if self.or_ and self.first_time is not None:
            raise ValueError("'first_time' is asked of one selector, so it takes no 'or'")
        return self

    @property
    def label(self) -> str:
        return self.name or " or ".join(name for one in (self, *self.or_) for name in one.event)


class Exclusion(Selector):
    """Events that must not happen strictly between two steps, numbered from 1; default: first and last."""

    after: int = Field(1, description="The step that the forbidden stretch begins after.")
    before: int | None = Field(None, description="The step that it ends before; default: the last.")


class Query(contract.Query):
    """Which steps, in which order, within how long."""

    steps: tuple[Step, ...] = Field(description="The steps in order: event names, or {event, where, …}.")
    order: Order = Field(
        "ordered",
        description="ordered: other events may lie between; strict: neighbours among all the unit's events; "
        "unordered: any order, the answer is how many of the steps were done.",
    )
    window: Duration = Field(WINDOW, description="All steps at most this long after the first, ends inside.")
    exclude: tuple[Exclusion, ...] = Field((), description="Events that void an attempt.")
    hold: tuple[str, ...] = Field((), description="Properties that must be the same on every step.")
    starts_until: date | None = Field(
        None,
        description="Attempts begin on this day at the latest, but may go on until the range ends; default: no limit.",
    )
    entry: Literal["best", "first"] = Field(
        "best", description="Which attempt counts: the one that gets furthest, or the first one only."
    )
    count: Literal["units", "totals"] = Field(
        "units", description="Each unit once, or again after a conversion, a time-out or an exclusion."
    )
    by: str | None = Field(
        None, description="Break down by profile.<trait>, or by a property of the steps' events."
    )
    attribution: str = Field(
        "first_touch",
        description="Which event's value counts: first_touch, last_touch, step <number>, or all_events "
        "(each value is a funnel of its own).",
    )
    top: int = Field(10, ge=1, le=200, description="Largest groups to show; the others are shown as one.")
    unit: Unit | None = Field(None, description="Also by calendar period of the first step.")
    bins: int | None = Field(None, description="Bins of the time to convert; default: cube root of n.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Query:
        _check_steps(self)
        _check_windows(self)
        _check_starts(self)
        _check_exclusions(self)
        _check_breakdown(self)
        if self.start is not None and self.end is not None and self.end < self.start:
            raise QueryError(
                f"The range ends ({self.end}) before it starts ({self.start}).",
                hint="Swap the two dates or leave one out.",
            )
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(step.label for step in self.steps)

    @property
    def bounds_of_exclusions(self) -> tuple[tuple[int, int], ...]:
        """Between which steps each exclusion holds, numbered from 0."""
        last = len(self.steps)
        return tuple((one.after - 1, (one.before or last) - 1) for one in self.exclude)

    @property
    def step_of_attribution(self) -> int | None:
        """The step whose event gives the group, numbered from 0; None for the other attributions."""
        found = _STEP.fullmatch(self.attribution)
        return int(found[1]) - 1 if found else None

    @property
    def last_required(self) -> int:
        """The step whose reaching is the conversion, numbered from 0."""
        return max(number for number, step in enumerate(self.steps) if not step.optional)

    @property
    def steps_before(self) -> tuple[int, ...]:
        """For each step the one that its share and times refer to: the required step before, itself for the first."""
        before = [0]
        for number, step in enumerate(self.steps[:-1]):
            before.append(before[-1] if step.optional else number)
        return tuple(before)

    def periods(self) -> Periods | None:
        """The calendar periods of the range; None when the question does not ask for them."""
        if self.unit is None:
            return None
        return self.periods_of(self.unit)


def read_steps(given: Sequence[Any]) -> tuple[Step, ...]:
    """Steps from what people write: event names, mappings, or steps; raises QueryError on anything else."""
    return tuple(_read(Step, one, f"Step {number}") for number, one in enumerate(given, 1))


def read_exclusions(given: Sequence[Any]) -> tuple[Exclusion, ...]:
    """Exclusions from event names, mappings, or exclusions; raises QueryError on anything else."""
    return tuple(_read(Exclusion, one, f"Exclusion {number}") for number, one in enumerate(given, 1))


def _read(kind: type[S], given: Any, what: str) -> S:
    if isinstance(given, kind):
        return given
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise QueryError(
            f"{what}{f', {where}' if where else ''}: {message}.",
            hint="Write an event name, or {event: …, where: …, " + ", ".join(_own_fields(kind)) + "}.",
        ) from None


def _own_fields(kind: type[Selector]) -> list[str]:
    return [f"{name}: …" for name in kind.model_fields if name not in Selector.model_fields]


def _check_steps(query: Query) -> None:
    if not query.steps:
        raise QueryError("A funnel needs at least one step.", hint="Give the events of the steps in order.")
    if len(query.steps) > MOST_STEPS:
        raise QueryError(f"A funnel has at most {MOST_STEPS} steps, not {len(query.steps)}.")
    if query.steps[0].optional:
        raise QueryError(
            "The first step cannot be optional: it opens the attempt.", hint="Leave it out, or require it."
        )
    if any(step.optional for step in query.steps) and query.order != "ordered":
        reason = {
            "strict": "its steps are neighbours, so none can be skipped",
            "unordered": "it counts how many of its steps were done, so each may be missing already",
        }[query.order]
        raise QueryError(f"A funnel that is {query.order} has no optional steps: {reason}.")
    for name in query.hold:
        if name == "value":
            raise QueryError("The amount cannot be held constant.", hint="Hold a named property constant.")


def _check_windows(query: Query) -> None:
    if query.window.us <= 0:
        raise QueryError("A window of zero lets nobody reach a second step.", hint="For example 14d or 1h.")
    for number, step in enumerate(query.steps, 1):
        if step.within is None:
            continue
        if number == 1:
            raise QueryError("The first step has no step before it, so it takes no 'within'.")
        if query.order == "unordered":
            raise QueryError("Steps in any order have no step before them.", hint="Use 'window' alone.")
        if step.within.us <= 0:
            raise QueryError(f"Step {number} must come within more than no time.", hint="For example 2d.")


def _check_starts(query: Query) -> None:
    if query.starts_until is None:
        return
    if query.order == "unordered":
        raise QueryError("Steps in any order have no first one, so 'starts_until' cannot bound it.")
    if query.start is not None and query.starts_until < query.start:
        raise QueryError(
            f"Attempts begin until {query.starts_until}, before the range starts ({query.start}).",
            hint="Give a later 'starts_until', or an earlier start.",
        )


def _check_exclusions(query: Query) -> None:
    if len(query.exclude) > MOST_EXCLUSIONS:
        raise QueryError(f"A funnel has at most {MOST_EXCLUSIONS} exclusions, not {len(query.exclude)}.")
    last = len(query.steps)
    for given, (after, before) in zip(query.exclude, query.bounds_of_exclusions, strict=True):
        name = " or ".join(given.event)
        if last == 1:
            raise QueryError(f"The exclusion of {name} has no two steps to lie between.")
        if not (0 <= after < last and 0 <= before < last):
            raise QueryError(
                f"The exclusion of {name} lies between steps {after + 1} and {before + 1}, "
                f"but the steps are 1 to {last}."
            )
        if after >= before:
            raise QueryError(
                f"The exclusion of {name} begins after step {after + 1} and ends before step {before + 1}: "
                "its bounds are crossed.",
                hint="Give the earlier step as 'after', the later one as 'before'.",
            )
        if query.order == "unordered" and (after, before) != (0, last - 1):
            raise QueryError(
                "Steps in any order have no between.",
                hint="Leave out 'after' and 'before': the exclusion then holds until all steps are done.",
            )
        if query.steps[after].optional or query.steps[before].optional:
            raise QueryError(
                f"The exclusion of {name} is bounded by an optional step.",
                hint="Bound it by steps that everyone takes.",
            )


def _check_breakdown(query: Query) -> None:
    step = query.step_of_attribution
    if step is None and query.attribution not in ATTRIBUTIONS:
        raise QueryError(
            f"There is no attribution {query.attribution!r}.",
            hint=did_you_mean(query.attribution, ATTRIBUTIONS),
        )
    if step is not None and not 0 <= step < len(query.steps):
        raise QueryError(f"The breakdown is by step {step + 1}, but the steps are 1 to {len(query.steps)}.")
    if step and query.order == "unordered":
        raise QueryError(
            "Steps in any order cannot be broken down by a later step: it is another event for each unit.",
            hint="Use first_touch or last_touch.",
        )
    if query.by == "value":
        raise QueryError(
            "A breakdown by value would give a group for each amount.", hint="Break down by a named property."
        )
    if query.by == PROFILE:
        raise QueryError("The breakdown names no trait.", hint="For example profile.country.")
    if query.bins is not None and not 1 <= query.bins <= MOST_BINS:
        raise QueryError(f"The time to convert has 1 to {MOST_BINS} bins, not {query.bins}.")
