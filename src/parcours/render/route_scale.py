"""How many customers one pixel of thickness stands for, and which leaps over stages are drawn. Pure numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.render.route_flows import Leap, RouteFlows

THINNEST = 1.3  # nothing that exists is drawn thinner
_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Limits:
    """The most pixels that each part of the drawing may take."""

    flow: float = 96.0  # any one flow
    drop: float = 47.0  # one lapse: it turns down between a station and its label
    rail: float = 130.0  # all lapses, stacked
    back: float = 20.0  # one return: it rises between two columns of labels
    leaps: float = 72.0  # all leaps, stacked above the line


def customers_per_pixel(flows: RouteFlows, limits: Limits) -> float:
    """The smallest round number of customers a pixel at which every part of the drawing stays within its limit."""
    needed = max(
        flows.largest / limits.flow,
        max(flows.lapse, default=0) / limits.drop,
        flows.lapsed / limits.rail,
        max(flows.back, default=0) / limits.back,
        sum(leap.customers for leap in flows.leaps) / limits.leaps,
    )
    if needed <= 0:
        return 1.0
    power = floor(log10(needed))
    return next(
        value for step in _STEPS if (value := float(Decimal(str(step)).scaleb(power))) >= needed * (1 - 1e-12)
    )


def thickness(customers: int, per_pixel: float) -> float:
    """Pixels of a flow: to scale, 0 for nobody, never thinner than can be seen."""
    return max(THINNEST, customers / per_pixel) if customers else 0.0


def swatch(per_pixel: float, tallest: float = 22.0) -> int:
    """A round number of customers that makes a legible sample of the scale, at most ``tallest`` pixels thick."""
    most = max(per_pixel * tallest, 1.0)
    power = 10 ** floor(log10(most))
    return int(max(step * power for step in (1, 2, 5) if step * power <= most))


@dataclass(frozen=True)
class Lane:
    """One level above the line, from the lowest up, and the leaps that share it."""

    leaps: tuple[Leap, ...]
    starts: bool  # the bundle of new customers who start further on


@dataclass(frozen=True)
class Lanes:
    """What is drawn above the line, and what is only counted because there is no room."""

    drawn: tuple[Lane, ...]
    hidden: tuple[Leap, ...]

    @property
    def leaps(self) -> tuple[Leap, ...]:
        return tuple(leap for lane in self.drawn for leap in lane.leaps)


def assign_lanes(flows: RouteFlows, levels: int = 2) -> Lanes:
    """One lane for later starts, at most ``levels`` for skips: the largest find room first, long ones lie higher."""
    rows: list[list[Leap]] = [[] for _ in range(levels)]
    hidden: list[Leap] = []
    for leap in sorted(flows.skips, key=lambda skip: (-skip.customers, skip.source, skip.target)):
        free = [row for row in rows if all(_apart(leap, other) for other in row)]
        if free:
            free[0].append(leap)
        else:
            hidden.append(leap)
    lanes = [Lane(tuple(sorted(row, key=lambda leap: leap.source)), starts=False) for row in rows if row]
    starts = tuple(sorted(flows.starts, key=lambda leap: leap.target))
    if starts:
        lanes.append(Lane(starts, starts=True))
    lanes.sort(key=_longest)
    return Lanes(tuple(lanes), tuple(sorted(hidden, key=lambda leap: (leap.source, leap.target))))


def _apart(one: Leap, other: Leap) -> bool:
    return one.target <= other.source or other.target <= one.source


def _longest(lane: Lane) -> int:
    return max(leap.length for leap in lane.leaps)
