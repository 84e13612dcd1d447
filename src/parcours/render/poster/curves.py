"""The emotion lane of a page: what customers said, what the team drew for each persona, and what to point at.

Abscissas are design points, ordinates scores of −2…+2; the template decides how high a score is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.render.journey_labels import JourneyLabels, first_name, people
from parcours.render.monotone_curve import Point, monotone_curve, range_between

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredEmotion, MeasuredJourney, MeasuredTouchpoint
    from parcours.render.figure_words import FigureWords
    from parcours.render.monotone_curve import Stretch
    from parcours.render.poster.grid import Grid

View = dict[str, Any]
HUES = ("p1", "p2", "p3", "p4", "ink")  # of personas, in this order
DASHES = ("solid", "dash", "dot", "dashdot", "dash")
MARKERS = ("circle", "square", "diamond", "up", "down")
CALLOUTS = 3


@dataclass(frozen=True)
class Series:
    """One line: a name, its points by column, and how it is drawn."""

    name: str
    kind: str  # measured, drawn
    hue: str
    dash: str
    marker: str
    scores: dict[int, float]  # by place in the journey


class CurveWriter:
    """Writes the lines of one journey in one language."""

    def __init__(
        self, measured: MeasuredJourney, words: FigureWords, beside: MeasuredJourney | None = None
    ) -> None:
        self.measured, self.words, self.labels = measured, words, JourneyLabels(words)
        self.beside = beside
        self.scales = {one.scale for point in measured.touchpoints for one in point.measured[:1]}

    def lane(self, places: tuple[int, ...], grid: Grid) -> View:
        """Lines, markers and callouts of the columns on one page."""
        measured = {
            place: self.measured.touchpoints[place].measured[0]
            for place in places
            if self.measured.touchpoints[place].measured
        }
        xs = dict(zip(places, grid.middles, strict=True))
        lines = [self._line(series, places, xs) for series in self.series()]
        curves = [line["curve"] for line in lines]
        said = [(xs[place], emotion.value) for place, emotion in measured.items()]
        curve = monotone_curve(said)
        order = list(measured)
        views = [{key: value for key, value in line.items() if key != "curve"} for line in lines]
        return {
            "drawn": [view for view in views if view["points"]],
            "measured": {
                "name": self.labels.evidence("measured").capitalize(),
                "stretches": [
                    {"points": _flat(stretch), "near": places.index(b) == places.index(a) + 1}
                    for stretch, a, b in zip(curve, order, order[1:], strict=False)
                ],
                "points": [
                    self._marker(places.index(place), xs[place], emotion)
                    for place, emotion in measured.items()
                ],
                "ends": bool(order) and order[-1] == places[-1],
            },
            "callouts": self._callouts(places, xs, grid, [*curves, curve]),
        }

    def series(self) -> tuple[Series, ...]:
        """The drawn lines: one for everybody, or one a persona; with another variant, its line too."""
        names = {key: first_name(one) for key, one in people(self.measured).items()}
        points = self.measured.touchpoints
        whose = [key for key in names if any(one.persona == key for point in points for one in point.drawn)]
        to_be = self.measured.variant == "to_be"
        if self.beside is not None:
            say = self.words.say
            return (
                Series(say("As it is"), "drawn", "route", "solid", "circle", self._matched(self.beside)),
                Series(say("To be"), "drawn", "route", "dash", "circle", self._matched(self.measured)),
            )
        if len(whose) < 2:
            name = names.get(whose[0], "") if whose and len(names) > 1 else self.words.say("Drawn")
            dash = "dash" if to_be else "solid"
            return (
                Series(name, "drawn", "route-3", dash, "circle", self._scores(whose[0] if whose else None)),
            )
        return tuple(
            Series(names[key], "drawn", HUES[number], DASHES[number], MARKERS[number], self._scores(key))
            for number, key in enumerate(whose[: len(HUES)])
        )

    def _scores(self, persona: str | None) -> dict[int, float]:
        """A persona's own feeling, else everybody's."""
        scores = {}
        for place, point in enumerate(self.measured.touchpoints):
            score = _score(point, persona)
            if score is not None:
                scores[place] = score
        return scores

    def _matched(self, other: MeasuredJourney) -> dict[int, float]:
        """The other variant's feelings at the touchpoints that both have."""
        places = {point.id: place for place, point in enumerate(self.measured.touchpoints)}
        return {
            places[point.id]: score
            for point in other.touchpoints
            if point.id in places and (score := _score(point, None)) is not None
        }

    def _line(self, series: Series, places: tuple[int, ...], xs: dict[int, float]) -> View:
        points: list[Point] = [
            (xs[place], series.scores[place]) for place in places if place in series.scores
        ]
        curve = monotone_curve(points)
        return {
            "name": series.name,
            "hue": series.hue,
            "dash": series.dash,
            "marker": series.marker,
            "points": [list(point) for point in points],
            "stretches": [_flat(stretch) for stretch in curve],
            "curve": curve,
        }

    def _marker(self, column: int, x: float, emotion: MeasuredEmotion) -> View:
        n = f"n\u202f=\u202f{self.words.number(emotion.n)}"
        label = f"{self.labels.scale(emotion.scale)}, {n}" if len(self.scales) > 1 else n
        return {
            "column": column,
            "x": x,
            "value": emotion.value,
            "low": emotion.low,
            "high": emotion.high,
            "label": label,
        }

    def _callouts(
        self, places: tuple[int, ...], xs: dict[int, float], grid: Grid, curves: list[tuple[Stretch, ...]]
    ) -> list[View]:
        views = []
        for place in self._pointed(places):
            point = self.measured.touchpoints[place]
            value, quote = self._said(point)
            left = xs[place] - grid.column / 2
            ranges = [range_between(curve, left, left + grid.column) for curve in curves]
            known = [found for found in ranges if found is not None] or [(value, value)]
            whisker = [(one.low, one.high) for one in point.measured[:1]]
            low = min(value, *(low for low, _ in (*known, *whisker)))
            high = max(value, *(high for _, high in (*known, *whisker)))
            views.append(
                {
                    "x": xs[place],
                    "score": self.words.signed_decimal(value),
                    "good": value >= 0,
                    "quote": quote,
                    "low": low,
                    "high": high,
                }
            )
        return views

    def _pointed(self, places: tuple[int, ...]) -> list[int]:
        """The lowest, the moments of truth, the highest: at most three, each with something to quote."""
        told = [place for place in places if self._said(self.measured.touchpoints[place])[1]]
        if not told:
            return []

        def score(place: int) -> float:
            return self._said(self.measured.touchpoints[place])[0]

        moments = [place for place in told if self.measured.touchpoints[place].moment_of_truth]
        wanted = [min(told, key=score), max(told, key=score), *moments]
        return list(dict.fromkeys(wanted))[:CALLOUTS]

    def _said(self, point: MeasuredTouchpoint) -> tuple[float, str]:
        """The score to write, measured before drawn, and the quote that stands for it."""
        drawn = [one for one in point.drawn if one.quote] or list(point.drawn)
        value = point.measured[0].value if point.measured else (drawn[0].score if drawn else 0.0)
        if not point.measured and not drawn:
            return 0.0, ""
        quote = next((one.quote for one in drawn if one.quote), "")
        return value, quote


def _score(point: MeasuredTouchpoint, persona: str | None) -> float | None:
    own = [one.score for one in point.drawn if one.persona == persona]
    everybody = [one.score for one in point.drawn if one.persona is None]
    found = own or everybody or ([point.drawn[0].score] if persona is None and point.drawn else [])
    return found[0] if found else None


def _flat(stretch: Stretch) -> list[float]:
    return [*stretch.start, *stretch.first, *stretch.second, *stretch.end]
