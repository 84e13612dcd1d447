"""The lifecycle as a vertical route, for narrow screens and for seven stages or more. Pure geometry.

The same drawing with the axes swapped: the straight edge of the line is at its right, the rail at the left. The head of
each stage has a fixed height and holds the curves; below it, line and rail are plain blocks that stretch with the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from parcours.render.route_flows import GUTTER, RouteFlows
from parcours.render.route_scale import Lanes, Limits, assign_lanes, customers_per_pixel, thickness
from parcours.render.strokes import Box, Pen

HEAD = 104.0  # pixels at the top of each stage that hold its curves
ABOVE = 44.0  # pixels over the first station in which new customers fade in
_LEFT = 10.0
_PAPER = 0.8
_GAP = 24.0  # between the rail and the line


@dataclass(frozen=True)
class Track:
    """A vertical stripe: its left edge and width, and whose flow it is."""

    x: float
    width: float
    customers: int
    station: int  # for a layer of the rail: where it comes from; for a leap: where it goes


@dataclass(frozen=True)
class VerticalStage:
    """One station and what stretches under it."""

    station: Box
    incoming: Track | None  # only at the first: new customers, from above
    line: Track | None  # those who advance, to the end of the stage
    rail: tuple[Track, ...]  # layers of earlier drops, over the whole stage
    layer: Track | None  # this stage's drop, from HEAD down
    drop_path: str
    back_path: str
    back_width: float
    passing: tuple[Track, ...]  # leaps beside the line over the whole stage


@dataclass(frozen=True)
class VerticalRoute:
    width: float
    customers_per_pixel: float
    stages: tuple[VerticalStage, ...]
    starting: tuple[Track, ...]  # later starts, above the first station
    rail: tuple[Track, ...]  # all layers, where they end


def vertical_route(flows: RouteFlows, lanes: Lanes | None = None) -> VerticalRoute:
    """Lay out any number of stations; the drawing is at most about 130 pixels wide."""
    return _Vertical(flows, lanes or assign_lanes(flows)).route()


class _Vertical:
    def __init__(self, flows: RouteFlows, lanes: Lanes) -> None:
        self.flows, self.lanes = flows, lanes
        limits = Limits(flow=44.0, drop=20.0, rail=40.0, back=10.0, leaps=14.0)
        self.scale = customers_per_pixel(flows, limits)
        self.lapse = tuple(self._px(n) for n in flows.lapse)
        self.back = tuple(self._px(n) for n in flows.back)
        self.advance = tuple(self._px(n) for n in flows.advance)
        self.incoming = (self._px(flows.new), *self.advance[:-1])
        self.rail_width = sum(width + _PAPER for width in self.lapse if width)
        widest = max((self._beside(station) for station in range(flows.stations)), default=0.0)
        self.edge = _LEFT + self.rail_width + _GAP + widest
        self._place_leaps()

    def _px(self, customers: int) -> float:
        return thickness(customers, self.scale)

    def _beside(self, station: int) -> float:
        """Pixels of flow left of the line's straight edge at a station."""
        gap = _PAPER if self.back[station] else 0.0
        return max(
            self.incoming[station] + gap + self.back[station],
            self.advance[station] + self.lapse[station],
            6.0,
        )

    def _place_leaps(self) -> None:
        self.tracks: list[tuple[int, Track]] = []  # source station, stripe
        x = self.edge + 4.0
        for lane in self.lanes.drawn:
            widths = [self._px(leap.customers) for leap in lane.leaps]
            left = x
            for leap, width in zip(lane.leaps, widths, strict=True):
                self.tracks.append((leap.source, Track(left, width, leap.customers, leap.target)))
                left += width + _PAPER if lane.starts else 0.0
            x += (sum(widths) + _PAPER * len(widths) if lane.starts else max(widths)) + 3.0
        self.right = x if self.tracks else self.edge + 4.0

    def _layers(self, stations: int) -> tuple[Track, ...]:
        x, layers = _LEFT, []
        for station in range(stations):
            if self.lapse[station]:
                layers.append(Track(x, self.lapse[station], self.flows.lapse[station], station))
                x += self.lapse[station] + _PAPER
        return tuple(layers)

    def _station(self, station: int) -> Box:
        left = self.edge - self._beside(station) - 5
        touching = [
            track.x + track.width for source, track in self.tracks if station in (source, track.station)
        ]
        right = max((*touching, self.edge)) + 5
        return Box(left, -7.0, max(right - left, 20.0), 14.0)

    def _drop_path(self, station: int) -> str:
        """From under the station, left of the line, down into the rail."""
        width = self.lapse[station]
        layer = self._layers(station + 1)[-1]
        start, end = self.edge - self.advance[station] - width / 2, layer.x + width / 2
        radius = width / 2 + 6
        pen = Pen(start, 0)
        if start - end < 2 * radius:
            return pen.down(16).slope(end, HEAD, upright=True).path
        turn = HEAD / 2 - 8
        pen.down(turn - radius).turn(start - radius, turn, clockwise=True)
        pen.across(end + radius).turn(end, turn + radius, clockwise=False)
        return pen.down(HEAD).path

    def _back_path(self, station: int) -> str:
        """From the rail, over the station, down into it beside the incoming line."""
        width = self.back[station]
        gap = _PAPER if self.incoming[station] else 0.0
        end = self.edge - self.incoming[station] - gap - width / 2
        start = _LEFT + sum(track.width + _PAPER for track in self._layers(station))
        radius = min(width / 2 + 4, end - start)
        y = -8 - radius - 3
        return Pen(start, y).across(end - radius).turn(end, y + radius, clockwise=True).down(-8).path

    def _stage(self, station: int) -> VerticalStage:
        width = self.advance[station]
        line = Track(self.edge - width, width, self.flows.advance[station], station) if width else None
        layer = self._layers(station + 1)[-1] if self.lapse[station] else None
        new = self.incoming[0] if station == 0 else 0.0
        return VerticalStage(
            station=self._station(station),
            incoming=Track(self.edge - new, new, self.flows.new, 0) if new else None,
            line=line,
            rail=self._layers(station),
            layer=layer,
            drop_path=self._drop_path(station) if layer else "",
            back_path=self._back_path(station) if self.back[station] else "",
            back_width=self.back[station],
            passing=tuple(
                track for source, track in self.tracks if max(source, 0) <= station < track.station
            ),
        )

    def route(self) -> VerticalRoute:
        return VerticalRoute(
            width=self.right + 4,
            customers_per_pixel=self.scale,
            stages=tuple(self._stage(station) for station in range(self.flows.stations)),
            starting=tuple(track for source, track in self.tracks if source == GUTTER),
            rail=self._layers(self.flows.stations),
        )
