"""Patterns: a small language for what happened in which order, how soon, and what did not happen in between.

    product_viewed -> no order_completed within 2d -> email_clicked -> order_completed within 7d

or, with conditions, as a list:

    - product_viewed
    - {no: order_completed, within: 2d}
    - {event: email_clicked, where: {campaign: spring}}
    - {event: order_completed, within: 7d, after: 1h}

A **match** takes one event for each step, in time order; other events may lie between. Events at one instant may
be taken in any order, each for one step only. ``within`` and ``after`` bound the time since the step before (ends
inside). An **absence**, ``no``, stands after a step: with ``within``, no such event happens in that time after the
step; without it, none strictly between the two steps, or, at the end of the pattern, none at all afterwards. An
absence counts only where it was observed to the end: two days without an order cannot be claimed of yesterday.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import Discriminator, Field, RootModel, Tag, field_validator, model_validator

from parcours.events.comparisons import Part
from parcours.timelines.matchers import Rule, Selector
from parcours.values import Duration

MOST_STEPS = 12
_ARROW = re.compile(r"\s*->\s*")
_TIME = re.compile(r"^(?P<rest>.+?)\s+(?P<word>within|after)\s+(?P<time>\S+)$")


class Step(Selector):
    """An event that must happen."""

    within: Duration | None = Field(None, description="At most this long after the step before.")
    after: Duration | None = Field(None, description="At least this long after the step before.")

    @model_validator(mode="after")
    def _possible(self) -> Step:
        if self.within is not None and self.after is not None and self.after > self.within:
            raise ValueError(f"nothing is at least {self.after} and at most {self.within} after")
        return self


class Absence(Part):
    """An event that must not happen after the step before."""

    no: Selector = Field(description="The event that must not happen.")
    within: Duration | None = Field(None, description="For this long; without it, until the next step.")

    @field_validator("no", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return {"event": value} if isinstance(value, (list, tuple)) else value


def _kind(given: Any) -> str:
    absent = isinstance(given, Absence) or (isinstance(given, Mapping) and "no" in given)
    return "absence" if absent else "step"


Element = Annotated[Annotated[Step, Tag("step")] | Annotated[Absence, Tag("absence")], Discriminator(_kind)]


class Pattern(RootModel[tuple[Element, ...]]):
    """Steps and absences in order."""

    model_config = {"frozen": True}

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if isinstance(data, str):
            return tuple(_parsed(part) for part in _ARROW.split(data.strip()))
        return data

    @model_validator(mode="after")
    def _well_formed(self) -> Pattern:
        elements = self.root
        if not elements:
            raise ValueError("a pattern needs at least one step")
        if _kind(elements[0]) == "absence":
            raise ValueError("a pattern begins with a step: an absence needs something that it comes after")
        if self.steps[0].within is not None or self.steps[0].after is not None:
            raise ValueError("the first step has no step before; 'within' and 'after' belong to later ones")
        if any(isinstance(a, Absence) and isinstance(b, Absence) for a, b in pairwise(elements)):
            raise ValueError("two absences in a row; name both events in one: {no: [a, b]}")
        if len(self.steps) > MOST_STEPS:
            raise ValueError(f"a pattern has at most {MOST_STEPS} steps, not {len(self.steps)}")
        return self

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(element for element in self.root if isinstance(element, Step))

    @property
    def absences(self) -> tuple[Absence | None, ...]:
        """For each step, the absence that follows it, if any."""
        following = [*self.root[1:], None]
        return tuple(
            after if isinstance(after, Absence) else None
            for element, after in zip(self.root, following, strict=True)
            if isinstance(element, Step)
        )

    @property
    def ends_with_absence(self) -> bool:
        return isinstance(self.root[-1], Absence)

    def __str__(self) -> str:
        return " -> ".join(_told(element) for element in self.root)


class SequenceRule(Part):
    """A rule that is true at the event that completes a pattern."""

    sequence: Pattern = Field(description="A pattern that ends with a step.")

    @model_validator(mode="after")
    def _ends_with_a_step(self) -> SequenceRule:
        if self.sequence.ends_with_absence:
            raise ValueError(
                "a rule is true at an event, so its pattern must end with a step, not with an absence"
            )
        return self

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The events that the rule needs."""
        return self.sequence.steps


def _rule_kind(given: Any) -> str:
    sequence = isinstance(given, SequenceRule) or (isinstance(given, Mapping) and "sequence" in given)
    return "sequence" if sequence else "rule"


AnyRule = Annotated[
    Annotated[Rule, Tag("rule")] | Annotated[SequenceRule, Tag("sequence")], Discriminator(_rule_kind)
]


def event_names(rules: Iterable[Rule | SequenceRule]) -> frozenset[str]:
    """Every event name that rules mention; ``"*"`` among them means any."""
    return frozenset(name for rule in rules for selector in rule.selectors for name in selector.event)


def _parsed(part: str) -> dict[str, Any]:
    times: dict[str, Any] = {}
    while found := _TIME.match(part):
        part = found["rest"]
        times[found["word"]] = found["time"]
    if not part.strip():
        raise ValueError("a step between two arrows is empty")
    if part.startswith("no "):
        return {"no": part.removeprefix("no ").strip(), **times}
    return {"event": part.strip(), **times}


def _told(element: Step | Absence) -> str:
    selector = element.no if isinstance(element, Absence) else element
    words = ["no"] if isinstance(element, Absence) else []
    words.append("|".join(selector.event) + ("[…]" if selector.where else ""))
    if element.within is not None:
        words += ["within", str(element.within)]
    if isinstance(element, Step) and element.after is not None:
        words += ["after", str(element.after)]
    return " ".join(words)
