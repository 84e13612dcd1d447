"""A metric card as pages show it: status with its shape and word, value, bar to the target, the last periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.card_words import CardWriter
from parcours.render.journey_labels import JourneyLabels
from parcours.render.strokes import px

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredCard
    from parcours.render.card_words import Bullet
    from parcours.render.figure_words import FigureWords

MARK = {"on_target": "good", "watch": "watch", "off_target": "bad", "no_data": "none", "too_few": "few"}


@dataclass(frozen=True)
class CardView:
    """A metric: ``mark`` is good, watch, bad, none, few or "" (no target)."""

    title: str
    mark: str
    status: str
    unit_first: str
    figure: str
    unit: str
    note: str
    target: str
    change: str
    bullet: Bullet | None
    spark: str  # a path in 48 × 16, or ""


def card_view(card: MeasuredCard, words: FigureWords) -> CardView:
    """A metric card; one that cannot be judged keeps its frame and says why."""
    labels, figures, say = JourneyLabels(words), CardWriter(words).figures(card), words.say
    few, none = card.status == "too_few", card.now.value is None
    note = say("n = {n}, too few", n=words.number(card.now.n)) if few else ""
    return CardView(
        title=card.title,
        mark="none" if none else MARK.get(card.status, ""),
        status=labels.card_status("no_data" if none else card.status),
        unit_first=figures.unit_first,
        figure=figures.figure,
        unit=figures.unit,
        note=labels.card_status("no_data") if none else note,
        target=say("target {target}", target=figures.target) if figures.target else "",
        change="" if few or none else figures.change,
        bullet=None if few else figures.bullet,
        spark="" if few else _spark(figures.spark),
    )


def _spark(values: tuple[float | None, ...]) -> str:
    """A line of 48 × 16 through the periods, broken where one has no value."""
    step = 44 / max(len(values) - 1, 1)
    parts, pen = [], "M"
    for number, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{px(2 + number * step)} {px(14 - 12 * value)}")
        pen = "L"
    return "".join(parts)
