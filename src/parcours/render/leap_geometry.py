"""What runs above the line of the horizontal route: skips, and new customers who start further on. Pure geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.render.route_flows import GUTTER
from parcours.render.route_scale import assign_lanes
from parcours.render.route_shapes import CAPSULE, GUTTER_WIDTH, PAPER, Label, LaneLabel, Ribbon
from parcours.render.strokes import Pen, step_right, step_width

if TYPE_CHECKING:
    from parcours.render.route_flows import Leap
    from parcours.render.route_shapes import Kind, Measures

_LABEL_BAND = 70.0  # segment labels, above the lanes


class LeapLayout:
    """Lanes above the line; ``line_top`` follows from the room that they need."""

    def __init__(self, sizes: Measures) -> None:
        self.sizes = sizes
        self.lanes = assign_lanes(sizes.flows)
        self._stack_all()
        self._place_line()

    def _stack_all(self) -> None:
        """Offsets of each leap above the line at both of its ends: the longer, the higher."""
        self.out_offset: dict[Leap, float] = {}
        self.in_offset: dict[Leap, float] = {}
        self.above = [0.0] * self.sizes.count
        drawn = self.lanes.leaps
        for station in range(self.sizes.count):
            leaving = sorted((leap for leap in drawn if leap.source == station), key=lambda leap: leap.target)
            arriving = sorted(
                (leap for leap in drawn if leap.target == station), key=lambda leap: -leap.source
            )
            heights = (self._stack(leaving, self.out_offset), self._stack(arriving, self.in_offset))
            self.above[station] = max(heights)

    def _stack(self, leaps: list[Leap], offsets: dict[Leap, float]) -> float:
        height = 0.0
        for leap in leaps:
            width = self.sizes.px(leap.customers)
            offsets[leap] = height + PAPER + width / 2
            height += PAPER + width
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
        widths = [self.sizes.px(leap.customers) for leap in lane.leaps]
        thick = sum(widths) if lane.starts else max(widths)
        return max(thick, 14.0) + 6.0

    def ribbons(self) -> list[Ribbon]:
        ribbons: list[Ribbon] = []
        for lane, middle in zip(self.lanes.drawn, self.lane_y, strict=True):
            total = sum(self.sizes.px(leap.customers) for leap in lane.leaps)
            edge = middle + total / 2  # of the starts, the nearest target lies lowest and peels off first
            for leap in lane.leaps:
                width = self.sizes.px(leap.customers)
                y = edge - width / 2 if lane.starts else middle
                edge -= width
                ribbons.append(self._ribbon(leap, y, width))
        return ribbons

    def _ribbon(self, leap: Leap, y: float, width: float) -> Ribbon:
        end_x = self.sizes.x(leap.target) - CAPSULE / 2
        end_y = self.line_top - self.in_offset[leap]
        if leap.source == GUTTER:
            pen = Pen(0, y)
        else:
            pen = Pen(self.sizes.x(leap.source) + CAPSULE / 2, self.line_top - self.out_offset[leap])
            step_right(pen, y, width)
        pen.across(end_x - step_width(y, end_y, width))
        step_right(pen, end_y, width)
        kind: Kind = "start" if leap.source == GUTTER else "skip"
        source = None if leap.source == GUTTER else leap.source
        return Ribbon(kind, source, leap.target, leap.customers, pen.across(end_x).path, width)

    def labels(self) -> tuple[LaneLabel, ...]:
        labels = []
        for lane, middle in zip(self.lanes.drawn, self.lane_y, strict=True):
            groups = [lane.leaps] if lane.starts else [(leap,) for leap in lane.leaps]
            for group in groups:
                thick = sum(self.sizes.px(leap.customers) for leap in group)
                labels.append(LaneLabel(group, self._label(group, middle, thick), inside=thick >= 17))
        return tuple(labels)

    def _label(self, group: tuple[Leap, ...], y: float, thick: float) -> Label:
        """On the lane, inside one column, clear of the stems and of the turns at its ends."""
        turn = thick + 16
        source, target = group[0].source, min(leap.target for leap in group)
        # later starts have a straight run before the first station they pass; skips begin with a turn
        column = 0 if source == GUTTER else source
        left = self.sizes.x(column) + (16 if source == GUTTER else CAPSULE / 2 + turn + 8)
        last = target - 1 == column
        right = self.sizes.x(column + 1) - (CAPSULE / 2 + turn + 8 if last else 10)
        if source == GUTTER and last and right - left < 60:
            left, right = 2.0, GUTTER_WIDTH - 6
        return Label(left, y, max(right - left, 0.0))
