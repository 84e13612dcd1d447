"""Round axis ticks, positions on a linear scale, and labels kept apart. Pure numbers."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def tick_step(span: float, most: int = 4) -> int:
    """The smallest of 1, 2, 2.5 or 5 × 10ⁿ whole customers that cuts ``span`` in at most ``most`` steps."""
    if span <= most:
        return 1
    raw = span / most
    power = 10 ** floor(log10(raw))
    steps = (step * power for step in (1, 2, 2.5, 5, 10))
    return next(int(step) for step in steps if step >= raw - 1e-9 and step == int(step))


def ticks(low: float, high: float, most: int = 4) -> tuple[int, ...]:
    """Round values from ``low`` (0 or below) to ``high`` (0 or above) that hold both, zero among them."""
    step = tick_step(max(high - low, 1), most)
    return tuple(range(floor(low / step) * step, (max(ceil(high / step), 1)) * step + 1, step))


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> tuple[float, ...]:
    """Move label positions as little as needed so that neighbours are ``apart``; ``wanted`` ascends."""
    placed = list(wanted)
    for index in range(len(placed)):
        floor_at = placed[index - 1] + apart if index else low
        placed[index] = max(placed[index], floor_at)
    limit = high
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - apart
    return tuple(placed)


def thinned(count: int, most: int) -> tuple[int, ...]:
    """Indices of at most ``most`` ticks of ``count``, evenly spaced, the last one always among them."""
    if count <= 0:
        return ()
    every = max(1, ceil(count / most))
    return tuple(index for index in range(count) if (count - 1 - index) % every == 0)
