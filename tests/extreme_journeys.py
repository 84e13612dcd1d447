"""Journeys that push a drawing to its limits: long words, other scripts, nothing, one of everything, and too much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import made_journey

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint

RAMBLING = (
    "She then goes back to the first page, compares three shops, asks her brother, sleeps over it and comes back on "
    "another device a day later. "
)
TEXTS = {
    "japanese": "姉の三十歳の誕生日に間に合うように贈り物を探して注文します。",
    "arabic": "أبحث عن هدية عيد ميلاد لأختي وأريد أن تصل في الوقت المحدد",
    "emoji": "Find a gift \N{WRAPPED PRESENT} for her \N{FACE WITH PARTY HORN AND PARTY HAT}",
    "markup": '<script>alert(1)</script> #panic("x") [x] $y$ & "q" *b* _i_ \\ `c`',
    "one word": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung",
    "sixty letters": "Look at every single one of the products more than one time.",
    "twelve letters": "Pay in cash.",
    "one letter": "x",
}


def in_other_words(text: str) -> MeasuredJourney:
    """The first purchase with one text in every place that a team writes."""
    whole = made_journey.first_purchase()
    return replace(
        whole,
        title=text,
        scenario=text * 3,
        customer_goal=text,
        owner=text,
        segment=text,
        phases=tuple(replace(phase, title=text, goal=text) for phase in whole.phases),
        personas=tuple(replace(one, name=text, role=text, quote=text) for one in whole.personas),
        lanes=tuple(replace(lane, title=text) for lane in whole.lanes),
        touchpoints=tuple(_said(point, text) for point in whole.touchpoints),
    )


def _said(point: MeasuredTouchpoint, text: str) -> MeasuredTouchpoint:
    return replace(
        point,
        title=text,
        channels=tuple((icon, text) for icon, _ in point.channels),
        doing=tuple(replace(one, text=text * 2) for one in point.doing),
        thinking=tuple(replace(one, text=text) for one in point.thinking),
        cells={lane: tuple(replace(one, text=text) for one in said) for lane, said in point.cells.items()},
        drawn=tuple(replace(one, quote=text) for one in point.drawn),
        cards=tuple(replace(card, title=text) for card in point.cards),
        pain_points=tuple(replace(pain, text=text, frequency=text) for pain in point.pain_points),
        solutions=tuple(replace(one, text=text, owner=text) for one in point.solutions),
        opportunities=tuple(replace(one, text=text, owner=text) for one in point.opportunities),
    )


def rambling() -> MeasuredJourney:
    """Every column as full as a team that never cuts a text would make it."""
    whole = made_journey.first_purchase()
    full = whole.touchpoint("date")
    points = tuple(
        replace(
            point,
            title=f"{point.title} and think about it for a whole week, then once again",
            doing=tuple(replace(one, text=f"{one.text}. {RAMBLING}") for one in point.doing),
            thinking=tuple(replace(one, text=f"{one.text} {RAMBLING}") for one in point.thinking),
            channels=point.channels * 4,
            cards=full.cards * 3,
            pain_points=tuple(replace(one, text=one.text + RAMBLING) for one in full.pain_points * 2),
            solutions=tuple(replace(one, text=one.text + RAMBLING) for one in full.solutions * 2),
            opportunities=full.opportunities * 2,
            cells={lane.id: (replace(point.doing[0], text=RAMBLING),) for lane in whole.lanes},
            drawn=tuple(replace(one, quote=RAMBLING) for one in point.drawn),
        )
        for point in whole.touchpoints
    )
    return replace(
        whole,
        title=f"{whole.title} although everything that can go wrong goes wrong",
        scenario=RAMBLING * 4,
        touchpoints=points,
        phases=tuple(
            replace(phase, title=f"{phase.title} and everything around it", goal=RAMBLING)
            for phase in whole.phases
        ),
        personas=tuple(
            replace(one, id=f"{one.id}{again}", role=RAMBLING, quote=RAMBLING)
            for again in ("", "-too")
            for one in whole.personas
        ),
    )


def bare() -> MeasuredJourney:
    """Titles alone: no words, no feelings, no figures, no lanes, no personas."""
    whole = made_journey.drawn_only()
    points = tuple(
        replace(
            point,
            channels=(),
            doing=(),
            thinking=(),
            cells={},
            drawn=(),
            pain_points=(),
            opportunities=(),
            solutions=(),
        )
        for point in whole.touchpoints
    )
    return replace(
        whole,
        touchpoints=points,
        lanes=(),
        personas=(),
        scenario="",
        expectation="",
        customer_goal="",
        source="",
    )


def one_touchpoint() -> MeasuredJourney:
    """One column, and nobody whose journey it is."""
    whole = made_journey.first_purchase()
    return replace(
        whole,
        phases=(replace(whole.phases[0], touchpoints=("search",)),),
        touchpoints=whole.touchpoints[:1],
        lanes=(),
        personas=(),
    )


def to_be() -> tuple[MeasuredJourney, MeasuredJourney]:
    """A journey as it should become, and as it is."""
    whole = made_journey.first_purchase()
    as_is = tuple(
        replace(point, drawn=(replace(point.drawn[0], persona=None),)) for point in whole.touchpoints
    )
    wished = tuple(
        replace(
            point,
            measured=(),
            flow=None,
            cards=(),
            drawn=(replace(point.drawn[0], score=min(point.drawn[0].score + 0.9, 2.0)),),
        )
        for point in as_is
    )
    return replace(whole, variant="to_be", touchpoints=wished), replace(whole, touchpoints=as_is)


def every() -> dict[str, MeasuredJourney]:
    """All of them by name, with those of ``made_journey``."""
    return {
        "first": made_journey.first_purchase(),
        "nobody": made_journey.nobody(),
        "one customer": made_journey.one_customer(),
        "drawn": made_journey.drawn_only(),
        "rambling": rambling(),
        "bare": bare(),
        "one touchpoint": one_touchpoint(),
        "to be": to_be()[0],
        **{name: in_other_words(text) for name, text in TEXTS.items()},
    }
