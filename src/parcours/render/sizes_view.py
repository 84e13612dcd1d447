"""Stage sizes over time in words: titles, labels and tints of the stacked areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render import area_chart
from parcours.render.chart_texts import AXIS_LIMIT, AxisText, Chart, period_ticks, shortened, unit_word

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.area_chart import Area, AreaChart, Frame
    from parcours.render.words import Words

_FAMILY = ("--route-4", "--route-3", "--route-2", "--route")


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


class SizesWriter:
    """Writes the chart of stage sizes in one language."""

    def __init__(self, measured: MeasuredLifecycle, words: Words) -> None:
        self.measured, self.words = measured, words

    def chart(self) -> Chart[AreaView] | None:
        """Stage sizes over time; None when no period has ended yet."""
        measured, say = self.measured, self.words.say
        if not measured.trend_periods:
            return None
        lead = say(
            "Customers in a stage at the end of each {unit}; the {lapsed} are not drawn.",
            unit=unit_word(measured.unit, self.words),
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

    def _area(self, frame: Frame, most: int, letters: int) -> AreaView:
        measured = self.measured
        chart = area_chart.area_chart([stage.trend for stage in measured.stages], frame, most)
        last = max(len(measured.stages) - 1, 1)
        areas = tuple(
            AreaText(
                area=area,
                title=self._area_title(area.index),
                tint=tint(area.index / last if len(chart.areas) > 1 else 1.0),
                number=self.words.short_number(measured.stages[area.index].trend[-1], AXIS_LIMIT),
                name=shortened(measured.stages[area.index].title, letters),
            )
            for area in chart.areas
        )
        rows = tuple(
            AxisText(tick.at, self.words.short_number(tick.value, AXIS_LIMIT)) for tick in chart.rows
        )
        return AreaView(
            chart, areas, rows, period_ticks(measured.trend_periods, chart.columns, measured.unit, self.words)
        )

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


def tint(strength: float) -> Tint:
    """From 0, the first and palest stage, to 1, the furthest and strongest: along the four tokens of the family."""
    step = min(int(strength * (len(_FAMILY) - 1)), len(_FAMILY) - 2)
    return Tint(_FAMILY[step + 1], _FAMILY[step], round(100 * (strength * (len(_FAMILY) - 1) - step)))
