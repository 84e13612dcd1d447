"""All that is held on one person, as plain data to hand over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.errors import UnknownCustomerError
from parcours.events.erasure import holds_any
from parcours.events.identity import Join
from parcours.events.schema import ANONYMOUS
from parcours.lifecycle.rules import LifecycleRules
from parcours.maps.customer import Stay, customer_timeline
from parcours.timelines.timelines import Timelines

Row = dict[str, Any]


@dataclass(frozen=True)
class PersonData:
    """One person: ids and how they were joined, profile, events, stays in stages, and rows held in
    quarantine.
    """

    customer: str
    ids: tuple[str, ...]
    joins: tuple[Join, ...]
    profile: tuple[Row, ...]
    events: tuple[Row, ...]
    stays: tuple[Stay, ...]
    quarantine: tuple[Row, ...]

    def to_json(self) -> str:
        """Everything as indented JSON with sorted keys; times in ISO 8601, amounts exact."""
        document = {
            "customer": self.customer,
            "ids": list(self.ids),
            "joins": [vars(join) for join in self.joins],
            "profile": list(self.profile),
            "events": list(self.events),
            "stays": [vars(stay) for stay in self.stays],
            "quarantine": list(self.quarantine),
        }
        return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=_plain)


def person_keys(timelines: Timelines, customer: str) -> tuple[str, ...]:
    """The customer keys of a person, by any known or anonymous id of the person."""
    identity = timelines.identity
    known = identity.ids_of(customer)
    anonymous = identity.ids_of(f"{ANONYMOUS}{customer}")
    return tuple(sorted({*known, *anonymous}))


def person_data(timelines: Timelines, rules: LifecycleRules, customer: str, as_of_us: int) -> PersonData:
    """All that is held on a person; raises UnknownCustomerError."""
    keys = person_keys(timelines, customer)
    ids = {*keys, *(key.removeprefix(ANONYMOUS) for key in keys)}
    events = _rows(timelines.log.events().to_table(filter=pc.field("customer").isin(keys)), "timestamp")
    profiles = timelines.log.side("profiles")
    profile = _rows(profiles.filter(pc.is_in(profiles["customer"], pa.array(keys, pa.string()))), "trait")
    quarantined = timelines.log.side("quarantine").to_pylist()
    refused = tuple(
        row for row in quarantined if row["value"] in ids or holds_any(json.loads(row["row"] or "null"), ids)
    )
    if not (events or profile or refused):
        raise UnknownCustomerError(f"Nothing is held on {customer!r}.", hint="Check the id.")
    stays = customer_timeline(timelines, rules, keys[0], as_of_us).stays if events else ()
    joins = tuple(join for join in timelines.identity.joins if join.known in ids or join.other in keys)
    return PersonData(timelines.identity.of(keys[0]), keys, joins, profile, events, stays, refused)


def _rows(table: pa.Table, by: str) -> tuple[Row, ...]:
    return tuple(table.sort_by(by).to_pylist())


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no plain form")
