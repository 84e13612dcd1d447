"""Which touchpoints stand on which page: whole phases where they fit, the label of a cut phase repeated."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney


@dataclass(frozen=True)
class Part:
    """A run of touchpoints of one phase on one page; ``piece`` of ``pieces`` when the phase is cut."""

    phase: int
    touchpoints: tuple[int, ...]
    piece: int = 1
    pieces: int = 1


def phase_parts(measured: MeasuredJourney) -> tuple[Part, ...]:
    """Every phase that has touchpoints, with their places in the journey."""
    places = {point.id: number for number, point in enumerate(measured.touchpoints)}
    parts = (
        Part(number, tuple(places[one] for one in phase.touchpoints))
        for number, phase in enumerate(measured.phases)
    )
    return tuple(part for part in parts if part.touchpoints)


def paged(parts: tuple[Part, ...], most: int) -> tuple[tuple[Part, ...], ...]:
    """Pages of at most ``most`` columns, as even as the edges of phases allow, in order."""
    pieces = [piece for part in parts for piece in _cut(part, most)]
    pages = _fewest(pieces, most)
    for limit in range(max((len(part.touchpoints) for part in pieces), default=1), most):
        evener = _fewest(pieces, limit)
        if len(evener) == len(pages):
            return evener
    return pages


def _cut(part: Part, most: int) -> list[Part]:
    count = ceil(len(part.touchpoints) / most)
    if count == 1:
        return [part]
    size = ceil(len(part.touchpoints) / count)
    return [
        Part(part.phase, part.touchpoints[number * size : (number + 1) * size], number + 1, count)
        for number in range(count)
    ]


def _fewest(pieces: list[Part], most: int) -> tuple[tuple[Part, ...], ...]:
    pages: list[list[Part]] = []
    for piece in pieces:
        taken = sum(len(part.touchpoints) for part in pages[-1]) if pages else most
        if taken + len(piece.touchpoints) > most:
            pages.append([])
        pages[-1].append(piece)
    return tuple(tuple(page) for page in pages)
