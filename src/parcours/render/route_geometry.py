"""The lifecycle as a horizontal route: numbers in, paths and boxes out. Pure geometry.

The upper edge of the line never bends, so the eye reads only how it thins; what lapses turns down and stacks into a
rail whose lower edge never bends either. All thicknesses share one scale. Above the line run the leaps over stages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.render.leap_geometry import LeapLayout
from parcours.render.route_shapes import CAPSULE, PAPER, WIDTH, HorizontalRoute, Label, Measures, Ribbon
from parcours.render.strokes import Box, Pen

if TYPE_CHECKING:
    from parcours.render.route_flows import RouteFlows
    from parcours.render.route_shapes import Kind

_RISER = 17.0  # from a station to the nearest edge of its return


def horizontal_route(flows: RouteFlows, drop_heights: tuple[float, ...]) -> HorizontalRoute:
    """Lay out 1 to 6 stations in 1216 pixels; ``drop_heights`` are the pixels that each drop's label needs."""
    return _Layout(flows, drop_heights).route()


class _Layout:
    def __init__(self, flows: RouteFlows, drop_heights: tuple[float, ...]) -> None:
        self.sizes = Measures(flows)
        self.leaps = LeapLayout(self.sizes)
        self.line_top = self.leaps.line_top
        self._place_rail(drop_heights)

    def _place_rail(self, drop_heights: tuple[float, ...]) -> None:
        """The rail lies as low as labels, stations and turns need."""
        self.label_top = self.line_top + max((*self.sizes.advance, 26.0)) + 16
        floor = self.label_top + 60
        if self.sizes.back[0]:  # its label stands in the gutter, under the new customers
            floor = max(floor, self.line_top + self.sizes.incoming[0] + self.sizes.back[0] + 64)
        below = 0.0
        for station, height in enumerate(drop_heights):
            foot = self.below(station) + 14  # the rail passes under the station
            floor = max(floor, self.line_top + foot + below)
            below += self._layer(station)
            back_next = station + 1 < self.sizes.count and self.sizes.back[station + 1] > 0
            floor = max(floor, self.label_top + height + (24 if back_next else 10) + below)
            start = self.sizes.advance[station] + self.sizes.lapse[station] / 2
            floor = max(floor, self.line_top + start + 2 * self._radius(station) + below + 8)
        self.rail_bottom = floor

    def below(self, station: int) -> float:
        """Pixels of flow under the line's upper edge at a station."""
        gap = PAPER if self.sizes.back[station] else 0
        return max(
            self.sizes.incoming[station] + gap + self.sizes.back[station],
            self.sizes.advance[station] + self.sizes.lapse[station],
            6.0,
        )

    def _layer(self, station: int) -> float:
        return self.sizes.lapse[station] + PAPER if self.sizes.lapse[station] else 0.0

    def _layer_y(self, station: int) -> float:
        under = sum(self._layer(earlier) for earlier in range(station))
        return self.rail_bottom - under - self.sizes.lapse[station] / 2

    def rail_top(self, station: int) -> float:
        """Upper edge of the rail right of a station's drop."""
        return self.rail_bottom - sum(self._layer(earlier) for earlier in range(station + 1))

    def _radius(self, station: int) -> float:
        return self.sizes.lapse[station] / 2 + 10

    def _drop(self, station: int) -> Ribbon:
        width, radius = self.sizes.lapse[station], self._radius(station)
        x = self.sizes.x(station) + self.sizes.drop_edge - width / 2
        y = self.line_top + self.sizes.advance[station] + width / 2
        rail_y = self._layer_y(station)
        pen = Pen(self.sizes.x(station), y).across(x - radius).turn(x, y + radius, clockwise=True)
        pen.down(rail_y - radius).turn(x + radius, rail_y, clockwise=False).across(WIDTH - 9)
        return Ribbon("lapse", station, None, self.sizes.flows.lapse[station], pen.path, width)

    def _back(self, station: int) -> Ribbon:
        width = self.sizes.back[station]
        radius = width / 2 + 5
        x = self._riser_x(station)
        gap = PAPER if self.sizes.incoming[station] else 0
        y = self.line_top + self.sizes.incoming[station] + gap + width / 2
        tip = self.sizes.x(station) - CAPSULE / 2 - (0 if width > 6 else 1)
        if station == 0:
            depth = self.rail_bottom - width / 2
            pen = Pen(self._first_tail(), depth).across(x + radius).turn(x, depth - radius, clockwise=True)
        else:
            pen = Pen(x, self.rail_top(station - 1) if self.rail_start is not None else self.rail_bottom)
        pen.down(y + radius).turn(x + radius, y, clockwise=True).across(tip)
        return Ribbon("back", None, station, self.sizes.flows.back[station], pen.path, width)

    def _riser_x(self, station: int) -> float:
        return self.sizes.x(station) - _RISER - self.sizes.back[station] / 2

    def _first_tail(self) -> float:
        """Where the first station's return branches off the rail."""
        first = self.rail_start if self.rail_start is not None else self.sizes.x(0)
        return first + 30

    @property
    def rail_start(self) -> float | None:
        first = next((station for station in range(self.sizes.count) if self.sizes.lapse[station]), None)
        return None if first is None else self.sizes.x(first) + self.sizes.drop_edge + 10

    def _ribbons(self) -> tuple[Ribbon, ...]:
        ribbons = [self._drop(station) for station in range(self.sizes.count) if self.sizes.lapse[station]]
        ribbons += [self._back(station) for station in range(self.sizes.count) if self.sizes.back[station]]
        if self.sizes.incoming[0]:
            ribbons.append(self._straight("new", None, 0, self.sizes.flows.new, 0, self.sizes.x(0)))
        for station, customers in enumerate(self.sizes.flows.advance[:-1]):
            if customers:
                ends = self.sizes.x(station), self.sizes.x(station + 1)
                ribbons.append(self._straight("advance", station, station + 1, customers, *ends))
        return (*ribbons, *self.leaps.ribbons())

    def _straight(
        self, kind: Kind, source: int | None, target: int, customers: int, left: float, right: float
    ) -> Ribbon:
        width = self.sizes.px(customers)
        path = Pen(left, self.line_top + width / 2).across(right).path
        return Ribbon(kind, source, target, customers, path, width)

    def _station(self, station: int) -> Box:
        top = self.leaps.above[station] + 5
        height = max(top + self.below(station) + 5, 20.0)
        return Box(self.sizes.x(station) - CAPSULE / 2, self.line_top - top, CAPSULE, height)

    def _drop_box(self, station: int) -> Box:
        left = self.sizes.x(station) + self.sizes.drop_edge + (12 if not self.sizes.narrow else 9)
        last = station + 1 == self.sizes.count
        back = 0.0 if last else self.sizes.back[station + 1]
        clear = 22.0 if last else (_RISER + back + 5 if back else 12.0)
        right = (WIDTH if last else self.sizes.x(station + 1)) - clear
        return Box(left, self.label_top, right - left, self.rail_top(station) - self.label_top)

    def _back_label(self, station: int) -> Label:
        x = self._riser_x(station) - self.sizes.back[station] / 2 - 8
        if station == 0:
            return Label(0, self.rail_bottom - self.sizes.back[0] - 42, x, "start")
        room = x - (self.sizes.x(station - 1) + self.sizes.drop_edge + 6)
        return Label(x, self.rail_top(station - 1) - 8, room, "end")

    def route(self) -> HorizontalRoute:
        rail = sum(self._layer(station) for station in range(self.sizes.count))
        capsule = max(rail + 10, 20.0)
        terminus = Box(WIDTH - 15, self.rail_bottom - rail / 2 - capsule / 2, 12, capsule)
        return HorizontalRoute(
            width=WIDTH,
            height=max(terminus.bottom, self.rail_bottom + 5) + 50,
            customers_per_pixel=self.sizes.customers_per_pixel,
            column=self.sizes.column,
            line_top=self.line_top,
            rail_bottom=self.rail_bottom,
            ribbons=self._ribbons(),
            stations=tuple(self._station(station) for station in range(self.sizes.count)),
            terminus=terminus,
            drops=tuple(self._drop_box(station) for station in range(self.sizes.count)),
            back_labels=tuple(self._back_label(station) for station in range(self.sizes.count)),
            lane_labels=self.leaps.labels(),
            rail_start=self.rail_start,
            hidden=self.leaps.lanes.hidden,
        )
