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

from parcours.errors import UnknownCustomerError
from parcours.events.schema import ANONYMOUS, INSTANT
from parcours.lifecycle.intervals import LAPSED, STILL_THERE, Stays, stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.result import Result
from parcours.timelines.partition import MISSING_VALUE, Column, Loader, Partition
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
    alone = _alone(partition, rows)
    key = alone.customers[0].as_py()
    found = stays(alone, rules, as_of_us)
    seen = int(np.searchsorted(alone.timestamps, as_of_us, side="right"))
    traits = timelines.profiles.rows
    held = traits.filter(pc.equal(traits["customer"], key))
    return CustomerTimeline(
        customer=key,
        traits=dict(zip(held["trait"].to_pylist(), held["value"].to_pylist(), strict=True)),
        happenings=_happenings(alone, seen, found, rules),
        stays=tuple(_stay(found, number, rules) for number in range(len(found))),
    )


def _alone(partition: Partition, rows: range) -> Partition:
    """The timeline of one customer, without what the others of the bucket take to be walked."""
    position = int(np.searchsorted(partition.offsets, rows.start, side="right")) - 1

    def column(name: str) -> Column:
        whole = partition.column(name)
        return Column(whole.codes[rows.start : rows.stop], whole.values)

    def trait(name: str) -> Column:
        whole = partition.trait(name)
        return Column(whole.codes[position : position + 1], whole.values)

    return Partition(
        bucket=partition.bucket,
        fingerprint=f"{partition.fingerprint}/{position}",
        customers=partition.customers.slice(position, 1),
        offsets=np.array([0, len(rows)], dtype=np.int64),
        timestamps=partition.timestamps[rows.start : rows.stop],
        events=partition.events[rows.start : rows.stop],
        names=partition.names,
        loader=Loader(
            column=column,
            trait=trait,
            value_minor=lambda: partition.value_minor()[rows.start : rows.stop],
            properties=lambda wanted: partition.properties([rows.start + row for row in wanted]),
            event_ids=lambda wanted: partition.event_ids(rows.start + wanted),
        ),
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


def _happenings(alone: Partition, seen: int, found: Stays, rules: LifecycleRules) -> tuple[Happening, ...]:
    """The first ``seen`` events of a customer."""
    channel, campaign, currency = (alone.column(name) for name in ("channel", "campaign", "currency"))
    properties, value = alone.properties(range(seen)), alone.value_minor()[:seen].tolist()
    times = alone.timestamps[:seen].tolist()
    entering = {row: number for number, row in enumerate(found.entry_row.tolist())}
    happenings = []
    for row, (instant, amount, held) in enumerate(zip(times, value, properties, strict=True)):
        here = _stay_at(found, instant)
        number = entering.get(row)
        happenings.append(
            Happening(
                at=moment_utc(instant),
                event=alone.names[alone.events[row]],
                stage=None if here is None else rules.ids[found.stage[here]],
                entered=None if number is None else _ENTRIES[found.entry[number]],
                channel=channel.text(row),
                campaign=campaign.text(row),
                value=None if amount == MISSING_VALUE else Money(amount, currency.text(row) or ""),
                properties=json.loads(held) if held else {},
            )
        )
    return tuple(happenings)


def _stay_at(found: Stays, instant: int) -> int | None:
    """The last stay that has begun by an instant, unless it lapsed at or before it."""
    last = int(np.searchsorted(found.entered_us, instant, side="right")) - 1
    if last < 0:
        return None
    lapsed = found.exit[last] == LAPSED and found.left_us[last] <= instant
    return None if lapsed else last
