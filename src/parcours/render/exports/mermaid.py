"""Mermaid ``journey`` text: phases as sections, touchpoints as tasks with a score of 0…5 and the personas' names."""

from __future__ import annotations

from parcours.journeys.losses import Loss, named
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint
from parcours.render.exports.drawing import Exported, left_out, persona_names, score_of
from parcours.render.words import Language

ENDING = ".mmd"
# Signs that Mermaid reads as its own, and what looks like them.
_LOOK_ALIKES = str.maketrans({"#": "＃", ":": "：", ";": "；"})


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The journey as Mermaid text; scores are rounded to whole numbers, as Mermaid wants them."""
    del language  # nothing is said in words of our own
    names = persona_names(journey)
    replaced: list[str] = []

    def plain(text: str) -> str:
        shown = " ".join(text.split()).translate(_LOOK_ALIKES).replace("%%", "％％")
        if shown != " ".join(text.split()):
            replaced.append(text)
        return _no_keyword(shown)

    lines = ["journey", f"    title {plain(journey.title)}"]
    points = {point.id: point for point in journey.touchpoints}
    for phase in journey.phases:
        lines.append(f"    section {plain(phase.title)}")
        for one in phase.touchpoints:
            actors = ", ".join(
                plain(names.get(name, name)).replace(",", "，") for name in _actors(points[one], journey)
            )
            task = f"      {plain(points[one].title)}: {_whole(points[one])}"
            lines.append(f"{task}: {actors}" if actors else task)
    losses = _losses(journey, replaced)
    return Exported(("\n".join(lines) + "\n").encode(), losses)


def _no_keyword(text: str) -> str:
    """A text that does not read as one of Mermaid's words, nor as nothing."""
    first = text.split(" ", 1)[0].lower()
    return (
        f"‹{text}›"
        if first in ("section", "title", "journey", "acctitle", "accdescr", "---")
        else text or "…"
    )


def _actors(point: MeasuredTouchpoint, journey: MeasuredJourney) -> list[str]:
    """The personas whose emotion is drawn, or all of the journey's."""
    drawn = [one.persona for one in point.drawn if one.persona is not None]
    return list(dict.fromkeys(drawn)) or [persona.id for persona in journey.personas]


def _whole(point: MeasuredTouchpoint) -> int:
    score = score_of(point)
    return 3 if score is None else min(5, max(0, round(score + 3)))


def _losses(journey: MeasuredJourney, replaced: list[str]) -> tuple[Loss, ...]:
    rounded = [point.title for point in journey.touchpoints if (score_of(point) or 0) % 1]
    missing = [point.title for point in journey.touchpoints if score_of(point) is None]
    found = (
        Loss("signs-replaced", len(replaced), named(replaced)),
        Loss("score-rounded", len(rounded), named(rounded)),
        Loss("score-missing", len(missing), named(missing)),
    )
    return tuple(loss for loss in found if loss.count) + left_out(
        journey, "numbers", "emotions-measured", "emotions", "quotes", "cells", "channels-all", "pain-points",
        "opportunities", "solutions", "cards", "moments", "rules", "personas", "goals",
    )  # fmt: skip
