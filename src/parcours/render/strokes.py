"""Paths of the route's lines: straight runs joined by quarter circles. Pure numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels, y downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


def px(value: float) -> str:
    """A coordinate with at most two decimals: short, and the same on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class Pen:
    """Draws one centre line from a point: straight runs and rounded turns."""

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        self._parts = [f"M{px(x)} {px(y)}"]

    def across(self, x: float) -> Pen:
        if abs(x - self.x) > 0.005:
            self._parts.append(f"H{px(x)}")
        self.x = x
        return self

    def down(self, y: float) -> Pen:
        if abs(y - self.y) > 0.005:
            self._parts.append(f"V{px(y)}")
        self.y = y
        return self

    def turn(self, x: float, y: float, *, clockwise: bool) -> Pen:
        """A quarter circle to the point; its radius is the distance in x, which equals that in y."""
        radius = abs(x - self.x)
        self._parts.append(f"A{px(radius)} {px(radius)} 0 0 {int(clockwise)} {px(x)} {px(y)}")
        self.x, self.y = x, y
        return self

    def slope(self, x: float, y: float, *, upright: bool = False) -> Pen:
        """An S to a parallel line, where there is no room for two quarter circles."""
        if upright:
            middle = (self.y + y) / 2
            curve = f"C{px(self.x)} {px(middle)} {px(x)} {px(middle)} {px(x)} {px(y)}"
        else:
            middle = (self.x + x) / 2
            curve = f"C{px(middle)} {px(self.y)} {px(middle)} {px(y)} {px(x)} {px(y)}"
        self._parts.append(curve)
        self.x, self.y = x, y
        return self

    @property
    def path(self) -> str:
        return "".join(self._parts)


def step_right(pen: Pen, y: float, width: float, gap: float = 7.0) -> Pen:
    """Change to the parallel line at ``y`` while going right; the inner corner stays round when there is room."""
    rise = abs(y - pen.y)
    radius = width / 2 + gap
    up = y < pen.y
    if rise < 2 * radius:
        if rise > 0.005:
            pen.slope(pen.x + 2 * radius, y)
        return pen
    sign = -1 if up else 1
    pen.turn(pen.x + radius, pen.y + sign * radius, clockwise=not up)
    pen.down(y - sign * radius)
    return pen.turn(pen.x + radius, y, clockwise=up)


def step_width(y0: float, y1: float, width: float, gap: float = 7.0) -> float:
    """How far right ``step_right`` goes."""
    return 0.0 if abs(y1 - y0) <= 0.005 else 2 * (width / 2 + gap)
