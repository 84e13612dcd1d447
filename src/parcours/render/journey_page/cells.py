"""The cells of one column of the journey page: texts with their evidence, marks, bars and cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.icons import paths
from parcours.render.improvement_views import act_views, pain_view
from parcours.render.journey_labels import FEW, JourneyLabels, first_name, people
from parcours.render.metric_view import card_view
from parcours.render.poster.flow_lane import FlowWriter

if TYPE_CHECKING:
    from parcours.maps.measured_journey import (
        DrawnEmotion,
        MeasuredEmotion,
        MeasuredJourney,
        MeasuredTouchpoint,
        Statement,
    )
    from parcours.render.figure_words import FigureWords
    from parcours.render.improvement_views import ActView, PainView
    from parcours.render.metric_view import CardView


@dataclass(frozen=True)
class SaidView:
    """A statement, whose it is (number, None: everybody's) and what it rests on."""

    text: str
    persona: int | None
    whose: str
    state: str
    state_word: str


@dataclass(frozen=True)
class MarkView:
    """A mark on the emotion lane; scores of −2…+2."""

    measured: bool
    persona: int | None
    value: float
    low: float
    high: float
    words: str
    few: bool


@dataclass(frozen=True)
class FlowView:
    """The route's thickness here, and who leaves; percentages of the lane's height."""

    here: float
    own: float | None
    after: float
    left: float
    few: bool
    worst: bool
    head: str
    loss: str
    rest: str
    cost: str


@dataclass(frozen=True)
class Cells:
    """Every cell of a touchpoint."""

    doing: tuple[SaidView, ...]
    thinking: tuple[SaidView, ...]
    channels: tuple[tuple[tuple[str, ...], str], ...]  # paths of the sign, title
    marks: tuple[MarkView, ...]
    felt: str  # what the measured mark rests on
    flow: FlowView | None
    cards: tuple[CardView, ...]
    pains: tuple[PainView, ...]
    acts: tuple[ActView, ...]
    own: tuple[tuple[SaidView, ...], ...]  # one for each lane of the team's own


class CellWriter:
    """Writes the cells of one journey in one language; ``numbers`` are those of the personas."""

    def __init__(self, measured: MeasuredJourney, words: FigureWords, numbers: dict[str, int]) -> None:
        self.measured, self.words, self.numbers = measured, words, numbers
        self.labels, self.flows = JourneyLabels(words), FlowWriter(measured, words)
        self._names = {key: first_name(one) for key, one in people(measured).items()}

    def cells(self, place: int) -> Cells:
        """The cells of the touchpoint at this place."""
        point = self.measured.touchpoints[place]
        return Cells(
            doing=tuple(self._said(one) for one in point.doing),
            thinking=tuple(self._said(one, quoted=True) for one in point.thinking),
            channels=tuple((paths(icon), title) for icon, title in point.channels),
            marks=self._marks(point),
            felt=self._felt(point.measured[0]) if point.measured else "",
            flow=self._flow(place),
            cards=tuple(card_view(one, self.words) for one in point.cards),
            pains=tuple(
                pain_view(one, self.words, self.numbers)
                for one in sorted(point.pain_points, key=lambda one: -one.severity)
            ),
            acts=act_views(point.solutions, point.opportunities, self.words),
            own=tuple(
                tuple(self._said(one) for one in point.cells.get(lane.id, ())) for lane in self.measured.lanes
            ),
        )

    def _said(self, said: Statement, *, quoted: bool = False) -> SaidView:
        several = len(self._names) > 1
        return SaidView(
            self.labels.quoted(said.text) if quoted else said.text,
            self.numbers.get(said.persona or ""),
            self._names.get(said.persona or "", "") if several else "",
            said.state,
            self.labels.evidence(said.state),
        )

    def _marks(self, point: MeasuredTouchpoint) -> tuple[MarkView, ...]:
        drawn = [self._drawn(one) for one in point.drawn]
        return (*drawn, *(self._measured(one) for one in point.measured[:1]))

    def _drawn(self, one: DrawnEmotion) -> MarkView:
        whose = self._names.get(one.persona or "", "") or self.words.say("everybody")
        words = self.words.say("Drawn: {whose}", whose=whose) + f", {self.words.signed_decimal(one.score)}"
        words += f", {one.label}" if one.label else ""
        return MarkView(
            False, self.numbers.get(one.persona or ""), one.score, one.score, one.score, words, False
        )

    def _measured(self, one: MeasuredEmotion) -> MarkView:
        return MarkView(True, None, one.value, one.low, one.high, self._felt(one), one.n < FEW)

    def _felt(self, one: MeasuredEmotion) -> str:
        n = self.words.say("n = {n}", n=self.words.number(one.n))
        return f"{self.labels.scale(one.scale)} {self.words.signed_decimal(one.value)}, {n}"

    def _flow(self, place: int) -> FlowView | None:
        cell = self.flows.cell(place)
        if cell is None:
            return None
        after = cell["here"] if cell["after"] is None else min(cell["after"], cell["here"])
        return FlowView(
            here=round(100 * cell["here"], 2),
            own=None if cell["own"] is None else round(100 * cell["own"], 2),
            after=round(100 * after, 2),
            left=round(100 * cell["left"], 2),
            few=cell["few"],
            worst=cell["worst"],
            head=cell["head"],
            loss=cell["loss"],
            rest=cell["rest"],
            cost=cell["cost"],
        )
