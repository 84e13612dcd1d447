"""Growth accounting as bars: new, returning and resurrected above zero, dormant below. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parcours.render.area_chart import Frame, Tick
from parcours.render.axis import thinned, ticks
from parcours.render.strokes import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.maps.measured import GrowthPeriod

WIDE = Frame(468, 258, 58, 462, 10, 222)
NARROW = Frame(358, 248, 46, 352, 10, 212)

State = Literal["returning", "resurrected", "new", "dormant"]
ABOVE: tuple[State, ...] = ("returning", "resurrected", "new")  # from zero up


@dataclass(frozen=True)
class Bar:
    period: int
    state: State
    customers: int
    box: Box
    complete: bool


@dataclass(frozen=True)
class GrowthChart:
    frame: Frame
    bars: tuple[Bar, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    zero: float


def growth_chart(periods: Sequence[GrowthPeriod], frame: Frame, columns: int = 6) -> GrowthChart:
    """One stack of bars a period (at least one); true counts from zero, both ways on one scale."""
    highest = max(period.new + period.returning + period.resurrected for period in periods)
    lowest = max(period.dormant for period in periods)
    rows = ticks(-lowest, highest, 7)
    scale = (frame.bottom - frame.top) / (rows[-1] - rows[0])
    zero = frame.top + rows[-1] * scale
    step = (frame.right - frame.left) / len(periods)
    wide = min(step * 0.72, 34.0)
    bars: list[Bar] = []
    for at, period in enumerate(periods):
        x = frame.left + step * (at + 0.5) - wide / 2
        y = zero
        for state in ABOVE:
            customers = int(getattr(period, state))
            height = customers * scale
            y -= height
            if customers:
                bars.append(Bar(at, state, customers, Box(x, y, wide, height), period.complete))
        if period.dormant:
            box = Box(x, zero, wide, period.dormant * scale)
            bars.append(Bar(at, "dormant", period.dormant, box, period.complete))
    return GrowthChart(
        frame=frame,
        bars=tuple(bars),
        rows=tuple(Tick(zero - value * scale, value) for value in rows),
        columns=tuple(
            Tick(frame.left + step * (index + 0.5), index) for index in thinned(len(periods), columns)
        ),
        zero=zero,
    )
