"""The lifecycle as a horizontal route: numbers in, paths and boxes out. Pure geometry.

The upper edge of the line never bends, so the eye reads only how it thins; what lapses turns down and stacks into a
rail whose lower edge never bends either. All thicknesses share one scale. Above the line run the leaps over stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from parcours.render.route_flows import GUTTER, Leap, RouteFlows
from parcours.render.route_scale import Lanes, Limits, assign_lanes, customers_per_pixel, thickness
from parcours.render.strokes import Box, Pen, step_right, step_width

WIDTH = 1216.0
GUTTER_WIDTH = 92.0
MOST_STATIONS = 6  # more are drawn vertically

_CAPSULE = 16.0
_LABEL_BAND = 70.0  # segment labels, above the lanes
_PAPER = 0.8  # between layers of the rail
_RISER = 17.0  # from a station to the nearest edge of its return

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


def horizontal_route(flows: RouteFlows, drop_heights: tuple[float, ...]) -> HorizontalRoute:
    """Lay out 1 to 6 stations in 1216 pixels; ``drop_heights`` are the pixels that each drop's label needs."""
    return _Horizontal(flows, drop_heights).route()


class _Horizontal:
    def __init__(self, flows: RouteFlows, drop_heights: tuple[float, ...]) -> None:
        self.flows = flows
        self.count = flows.stations
        self.column = float(
            (WIDTH - GUTTER_WIDTH) // self.count
        )  # whole pixels: stems meet the heads' borders
        self.turn_right = 62.0 if self.column > 199 else 40.0  # right edge of a drop, from its station
        limits = Limits(drop=self.turn_right - 15, back=20.0 if self.column > 199 else 8.0)
        self.scale = customers_per_pixel(flows, limits)
        self.lanes: Lanes = assign_lanes(flows)
        self.lapse = tuple(self._px(n) for n in flows.lapse)
        self.back = tuple(self._px(n) for n in flows.back)
        self.advance = tuple(self._px(n) for n in flows.advance)
        self.incoming = (self._px(flows.new), *self.advance[:-1])
        self._stack_leaps()
        self._place_line()
        self._place_rail(drop_heights)

    def _px(self, customers: int) -> float:
        return thickness(customers, self.scale)

    def x(self, station: int) -> float:
        return GUTTER_WIDTH + self.column * station

    # above the line

    def _stack_leaps(self) -> None:
        """Offsets of each leap above the line at both of its ends: the longer, the higher."""
        self.out_offset: dict[Leap, float] = {}
        self.in_offset: dict[Leap, float] = {}
        self.above = [0.0] * self.count
        drawn = self.lanes.leaps
        for station in range(self.count):
            leaving = sorted((leap for leap in drawn if leap.source == station), key=lambda leap: leap.target)
            arriving = sorted(
                (leap for leap in drawn if leap.target == station), key=lambda leap: -leap.source
            )
            heights = (self._stack(leaving, self.out_offset), self._stack(arriving, self.in_offset))
            self.above[station] = max(heights)

    def _stack(self, leaps: list[Leap], offsets: dict[Leap, float]) -> float:
        height = 0.0
        for leap in leaps:
            width = self._px(leap.customers)
            offsets[leap] = height + _PAPER + width / 2
            height += _PAPER + width
        return height

    def _place_line(self) -> None:
        """Levels of the lanes from the top down, then the line under them."""
        heights = [self._lane_height(index) for index in range(len(self.lanes.drawn))]
        passed = max(self.above, default=0.0) if self.lanes.drawn else 0.0
        self.line_top = _LABEL_BAND + sum(heights) + (passed + 12 if heights else 0) + 10
        self.lane_y: list[float] = []  # centre of each lane, lowest first
        edge = self.line_top - (passed + 12) - 6
        for height in heights:
            self.lane_y.append(edge - height / 2)
            edge -= height

    def _lane_height(self, index: int) -> float:
        lane = self.lanes.drawn[index]
        widths = [self._px(leap.customers) for leap in lane.leaps]
        thick = sum(widths) if lane.starts else max(widths)
        return max(thick, 14.0) + 6.0

    def _leap_ribbons(self) -> list[Ribbon]:
        ribbons: list[Ribbon] = []
        for lane, middle in zip(self.lanes.drawn, self.lane_y, strict=True):
            total = sum(self._px(leap.customers) for leap in lane.leaps)
            edge = (
                middle + total / 2
            )  # the bundle of starts: the nearest target lies lowest and peels off first
            for leap in lane.leaps:
                width = self._px(leap.customers)
                y = edge - width / 2 if lane.starts else middle
                edge -= width
                ribbons.append(self._leap_ribbon(leap, y, width))
        return ribbons

    def _leap_ribbon(self, leap: Leap, y: float, width: float) -> Ribbon:
        end_x = self.x(leap.target) - _CAPSULE / 2
        end_y = self.line_top - self.in_offset[leap]
        if leap.source == GUTTER:
            pen = Pen(0, y)
        else:
            pen = Pen(self.x(leap.source) + _CAPSULE / 2, self.line_top - self.out_offset[leap])
            step_right(pen, y, width)
        pen.across(end_x - step_width(y, end_y, width))
        step_right(pen, end_y, width)
        kind: Kind = "start" if leap.source == GUTTER else "skip"
        source = None if leap.source == GUTTER else leap.source
        return Ribbon(kind, source, leap.target, leap.customers, pen.across(end_x).path, width)

    def _lane_labels(self) -> tuple[LaneLabel, ...]:
        labels = []
        for lane, middle in zip(self.lanes.drawn, self.lane_y, strict=True):
            groups = [lane.leaps] if lane.starts else [(leap,) for leap in lane.leaps]
            for group in groups:
                thick = sum(self._px(leap.customers) for leap in group)
                labels.append(LaneLabel(group, self._lane_label(group, middle, thick), inside=thick >= 17))
        return tuple(labels)

    def _lane_label(self, group: tuple[Leap, ...], y: float, thick: float) -> Label:
        """On the lane, inside one column, clear of the stems and of the turns at its ends."""
        turn = thick + 16
        source, target = group[0].source, min(leap.target for leap in group)
        # later starts have a straight run before the first station they pass; skips begin with a turn
        column = 0 if source == GUTTER else source
        left = self.x(column) + (16 if source == GUTTER else _CAPSULE / 2 + turn + 8)
        last = target - 1 == column
        right = self.x(column + 1) - (_CAPSULE / 2 + turn + 8 if last else 10)
        if source == GUTTER and last and right - left < 60:
            left, right = 2.0, GUTTER_WIDTH - 6
        return Label(left, y, max(right - left, 0.0))

    # the line, and what is below

    def _place_rail(self, drop_heights: tuple[float, ...]) -> None:
        self.label_top = self.line_top + max((*self.advance, 26.0)) + 16
        floor = self.label_top + 60
        if self.back[0]:  # its label stands in the gutter, under the new customers
            floor = max(floor, self.line_top + self.incoming[0] + self.back[0] + 64)
        below = 0.0
        for station, height in enumerate(drop_heights):
            foot = self.below(station) + 14  # the rail passes under the station
            floor = max(floor, self.line_top + foot + below)
            below += self._layer(station)
            back_next = station + 1 < self.count and self.back[station + 1] > 0
            floor = max(floor, self.label_top + height + (24 if back_next else 10) + below)
            start = self.advance[station] + self.lapse[station] / 2
            floor = max(floor, self.line_top + start + 2 * self._radius(station) + below + 8)
        self.rail_bottom = floor

    def below(self, station: int) -> float:
        """Pixels of flow under the line's upper edge at a station."""
        gap = _PAPER if self.back[station] else 0
        return max(
            self.incoming[station] + gap + self.back[station],
            self.advance[station] + self.lapse[station],
            6.0,
        )

    def _layer(self, station: int) -> float:
        return self.lapse[station] + _PAPER if self.lapse[station] else 0.0

    def _layer_y(self, station: int) -> float:
        under = sum(self._layer(earlier) for earlier in range(station))
        return self.rail_bottom - under - self.lapse[station] / 2

    def rail_top(self, station: int) -> float:
        """Upper edge of the rail right of a station's drop."""
        return self.rail_bottom - sum(self._layer(earlier) for earlier in range(station + 1))

    def _radius(self, station: int) -> float:
        return self.lapse[station] / 2 + 10

    def _drop(self, station: int) -> Ribbon:
        width, radius = self.lapse[station], self._radius(station)
        x = self.x(station) + self.turn_right - width / 2
        y = self.line_top + self.advance[station] + width / 2
        rail_y = self._layer_y(station)
        pen = Pen(self.x(station), y).across(x - radius).turn(x, y + radius, clockwise=True)
        pen.down(rail_y - radius).turn(x + radius, rail_y, clockwise=False).across(WIDTH - 9)
        return Ribbon("lapse", station, None, self.flows.lapse[station], pen.path, width)

    def _back(self, station: int) -> Ribbon:
        width = self.back[station]
        radius = width / 2 + 5
        x = self._riser_x(station)
        gap = _PAPER if self.incoming[station] else 0
        y = self.line_top + self.incoming[station] + gap + width / 2
        tip = self.x(station) - _CAPSULE / 2 - (0 if width > 6 else 1)
        if station == 0:
            depth = self.rail_bottom - width / 2
            pen = Pen(self._first_tail(), depth).across(x + radius).turn(x, depth - radius, clockwise=True)
        else:
            pen = Pen(x, self.rail_top(station - 1) if self.rail_start is not None else self.rail_bottom)
        pen.down(y + radius).turn(x + radius, y, clockwise=True).across(tip)
        return Ribbon("back", None, station, self.flows.back[station], pen.path, width)

    def _riser_x(self, station: int) -> float:
        return self.x(station) - _RISER - self.back[station] / 2

    def _first_tail(self) -> float:
        """Where the first station's return branches off the rail."""
        first = self.rail_start if self.rail_start is not None else self.x(0)
        return first + 30

    @property
    def rail_start(self) -> float | None:
        first = next((station for station in range(self.count) if self.lapse[station]), None)
        return None if first is None else self.x(first) + self.turn_right + 10

    def _ribbons(self) -> tuple[Ribbon, ...]:
        ribbons = [self._drop(station) for station in range(self.count) if self.lapse[station]]
        ribbons += [self._back(station) for station in range(self.count) if self.back[station]]
        if self.incoming[0]:
            ribbons.append(self._straight("new", None, 0, self.flows.new, 0, self.x(0)))
        for station, customers in enumerate(self.flows.advance[:-1]):
            if customers:
                ends = self.x(station), self.x(station + 1)
                ribbons.append(self._straight("advance", station, station + 1, customers, *ends))
        return (*ribbons, *self._leap_ribbons())

    def _straight(
        self, kind: Kind, source: int | None, target: int, customers: int, left: float, right: float
    ) -> Ribbon:
        width = self._px(customers)
        path = Pen(left, self.line_top + width / 2).across(right).path
        return Ribbon(kind, source, target, customers, path, width)

    def _station(self, station: int) -> Box:
        top = self.above[station] + 5
        height = max(top + self.below(station) + 5, 20.0)
        return Box(self.x(station) - _CAPSULE / 2, self.line_top - top, _CAPSULE, height)

    def _drop_box(self, station: int) -> Box:
        left = self.x(station) + self.turn_right + (12 if self.column > 199 else 9)
        last = station + 1 == self.count
        back = 0.0 if last else self.back[station + 1]
        clear = 22.0 if last else (_RISER + back + 5 if back else 12.0)
        right = (WIDTH if last else self.x(station + 1)) - clear
        return Box(left, self.label_top, right - left, self.rail_top(station) - self.label_top)

    def _back_label(self, station: int) -> Label:
        x = self._riser_x(station) - self.back[station] / 2 - 8
        if station == 0:
            return Label(0, self.rail_bottom - self.back[0] - 42, x, "start")
        room = x - (self.x(station - 1) + self.turn_right + 6)
        return Label(x, self.rail_top(station - 1) - 8, room, "end")

    def route(self) -> HorizontalRoute:
        rail = sum(self._layer(station) for station in range(self.count))
        capsule = max(rail + 10, 20.0)
        terminus = Box(WIDTH - 15, self.rail_bottom - rail / 2 - capsule / 2, 12, capsule)
        return HorizontalRoute(
            width=WIDTH,
            height=max(terminus.bottom, self.rail_bottom + 5) + 50,
            customers_per_pixel=self.scale,
            column=self.column,
            line_top=self.line_top,
            rail_bottom=self.rail_bottom,
            ribbons=self._ribbons(),
            stations=tuple(self._station(station) for station in range(self.count)),
            terminus=terminus,
            drops=tuple(self._drop_box(station) for station in range(self.count)),
            back_labels=tuple(self._back_label(station) for station in range(self.count)),
            lane_labels=self._lane_labels(),
            rail_start=self.rail_start,
            hidden=self.lanes.hidden,
        )
