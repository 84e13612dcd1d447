"""The two charts under the route in words: stage sizes over time, and growth accounting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render import area_chart, growth_chart
from parcours.render.strokes import px

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.maps.measured import MeasuredLifecycle, Span
    from parcours.render.area_chart import Area, AreaChart, Frame, Tick
    from parcours.render.growth_chart import Bar, GrowthChart
    from parcours.render.words import Words
    from parcours.timelines.calendar import Unit

_MOST_SINGLE_BARS = 62  # periods; with more, a page of single bars would grow too heavy
_AXIS_LIMIT = 1_000_000  # figures on an axis are compact from here on
_FAMILY = ("--route-4", "--route-3", "--route-2", "--route")


@dataclass(frozen=True)
class AxisText:
    """A tick: its place, its text, and a second line (the year, where it is new)."""

    at: float
    text: str
    under: str = ""


@dataclass(frozen=True)
class Tint:
    """``percent`` of the ``dark`` colour in the ``light`` one, by their tokens."""

    dark: str
    light: str
    percent: int


@dataclass(frozen=True)
class AreaText:
    """One stage's area, its title, its tint (a mix of two neighbours of the navy family), and its label."""

    area: Area
    title: str
    tint: Tint
    number: str
    name: str


@dataclass(frozen=True)
class AreaView:
    chart: AreaChart
    areas: tuple[AreaText, ...]
    rows: tuple[AxisText, ...]
    columns: tuple[AxisText, ...]


@dataclass(frozen=True)
class BarText:
    """One bar, or with very many periods all bars of one state, as one path."""

    state: str
    complete: bool
    apart: bool  # wide enough for a gap of paper around each
    path: str
    title: str


@dataclass(frozen=True)
class GrowthView:
    chart: GrowthChart
    bars: tuple[BarText, ...]
    rows: tuple[AxisText, ...]
    columns: tuple[AxisText, ...]


@dataclass(frozen=True)
class Chart:
    """A picture in its wide and its narrow drawing, with the words around it."""

    title: str
    lead: str
    description: str
    views: tuple[AreaView | GrowthView, ...]


