"""The answer about touchpoints, as a frozen value and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.measures.result import Result
from parcours.measures.share_columns import shares
from parcours.stats.proportions import wilson
from parcours.values import Estimate

if TYPE_CHECKING:
    import altair

Longs = NDArray[np.int64]
NOTHING_NAME = ""


@dataclass(frozen=True)
class TouchpointsResult(Result):
    """Touchpoints in the order in which they are drawn. ``shape``: table."""

    shape: ClassVar[str] = "table"
    ids: tuple[str, ...]
    customers: Longs  # [touchpoint] who met it
    events: Longs  # [touchpoint] events that prove it
    onwards: Longs  # [from, to] customers by the next touchpoint after the first meeting
    otherwise: tuple[tuple[str, Longs], ...]  # event name ("": nothing), customers by [touchpoint]
    channels: tuple[
        tuple[str, Longs], ...
    ]  # value of the event's channel ("": none), customers by [touchpoint]
    active: int  # customers with any event
    on_the_path: int
    with_two: int
    conforming: int
    offences: Longs  # [from, to] customers by the first way they took that is not drawn
    event_count: int
    unclaimed: tuple[tuple[str, int], ...]  # events that prove no touchpoint, most frequent first

    @property
    def conformance(self) -> Estimate | None:
        """Of those who met two touchpoints or more, the share who met them in a drawn order."""
        return wilson(self.conforming, self.with_two)

    def deviations(self) -> Iterator[tuple[str, str, int]]:
        """Ways that are not drawn, with the customers who took them first; most frequent first."""
        order = np.argsort(-self.offences, axis=None, kind="stable")
        for place in order[: int(np.count_nonzero(self.offences))]:
            one, other = divmod(int(place), len(self.ids))
            yield self.ids[one], self.ids[other], int(self.offences[one, other])

    def after(self, touchpoint: int) -> list[tuple[int | str, int]]:
        """What came next after a touchpoint (numbered from 0): touchpoint or event name ("": nothing), customers."""
        found: list[tuple[int | str, int]] = [
            (number, int(count)) for number, count in enumerate(self.onwards[touchpoint]) if count
        ]
        found += [(name, int(by[touchpoint])) for name, by in self.otherwise if by[touchpoint]]
        return sorted(found, key=lambda one: (-one[1], isinstance(one[0], str), str(one[0])))

    def estimates(self) -> Mapping[str, Estimate]:
        found = {
            name: wilson(int(count), self.active)
            for name, count in zip(self.ids, self.customers, strict=True)
        }
        found["in a drawn order"] = self.conformance
        return {name: share for name, share in found.items() if share is not None}

    def tables(self) -> Mapping[str, pa.Table]:
        active = np.full(len(self.ids), self.active, dtype=np.int64)
        main = {
            "touchpoint": pa.array(self.ids, pa.string()),
            "customers": pa.array(self.customers),
            "events": pa.array(self.events),
            **shares(self.customers, active),
        }
        after = [
            (
                self.ids[number],
                self.ids[what] if isinstance(what, int) else "",
                "" if isinstance(what, int) else what,
                n,
            )
            for number in range(len(self.ids))
            for what, n in self.after(number)
        ]
        by_channel = [
            (name, channel, int(by[number]))
            for number, name in enumerate(self.ids)
            for channel, by in self.channels
            if by[number]
        ]
        return {
            "touchpoints": pa.table(main),
            "next": _table(after, ("touchpoint", "next_touchpoint", "next_event", "customers")),
            "channels": _table(by_channel, ("touchpoint", "channel", "customers")),
            "deviations": _table(list(self.deviations()), ("touchpoint", "then", "customers")),
            "unclaimed": _table(list(self.unclaimed), ("event", "events")),
            "path": _table(
                [(self.active, self.on_the_path, self.with_two, self.conforming, self.event_count)],
                ("active", "on_the_path", "with_two", "conforming", "events"),
            ),
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        table = self.to_arrow().select(["touchpoint", "customers", "events"])
        return bars(table, label="touchpoint", value="customers")


def _table(rows: Sequence[tuple[int | str, ...]], names: tuple[str, ...]) -> pa.Table:
    """Rows as a table; counts are the columns whose names say so."""
    numbers = {"customers", "events", "active", "on_the_path", "with_two", "conforming"}
    columns = {
        name: pa.array([one[place] for one in rows], pa.int64() if name in numbers else pa.string())
        for place, name in enumerate(names)
    }
    return pa.table(columns)
