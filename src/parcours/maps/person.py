"""All that is held on one person, as plain data to hand over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from parcours.errors import UnknownCustomerError
from parcours.events import schema
from parcours.events.erasure import belongs_to, ids_of_keys
from parcours.events.identity import Join, SharedId
from parcours.events.log import EventLog
from parcours.events.mentions import Ids, rows_with
from parcours.lifecycle.rules import LifecycleRules
from parcours.maps.customer import Stay, customer_timeline
from parcours.timelines.timelines import Timelines
from parcours.values import Money

Row = dict[str, Any]
_COLUMNS = pa.schema([field for field in schema.EVENTS if field.name != "bucket"])


@dataclass(frozen=True)
class PersonData:
    """One person: ids and how they were joined, profile, events, stays in stages, rows held in quarantine.

    ``mentions`` are rows of other people, and figures, in which one of the ids stands: each with its table. Read
    them before you hand them over; they may tell of others.
    """

    customer: str
    ids: tuple[str, ...]
    joins: tuple[Join, ...]
    undone: tuple[Join, ...]
    shared: tuple[SharedId, ...]
    profile: tuple[Row, ...]
    events: tuple[Row, ...]
    stays: tuple[Stay, ...]
    quarantine: tuple[Row, ...]
    mentions: tuple[Row, ...]

    def to_json(self) -> str:
        """Everything as indented JSON with sorted keys; times in ISO 8601, amounts exact, as text."""
        document = {
            "customer": self.customer,
            "ids": list(self.ids),
            "joins": [join._asdict() for join in self.joins],
            "undone": [join._asdict() for join in self.undone],
            "shared": [vars(one) for one in self.shared],
            "profile": list(self.profile),
            "events": list(self.events),
            "stays": [vars(stay) for stay in self.stays],
            "quarantine": list(self.quarantine),
            "mentions": list(self.mentions),
        }
        return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=_plain)


def person_keys(timelines: Timelines, customer: str) -> tuple[str, ...]:
    """The customer keys of a person, by any known or anonymous id of the person.

    An id that is known as one and stands elsewhere as an anonymous one means the known person; write
    ``anonymous:ID`` for the other. Where neither has events or a profile, both are meant: refused rows may hold them.
    """
    wanted = customer.encode("utf-8", "replace").decode()  # a terminal may hand over what is not text
    anonymous = schema.customer_key(None, wanted)
    for key in (wanted, anonymous):
        if _is_known(timelines, key):
            return timelines.identity.ids_of(key)
    return (wanted,) if wanted.startswith(schema.ANONYMOUS) else (wanted, anonymous)


def held_key(timelines: Timelines, given: str, *, anonymous_first: bool) -> str:
    """The customer key that an id means; raises UnknownCustomerError when nothing is held on it."""
    wanted = given.encode("utf-8", "replace").decode()
    keys = (wanted, schema.customer_key(None, wanted))
    for key in reversed(keys) if anonymous_first else keys:
        if _is_known(timelines, key):
            return key
    raise UnknownCustomerError(f"Nothing is held on {given!r}.", hint="Check the id; nothing was changed.")


def _is_known(timelines: Timelines, key: str) -> bool:
    if timelines.identity.ids_of(key) != (key,) or timelines.find(key)[1]:
        return True
    return key in timelines.profiles.rows["customer"].to_pylist()


def person_data(timelines: Timelines, rules: LifecycleRules, customer: str, as_of_us: int) -> PersonData:
    """All that is held on a person; raises UnknownCustomerError."""
    log, identity = timelines.log, timelines.identity
    keys = person_keys(timelines, customer)
    ids, held = Ids(ids_of_keys(keys)), set(keys)
    people = pa.array(keys, pa.string())
    events = _events_of(log, keys)
    profiles, quarantine = log.side("profiles"), log.side("quarantine")
    their_traits = pc.is_in(profiles["customer"], value_set=people)
    their_refusals = belongs_to(quarantine, keys)
    profile = _rows(profiles.filter(their_traits), ("timestamp", "trait", "value"))
    refused = _rows(quarantine.filter(their_refusals), ("file", "line", "row_key", "reason"))
    if not (events or profile or refused):
        raise UnknownCustomerError(f"Nothing is held on {customer!r}.", hint="Check the id.")
    mentions = [
        *_mentioning("events", _other_events(log, keys, ids), ("timestamp", "event_id")),
        *_mentioning(
            "profiles", _with(profiles.filter(pc.invert(their_traits)), ids), ("timestamp", "trait")
        ),
        *_mentioning(
            "quarantine", _with(quarantine.filter(pc.invert(their_refusals)), ids), ("file", "line")
        ),
        *_mentioning("observations", _with(log.side("observations"), ids), ("timestamp", "observation_id")),
    ]
    return PersonData(
        customer=identity.of(keys[0]),
        ids=keys,
        joins=tuple(join for join in identity.joins if _about(join, held)),
        undone=tuple(join for join in identity.undone if _about(join, held)),
        shared=tuple(one for one in identity.refused if one.id in held or held.intersection(one.known)),
        profile=profile,
        events=events,
        stays=customer_timeline(timelines, rules, keys[0], as_of_us).stays
        if timelines.find(keys[0])[1]
        else (),
        quarantine=refused,
        mentions=tuple(mentions),
    )


def _about(join: Join, keys: set[str]) -> bool:
    return join.known in keys or join.other in keys


def _events_of(log: EventLog, keys: Sequence[str]) -> tuple[Row, ...]:
    files = [
        path
        for bucket in sorted({schema.bucket_of(key, log.buckets) for key in keys})
        for path in log.files(bucket)
    ]
    if not files:
        return ()
    theirs = ds.dataset(files, schema=_COLUMNS, format="parquet").to_table(
        filter=pc.field("customer").isin(list(keys))
    )
    return tuple(row | {"value": _amount(row)} for row in _rows(theirs, ("timestamp", "event_id")))


def _other_events(log: EventLog, keys: Sequence[str], ids: Ids) -> pa.Table:
    """Events of others that name one of the ids, read piece by piece."""
    others = log.events().to_batches(filter=~pc.field("customer").isin(list(keys)))
    found = [_with(pa.Table.from_batches([batch]), ids) for batch in others]
    return pa.concat_tables([_COLUMNS.empty_table(), *(table for table in found if table.num_rows)])


def _with(table: pa.Table, ids: Ids) -> pa.Table:
    return table.filter(rows_with(table, ids))


def _mentioning(name: str, table: pa.Table, by: Sequence[str]) -> Iterable[Row]:
    return ({"table": name, "row": row} for row in _rows(table, by))


def _rows(table: pa.Table, by: Sequence[str]) -> tuple[Row, ...]:
    return tuple(table.sort_by([(name, "ascending") for name in by]).to_pylist())


def _amount(row: Row) -> Decimal | None:
    """The value in major units, exact."""
    if row["value_minor"] is None:
        return None
    return Money(row["value_minor"], row["currency"] or "").amount


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no plain form")
