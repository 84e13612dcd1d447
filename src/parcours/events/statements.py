"""What is said about ids: two are one person, a join was wrong, an id is shared. Each is one event of the log."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import pyarrow as pa

from parcours.errors import QueryError
from parcours.events import schema
from parcours.events.identity import JOINED, SHARED, UNDONE, Identity, Join
from parcours.events.log import Batch, EventLog
from parcours.values import instant_us

SOURCE = "parcours identify"


def state_join(
    log: EventLog, identity: Identity, known: str, other: str, *, limit: int, now: datetime
) -> Join:
    """Say that the known id and another customer key are one person.

    Raises QueryError when they are already, or when more than ``limit`` known ids would share the other one."""
    if identity.of(known) == identity.of(other):
        raise QueryError(
            f"{known!r} and {other!r} are one person already.", hint=f"See: parcours identify --of {known}"
        )
    sharing = {join.known for join in identity.joins if join.other == other} | {known}
    refused = next((one for one in identity.refused if one.id == other), None)
    if refused is not None or len(sharing) > limit:
        count = len(sharing | set(refused.known if refused else ()))
        raise QueryError(
            f"{other!r} would be shared by {count} known ids, more than {limit}, and so join nobody.",
            hint="Take a wrong join back first, or raise identity_limit in parcours.toml.",
        )
    anonymous = other.removeprefix(schema.ANONYMOUS) if other.startswith(schema.ANONYMOUS) else None
    properties = None if anonymous is not None else {"previous_id": other}
    event_id = _append(log, JOINED, known, anonymous, properties, now)
    return Join(event_id, known, other, instant_us(now))


def take_back(log: EventLog, identity: Identity, event_id: str, *, now: datetime) -> tuple[Join, ...]:
    """Say that the join of an event was wrong; gives what it had joined. Raises QueryError when none is in force."""
    joins = tuple(join for join in identity.joins if join.event_id == event_id)
    if not joins:
        undone = any(join.event_id == event_id for join in identity.undone)
        raise QueryError(
            f"The join {event_id!r} was taken back already."
            if undone
            else f"No join has the id {event_id!r}.",
            hint="List the joins in force with: parcours identify",
        )
    _append(log, UNDONE, joins[0].known, None, {"join": event_id}, now)
    return joins


def state_shared(log: EventLog, key: str) -> None:
    """Say that many share an id, whoever of them is erased; saying it twice changes nothing."""
    now = max(log.received().values())  # nothing new is known by it
    anonymous = key.removeprefix(schema.ANONYMOUS) if key.startswith(schema.ANONYMOUS) else None
    _append(log, SHARED, None if anonymous is not None else key, anonymous, None, now)


def _append(
    log: EventLog,
    event: str,
    known: str | None,
    anonymous: str | None,
    properties: dict[str, str] | None,
    now: datetime,
) -> str:
    customer = schema.customer_key(known, anonymous)
    said = json.dumps([event, known, anonymous, properties, now.isoformat()], ensure_ascii=False)
    event_id = hashlib.sha256(said.encode()).hexdigest()[:32]
    row = {
        "event_id": event_id,
        "customer": customer,
        "customer_id": known,
        "anonymous_id": anonymous,
        "event": event,
        "timestamp": now,
        "received_at": now,
        "source": SOURCE,
        "properties": None
        if properties is None
        else json.dumps(properties, ensure_ascii=False, sort_keys=True),
        "import_id": event_id,
        "bucket": schema.bucket_of(customer, log.buckets),
    }
    log.append(Batch(event_id, pa.Table.from_pylist([row], schema=schema.EVENTS), received_at=now))
    return event_id