class ChartWriter:
    """Writes the charts of one lifecycle in one language."""

    def __init__(self, measured: MeasuredLifecycle, words: Words) -> None:
        self.measured, self.words = measured, words

    def sizes(self) -> Chart | None:
        """Stage sizes over time; None when no period has ended yet."""
        measured, say = self.measured, self.words.say
        if not measured.trend_periods:
            return None
        lead = say(
            "Customers in a stage at the end of each {unit}; the {lapsed} are not drawn.",
            unit=self._unit(measured.unit),
            lapsed=self.words.say_many("{n} lapsed customer", "{n} lapsed customers", measured.lapsed),
        )
        description = self.words.joined(
            [
                say("{name}: {customers}", name=stage.title, customers=self.words.number(stage.size))
                for stage in measured.stages
            ]
        )
        views = (self._area(area_chart.WIDE, 8, 22), self._area(area_chart.NARROW, 4, 14))
        return Chart(say("Customers in each stage over time"), lead, description, views)

    def _area(self, frame: Frame, columns: int, letters: int) -> AreaView:
        measured = self.measured
        chart = area_chart.area_chart([stage.trend for stage in measured.stages], frame, columns)
        last = max(len(measured.stages) - 1, 1)
        areas = tuple(
            AreaText(
                area=area,
                title=self._area_title(area.index),
                tint=tint(area.index / last if len(chart.areas) > 1 else 1.0),
                number=self.words.short_number(measured.stages[area.index].trend[-1], _AXIS_LIMIT),
                name=shortened(measured.stages[area.index].title, letters),
            )
            for area in chart.areas
        )
        rows = tuple(
            AxisText(tick.at, self.words.short_number(tick.value, _AXIS_LIMIT)) for tick in chart.rows
        )
        return AreaView(chart, areas, rows, self._ticks(measured.trend_periods, chart.columns, measured.unit))

    def _area_title(self, index: int) -> str:
        stage, periods = self.measured.stages[index], self.measured.trend_periods
        return self.words.say(
            "{stage}: {before} at {first}, {after} at {last}",
            stage=stage.title,
            before=self.words.number(stage.trend[0]),
            first=self.words.day(periods[0].last),
            after=self.words.number(stage.trend[-1]),
            last=self.words.day(periods[-1].last),
        )

    def growth(self) -> Chart | None:
        """Growth accounting; None without periods."""
        measured, words = self.measured, self.words
        if not measured.growth:
            return None
        events = [name.replace("_", " ") for name in measured.growth_events]
        lead = words.say(
            "Active customers of each {unit} (any event), and below zero those who fell silent.",
            unit=self._unit(measured.growth_unit),
        )
        if events:
            lead = words.say(
                "Active customers of each {unit} ({events}), and below zero those who fell silent.",
                unit=self._unit(measured.growth_unit),
                events=words.joined(events),
            )
        last = next((period for period in reversed(measured.growth) if period.complete), measured.growth[-1])
        description = words.say(
            "{period}: {new} new, {returning} returning, {resurrected} resurrected, {dormant} dormant.",
            period=words.span(last.span),
            new=words.number(last.new),
            returning=words.number(last.returning),
            resurrected=words.number(last.resurrected),
            dormant=words.number(last.dormant),
        )
        views = (self._bars(growth_chart.WIDE, 6), self._bars(growth_chart.NARROW, 4))
        return Chart(words.say("Growth accounting"), lead, description, views)

    def _bars(self, frame: Frame, columns: int) -> GrowthView:
        chart = growth_chart.growth_chart(self.measured.growth, frame, columns)
        spans = [period.span for period in self.measured.growth]
        return GrowthView(
            chart=chart,
            bars=self._bar_texts(chart.bars),
            rows=tuple(
                AxisText(tick.at, self.words.short_number(abs(tick.value), _AXIS_LIMIT))
                for tick in chart.rows
            ),
            columns=self._ticks(spans, chart.columns, self.measured.growth_unit),
        )

    def _bar_texts(self, bars: tuple[Bar, ...]) -> tuple[BarText, ...]:
        if len(self.measured.growth) <= _MOST_SINGLE_BARS:
            return tuple(_bar_text((bar,), self._bar_title(bar)) for bar in bars)
        groups: dict[tuple[str, bool], list[Bar]] = {}
        for bar in bars:
            groups.setdefault((bar.state, bar.complete), []).append(bar)
        names = dict(self.states())
        return tuple(_bar_text(tuple(group), names[state]) for (state, _), group in groups.items())

    def _bar_title(self, bar: Bar) -> str:
        state = dict(self.states())[bar.state]
        period = self.words.span(self.measured.growth[bar.period].span)
        name = self.words.say("{period}, {state}", period=period, state=state)
        return self.words.say("{name}: {customers}", name=name, customers=self.words.number(bar.customers))

    def states(self) -> tuple[tuple[str, str], ...]:
        """The four states with their words, in the order of the legend."""
        say = self.words.say
        return (
            ("new", self.words.say_many("new", "new", 2)),
            ("returning", say("returning")),
            ("resurrected", say("resurrected")),
            ("dormant", say("dormant")),
        )

    def _unit(self, unit: Unit) -> str:
        say = self.words.say
        names = {
            "day": say("day"),
            "week": say("week"),
            "month": say("month"),
            "quarter": say("quarter"),
            "year": say("year"),
        }
        return names[unit]

    def _ticks(self, spans: Sequence[Span], ticks: Sequence[Tick], unit: Unit) -> tuple[AxisText, ...]:
        """Names of the periods under an axis; the year stands under the first one and where it changes."""
        texts: list[AxisText] = []
        year = None
        for tick in ticks:
            span = spans[tick.value]
            under = str(span.first.year) if unit != "year" and span.first.year != year else ""
            texts.append(AxisText(tick.at, self.words.tick(span, unit), under))
            year = span.first.year
        return tuple(texts)


def _bar_text(bars: tuple[Bar, ...], title: str) -> BarText:
    path = "".join(
        f"M{px(box.x)} {px(box.y)}h{px(box.width)}v{px(box.height)}h{px(-box.width)}z"
        for box in (bar.box for bar in bars)
    )
    return BarText(bars[0].state, bars[0].complete, bars[0].box.width >= 6, path, title)


def tint(strength: float) -> Tint:
    """From 0, the first and palest stage, to 1, the furthest and strongest: along the four tokens of the family."""
    step = min(int(strength * (len(_FAMILY) - 1)), len(_FAMILY) - 2)
    return Tint(_FAMILY[step + 1], _FAMILY[step], round(100 * (strength * (len(_FAMILY) - 1) - step)))


def shortened(text: str, letters: int) -> str:
    """At most so many letters, an ellipsis for the rest."""
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
