"""What the horizontal route is made of: its measures, ribbons, labels. Plain values, in pixels, y downwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from parcours.render.route_scale import Limits, customers_per_pixel, thickness

if TYPE_CHECKING:
    from parcours.render.route_flows import Leap, RouteFlows
    from parcours.render.strokes import Box

WIDTH = 1216.0
GUTTER_WIDTH = 92.0
MOST_STATIONS = 6  # more are drawn vertically
CAPSULE = 16.0  # width of a station
PAPER = 0.8  # between neighbouring flows

Kind = Literal["new", "advance", "lapse", "back", "skip", "start"]


@dataclass(frozen=True)
class Ribbon:
    """One flow as a stroke: its centre line and its width in pixels."""

    kind: Kind
    source: int | None  # station index; None: from outside
    target: int | None
    customers: int
    path: str
    width: float


@dataclass(frozen=True)
class Label:
    """Where a text starts (or ends, for ``anchor`` end), and how wide it may be."""

    x: float
    y: float
    width: float
    anchor: Literal["start", "end"] = "start"


@dataclass(frozen=True)
class LaneLabel:
    """The text of a lane: one skip, or the bundle of later starts, and whether the lane is thick enough to carry it."""

    leaps: tuple[Leap, ...]
    label: Label
    inside: bool


@dataclass(frozen=True)
class HorizontalRoute:
    """Everything that the horizontal drawing needs; tuples by station unless said otherwise."""

    width: float
    height: float
    customers_per_pixel: float
    column: float
    line_top: float
    rail_bottom: float
    ribbons: tuple[Ribbon, ...]  # in drawing order
    stations: tuple[Box, ...]
    terminus: Box
    drops: tuple[Box, ...]  # room for the label of each drop
    back_labels: tuple[Label, ...]
    lane_labels: tuple[LaneLabel, ...]
    rail_start: float | None  # None: nobody lapsed
    hidden: tuple[Leap, ...]  # leaps counted in words only

    def x(self, station: int) -> float:
        return GUTTER_WIDTH + self.column * station


@dataclass(frozen=True)
class Measures:
    """Columns and thicknesses of one lifecycle's route; tuples by station."""

    flows: RouteFlows

    @property
    def count(self) -> int:
        return self.flows.stations

    @property
    def column(self) -> float:
        return float((WIDTH - GUTTER_WIDTH) // self.count)  # whole pixels: stems meet the heads' borders

    @property
    def narrow(self) -> bool:
        return self.column < 200

    @property
    def drop_edge(self) -> float:
        """Right edge of a drop, from its station."""
        return 40.0 if self.narrow else 62.0

    @cached_property
    def customers_per_pixel(self) -> float:
        return customers_per_pixel(
            self.flows, Limits(drop=self.drop_edge - 15, back=8.0 if self.narrow else 20.0)
        )

    def px(self, customers: int) -> float:
        return thickness(customers, self.customers_per_pixel)

    def x(self, station: int) -> float:
        return GUTTER_WIDTH + self.column * station

    @cached_property
    def lapse(self) -> tuple[float, ...]:
        return tuple(self.px(customers) for customers in self.flows.lapse)

    @cached_property
    def back(self) -> tuple[float, ...]:
        return tuple(self.px(customers) for customers in self.flows.back)

    @cached_property
    def advance(self) -> tuple[float, ...]:
        return tuple(self.px(customers) for customers in self.flows.advance)

    @cached_property
    def incoming(self) -> tuple[float, ...]:
        """The line as it reaches each station."""
        return (self.px(self.flows.new), *self.advance[:-1])
