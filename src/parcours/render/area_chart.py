"""Stage sizes over time as stacked areas: true totals from zero, the furthest stage at the bottom. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.axis import spread, thinned, ticks
from parcours.render.strokes import px

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Frame:
    """The size of a drawing and the plot inside it, in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


WIDE = Frame(700, 258, 58, 500, 10, 222)
NARROW = Frame(358, 248, 46, 214, 10, 212)


@dataclass(frozen=True)
class Tick:
    at: float
    value: int


@dataclass(frozen=True)
class Area:
    """One stage: its outline, where its last value lies, and where its label does."""

    index: int
    path: str
    end_y: float
    label_y: float


@dataclass(frozen=True)
class AreaChart:
    frame: Frame
    areas: tuple[Area, ...]
    rows: tuple[Tick, ...]  # customers
    columns: tuple[Tick, ...]  # value: index of the period


def area_chart(
    series: Sequence[Sequence[int]], frame: Frame, columns: int = 12, apart: float = 17
) -> AreaChart:
    """``series`` has one tuple of sizes a stage, in stage order, all of one length (at least one)."""
    periods = len(series[0])
    totals = [sum(values[index] for values in series) for index in range(periods)]
    rows = ticks(0, max(totals), 5)
    step = (frame.right - frame.left) / max(periods - 1, 1)
    scale = (frame.bottom - frame.top) / rows[-1]

    def place(index: int, value: float) -> str:
        return f"{px(frame.left + step * index)} {px(frame.bottom - value * scale)}"

    below = [0] * periods
    outlines: list[tuple[int, str, float]] = []
    shown = range(periods) if periods > 1 else (0, 0)
    for number in reversed(range(len(series))):
        above = [under + size for under, size in zip(below, series[number], strict=True)]
        upper = [
            place(at if periods > 1 else place_in_run, above[at]) for place_in_run, at in enumerate(shown)
        ]
        lower = [
            place(at if periods > 1 else place_in_run, below[at]) for place_in_run, at in enumerate(shown)
        ]
        path = "M" + "L".join([*upper, *reversed(lower)]) + "Z"
        outlines.append((number, path, frame.bottom - (above[-1] + below[-1]) / 2 * scale))
        below = above
    outlines.reverse()  # from the top of the stack down
    labels = spread([y for _, _, y in outlines], apart, frame.top, frame.bottom)
    return AreaChart(
        frame=frame,
        areas=tuple(Area(*outline, label) for outline, label in zip(outlines, labels, strict=True)),
        rows=tuple(Tick(frame.bottom - value * scale, value) for value in rows),
        columns=tuple(Tick(frame.left + step * index, index) for index in thinned(periods, columns)),
    )


def sparkline(
    values: Sequence[int], width: float = 70, height: float = 28
) -> tuple[str, float, float] | None:
    """The shape of a series on its own scale: a path and its last point; None for fewer than two values."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    step = (width - 6) / (len(values) - 1)
    reach = (height - 8) / (high - low) if high > low else 0.0
    middle = 0.0 if high > low else (height - 8) / 2
    points = [(2 + step * at, height - 4 - middle - (value - low) * reach) for at, value in enumerate(values)]
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points), *points[-1]
