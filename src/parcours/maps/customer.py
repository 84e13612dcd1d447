"""One customer's whole story: every event in order, with the stage the customer was in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.errors import UnknownCustomerError
from parcours.events.schema import ANONYMOUS, INSTANT
from parcours.lifecycle.intervals import LAPSED, STILL_THERE, Stays, stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.result import Result
from parcours.timelines.partition import MISSING_VALUE, Partition
from parcours.timelines.timelines import Timelines
from parcours.values import Money, moment_utc

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True)
class Happening:
    """One event of a customer. ``stage`` is where the customer stood once it had happened; None before the
    first stage and after a lapse. ``entered`` is set when this event entered the stage: new, advanced or
    reactivated."""

    at: datetime
    event: str
    stage: str | None
    entered: str | None
    channel: str | None
    campaign: str | None
    value: Money | None
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Stay:
    """One stay in a stage; ``left_at`` is None while it is open."""

    stage: str
    entered_at: datetime
    left_at: datetime | None
    how_entered: str
    how_left: str | None


@dataclass(frozen=True)
class CustomerTimeline(Result):
    """One customer. ``shape``: table."""

    shape: ClassVar[str] = "table"
    customer: str
    traits: Mapping[str, str]
    happenings: tuple[Happening, ...]
    stays: tuple[Stay, ...]

    def tables(self) -> Mapping[str, pa.Table]:
        return {"timeline": self._timeline(), "stays": self._stays()}

    def _timeline(self) -> pa.Table:
        rows = [
            {
                "timestamp": one.at, "event": one.event, "stage": one.stage, "entered": one.entered,
                "channel": one.channel, "campaign": one.campaign,
                "value": str(one.value.amount) if one.value else None,
                "currency": one.value.currency if one.value else None,
                "properties": json.dumps(one.properties, ensure_ascii=False) if one.properties else None,
            }
            for one in self.happenings
        ]  # fmt: skip
        texts = ("stage", "entered", "channel", "campaign", "value", "currency", "properties")
        columns = [pa.field("timestamp", INSTANT), pa.field("event", pa.string())]
        return pa.Table.from_pylist(
            rows, schema=pa.schema([*columns, *(pa.field(t, pa.string()) for t in texts)])
        )

    def _stays(self) -> pa.Table:
        columns = [
            pa.field("stage", pa.string()),
            pa.field("entered_at", INSTANT),
            pa.field("left_at", INSTANT),
        ]
        ways = [pa.field("how_entered", pa.string()), pa.field("how_left", pa.string())]
        return pa.Table.from_pylist([vars(stay) for stay in self.stays], schema=pa.schema([*columns, *ways]))

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import story

        return story(self.to_arrow("timeline"))


_ENTRIES = ("new", "advanced", "reactivated")
_EXITS = (None, "advanced", "lapsed")


def customer_timeline(
    timelines: Timelines, rules: LifecycleRules, customer: str, as_of_us: int
) -> CustomerTimeline:
    """The story of one customer, by known or anonymous id; raises UnknownCustomerError."""
    wanted = customer.encode("utf-8", "replace").decode()  # a terminal may hand over what is not text
    partition, rows = timelines.find(wanted)
    if not rows:
        partition, rows = timelines.find(f"{ANONYMOUS}{wanted}")
    if not rows:
        raise UnknownCustomerError(
            f"There is no customer {customer!r} in the log.",
            hint='List some with: parcours sql "select distinct customer from events limit 20"',
        )
    position = int(np.searchsorted(partition.offsets, rows.start, side="right")) - 1
    key = partition.customers[position].as_py()
    found = stays(partition, rules, as_of_us)
    mine = np.flatnonzero(found.customer == position)
    seen = [row for row in rows if partition.timestamps[row] <= as_of_us]
    traits = timelines.profiles.rows
    held = traits.filter(pc.equal(traits["customer"], key))
    return CustomerTimeline(
        customer=key,
        traits=dict(zip(held["trait"].to_pylist(), held["value"].to_pylist(), strict=True)),
        happenings=_happenings(partition, seen, found, mine, rules),
        stays=tuple(_stay(found, int(number), rules) for number in mine),
    )


def _stay(found: Stays, number: int, rules: LifecycleRules) -> Stay:
    left = int(found.left_us[number])
    return Stay(
        stage=rules.ids[found.stage[number]],
        entered_at=moment_utc(int(found.entered_us[number])),
        left_at=None if left == STILL_THERE else moment_utc(left),
        how_entered=_ENTRIES[found.entry[number]],
        how_left=_EXITS[found.exit[number]],
    )


def _happenings(
    partition: Partition, rows: list[int], found: Stays, mine: NDArray[np.intp], rules: LifecycleRules
) -> tuple[Happening, ...]:
    channel, campaign, currency = (partition.column(name) for name in ("channel", "campaign", "currency"))
    properties, value = partition.properties(rows), partition.value_minor()
    entering = {int(found.entry_row[number]): number for number in mine}
    happenings = []
    for row, held in zip(rows, properties, strict=True):
        here = _stay_at(found, mine, int(partition.timestamps[row]))
        number = entering.get(row)
        amount = int(value[row])
        happenings.append(
            Happening(
                at=moment_utc(int(partition.timestamps[row])),
                event=partition.names[partition.events[row]],
                stage=None if here is None else rules.ids[found.stage[here]],
                entered=None if number is None else _ENTRIES[found.entry[number]],
                channel=channel.text(row),
                campaign=campaign.text(row),
                value=None if amount == MISSING_VALUE else Money(amount, currency.text(row) or ""),
                properties=json.loads(held) if held else {},
            )
        )
    return tuple(happenings)


def _stay_at(found: Stays, mine: NDArray[np.intp], instant: int) -> int | None:
    """The last stay that has begun by an instant, unless it lapsed at or before it."""
    begun = mine[found.entered_us[mine] <= instant]
    if not len(begun):
        return None
    last = int(begun[-1])
    lapsed = found.exit[last] == LAPSED and found.left_us[last] <= instant
    return None if lapsed else last
