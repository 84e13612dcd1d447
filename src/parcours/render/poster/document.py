"""The whole poster as one value that the template reads: pages of stages and columns, their lines, legend and foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.render.journey_labels import JourneyLabels
from parcours.render.poster.columns import ColumnWriter
from parcours.render.poster.curves import CurveWriter
from parcours.render.poster.flow_lane import FlowWriter
from parcours.render.poster.grid import grid
from parcours.render.poster.head import HeadWriter
from parcours.render.poster.legend import legend
from parcours.render.poster.palette import palette

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.figure_words import FigureWords
    from parcours.render.poster.grid import Grid
    from parcours.render.poster.paper import Paper
    from parcours.render.poster.parts import Part

View = dict[str, Any]
UPPER = ("doing", "thinking", "channels", "emotion", "flow", "metrics")
LOWER = ("pains", "acts", "own")


def document(
    measured: MeasuredJourney,
    words: FigureWords,
    paper: Paper,
    pages: tuple[tuple[Part, ...], ...],
    *,
    halves: bool = False,
    beside: MeasuredJourney | None = None,
) -> View:
    """The poster's value; ``halves`` puts the lanes of what to do on a sheet of their own after each page."""
    writer = _Writer(measured, words, paper, beside)
    groups = (UPPER, LOWER) if halves else (UPPER + LOWER,)
    views = [writer.page(parts, lanes) for parts in pages for lanes in groups]
    return {
        "title": measured.title,
        "description": _description(measured, words),
        "language": words.language,
        "colours": palette(),
        "paper": {"width": paper.width, "height": paper.height},
        "strings": writer.strings(),
        "pages": [{**view, "number": f"{number}/{len(views)}"} for number, view in enumerate(views, start=1)],
    }


class _Writer:
    def __init__(
        self, measured: MeasuredJourney, words: FigureWords, paper: Paper, beside: MeasuredJourney | None
    ) -> None:
        self.measured, self.words, self.paper = measured, words, paper
        self.labels = JourneyLabels(words)
        self.columns, self.flows = ColumnWriter(measured, words), FlowWriter(measured, words)
        self.curves, self.head = CurveWriter(measured, words, beside), HeadWriter(measured, words)
        self.beside = beside

    def page(self, parts: tuple[Part, ...], lanes: tuple[str, ...]) -> View:
        """One page: its frame, its head and what stands in its columns."""
        places = tuple(place for part in parts for place in part.touchpoints)
        frame = grid(self.paper, parts)
        columns = [self._column(place, x) for place, x in zip(places, frame.lefts, strict=True)]
        emotion = self.curves.lane(places, frame)
        view: View = {
            "frame": _frame(frame),
            "tier": _tier(frame),
            "lanes": list(lanes),
            "lens": self.head.lens(frame),
            "stages": [self.head.stage(part, edges) for part, edges in zip(parts, frame.stages, strict=True)],
            "columns": columns,
            "emotion": emotion,
            "own": self._own(columns),
            "variants": self.beside is not None,
            "focus": next(
                (
                    n
                    for n, place in enumerate(places)
                    if self.measured.touchpoints[place].id == self.measured.worst
                ),
                None,
            ),
            "source": self._source(),
        }
        return view | {"legend": legend(view, self.words)}

    def _column(self, place: int, x: float) -> View:
        point = self.measured.touchpoints[place]
        return {"x": x, **self.columns.column(point), "flow": self.flows.cell(place)}

    def _own(self, columns: list[View]) -> list[View]:
        say = self.words.say
        names = {
            "interaction": say("line of interaction"),
            "visibility": say("line of visibility"),
            "internal": say("line of internal interaction"),
        }
        return [
            {
                "id": lane.id,
                "title": lane.title,
                "line": lane.line or "",
                "name": names.get(lane.line or "", ""),
            }
            for lane in self.measured.lanes
            if lane.line or any(lane.id in column["own"] for column in columns)
        ]

    def _source(self) -> str:
        measured, say = self.measured, self.words.say
        conversions = self.labels.conversions(measured)
        parts = (
            self.labels.assumption(measured),
            say("Emotion, −2…+2: {conversions}.", conversions=conversions) if conversions else "",
            say("Each touchpoint counts customers within {time}.", time=self.words.days(measured.window_days))
            if measured.entered is not None
            else "",
            say("Source: {source}", source=measured.source) if measured.source else "",
        )
        return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)

    def strings(self) -> View:
        say = self.words.say
        return {
            "lanes": {
                "touchpoints": say("Touchpoints"),
                "doing": say("Doing"),
                "thinking": say("Thinking"),
                "channels": say("Channels"),
                "emotion": say("Emotion"),
                "flow": say("Customers\nand drop-off"),
                "metrics": say("Metrics\nand targets"),
                "pains": say("Pain points"),
                "acts": say("Solutions\nand owners"),
            },
            "levels": list(self.labels.levels()),
            "answers": say("answers"),
            "fix": say("Fix first"),
            "more": say("+{n} more", n="#"),
        }


def _frame(frame: Grid) -> View:
    return {
        "scale": frame.scale,
        "width": frame.width,
        "height": frame.height,
        "margin": frame.margin,
        "column": frame.column,
    }


def _tier(frame: Grid) -> str:
    """How much a sheet's height allows: a poster, a page, or a slide."""
    if frame.room > 700:
        return "poster"
    return "page" if frame.room > 520 else "slide"


def _description(measured: MeasuredJourney, words: FigureWords) -> str:
    """What a reader who cannot see the picture must know: where it feels worst, and where most is lost."""
    felt = [
        (point.measured[0].value if point.measured else point.drawn[0].score, point.title)
        for point in measured.touchpoints
        if point.measured or point.drawn
    ]
    told = []
    if felt:
        score, title = min(felt)
        told.append(
            words.say("Lowest point: {title}, {score}.", title=title, score=words.signed_decimal(score))
        )
    worst = next((point for point in measured.touchpoints if point.id == measured.worst), None)
    if worst is not None and worst.flow is not None:
        told.append(
            words.say(
                "Most is lost at {title}: {n} of {all} customers.",
                title=worst.title,
                n=words.number(worst.flow.dropped),
                all=words.number(worst.flow.reached),
            )
        )
    return " ".join(told)
