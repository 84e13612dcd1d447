"""Growth accounting in words: titles of its bars, ticks and the four states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render import growth_chart
from parcours.render.chart_texts import AXIS_LIMIT, AxisText, Chart, period_ticks, unit_word
from parcours.render.strokes import px

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.area_chart import Frame
    from parcours.render.growth_chart import Bar, GrowthChart
    from parcours.render.words import Words

_MOST_SINGLE_BARS = 62  # periods; with more, a page of single bars would grow too heavy


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


class GrowthWriter:
    """Writes the chart of growth accounting in one language."""

    def __init__(self, measured: MeasuredLifecycle, words: Words) -> None:
        self.measured, self.words = measured, words

    def chart(self) -> Chart[GrowthView] | None:
        """Growth accounting; None without periods."""
        measured, words = self.measured, self.words
        if not measured.growth:
            return None
        events = [name.replace("_", " ") for name in measured.growth_events]
        lead = words.say(
            "Active customers of each {unit} (any event), and below zero those who fell silent.",
            unit=unit_word(measured.growth_unit, words),
        )
        if events:
            lead = words.say(
                "Active customers of each {unit} ({events}), and below zero those who fell silent.",
                unit=unit_word(measured.growth_unit, words),
                events=words.joined(events),
            )
        last = next((period for period in reversed(measured.growth) if period.complete), measured.growth[-1])
        description = words.say(
            "{period}: {new}, {returning}, {resurrected}; {dormant}.",
            period=words.span(last.span),
            new=words.say_many("{n} new", "{n} new", last.new),
            returning=words.say_many("{n} returning", "{n} returning", last.returning),
            resurrected=words.say_many("{n} resurrected", "{n} resurrected", last.resurrected),
            dormant=words.say_many("{n} fell silent", "{n} fell silent", last.dormant),
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
                AxisText(tick.at, self.words.short_number(abs(tick.value), AXIS_LIMIT)) for tick in chart.rows
            ),
            columns=period_ticks(spans, chart.columns, self.measured.growth_unit, self.words),
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


def _bar_text(bars: tuple[Bar, ...], title: str) -> BarText:
    path = "".join(
        f"M{px(box.x)} {px(box.y)}h{px(box.width)}v{px(box.height)}h{px(-box.width)}z"
        for box in (bar.box for bar in bars)
    )
    return BarText(bars[0].state, bars[0].complete, bars[0].box.width >= 6, path, title)
