"""The flows of a lifecycle sorted by what they do on the route: arrive, advance, skip, lapse, return. Pure counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.maps.measured import LAPSED, NEW

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle

GUTTER = -1  # where new customers come from, left of the first station


@dataclass(frozen=True)
class Leap:
    """Customers who passed over stages: from the station ``source`` (GUTTER: new) to the station ``target``."""

    source: int
    target: int
    customers: int

    @property
    def length(self) -> int:
        return self.target - self.source


@dataclass(frozen=True)
class RouteFlows:
    """Customers who moved in the period, by station index; all tuples have one entry a station."""

    new: int  # new customers who start at the first station
    advance: tuple[int, ...]  # to the next station; 0 at the last
    lapse: tuple[int, ...]
    back: tuple[int, ...]
    leaps: tuple[Leap, ...]  # new customers who start further on, and skips

    @property
    def stations(self) -> int:
        return len(self.advance)

    @property
    def largest(self) -> int:
        return max(
            (self.new, *self.advance, *self.lapse, *self.back, *(leap.customers for leap in self.leaps))
        )

    @property
    def lapsed(self) -> int:
        return sum(self.lapse)

    @property
    def returned(self) -> int:
        return sum(self.back)

    @property
    def arrived(self) -> int:
        """All new customers, wherever they start."""
        return self.new + sum(leap.customers for leap in self.starts)

    @property
    def starts(self) -> tuple[Leap, ...]:
        return tuple(leap for leap in self.leaps if leap.source == GUTTER)

    @property
    def skips(self) -> tuple[Leap, ...]:
        return tuple(leap for leap in self.leaps if leap.source != GUTTER)


def route_flows(measured: MeasuredLifecycle) -> RouteFlows:
    """Sort the flows of the period by station; equal pairs are summed."""
    place = {stage.id: number for number, stage in enumerate(measured.stages)}
    count = len(measured.stages)
    advance, lapse, back = [0] * count, [0] * count, [0] * count
    new = 0
    leaps: dict[tuple[int, int], int] = {}
    for flow in measured.flows:
        if flow.target == LAPSED:
            lapse[place[flow.source]] += flow.customers
        elif flow.source == LAPSED:
            back[place[flow.target]] += flow.customers
        else:
            source = GUTTER if flow.source == NEW else place[flow.source]
            target = place[flow.target]
            if target - source > 1:
                leaps[source, target] = leaps.get((source, target), 0) + flow.customers
            elif source == GUTTER:
                new += flow.customers
            else:
                advance[source] += flow.customers
    return RouteFlows(
        new=new,
        advance=tuple(advance),
        lapse=tuple(lapse),
        back=tuple(back),
        leaps=tuple(Leap(*ends, customers) for ends, customers in sorted(leaps.items()) if customers),
    )
