"""The timelines on the lake: Parquet files of whole customers, sorted by customer and time, and what is known of them.

    log/spark/<name>-<build>/part-….parquet   one row an event, one file a share of the customers
    log/spark/<name>.json                     what is in it; written last, so that a half-written one is never read

Two processes that build the same at once write to folders of their own; the last to end is read from then on.
They are derived and may be deleted at any time. They belong to one state of the log; another state has another name.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from parcours.events.log import DERIVED
from parcours.events.storage import SCHEMES, Storage

FOLDER: Final = DERIVED
FORMAT: Final = 1  # part of every name: a new layout never reads an old one
COLUMNS: Final = (
    "customer", "position", "timestamp_us", "code", "event", "event_id", "customer_id", "anonymous_id", "channel",
    "campaign", "source", "currency", "value_minor", "properties",
)  # fmt: skip
_SPARK_SCHEMES: Final = {"s3": "s3a", "gs": "gs", "az": "abfss"}
_GLOB: Final = "\\[]{}*?,"


@dataclass(frozen=True)
class Dataset:
    """One set of timelines: of customers, or of another unit."""

    name: str
    folder: str  # below that of all timelines
    names: tuple[str, ...]  # of events, sorted; a code is a place in it
    files: int  # at most
    events: int
    customers: int
    first_us: int
    last_us: int
    largest: str  # the customer with most events
    largest_events: int
    has_traits: bool
    dropped_events: int = 0


def read(storage: Storage, name: str) -> Dataset | None:
    """The timelines of a name, when they are there whole."""
    content = storage.read(f"{FOLDER}/{name}.json")
    if content is None:
        return None
    given = json.loads(content)
    return Dataset(**(given | {"names": tuple(given["names"])}))


def write(storage: Storage, dataset: Dataset) -> None:
    """Say that the files are there, and what is in them."""
    storage.write(f"{FOLDER}/{dataset.name}.json", json.dumps(asdict(dataset)).encode())


def drop_others(storage: Storage, kept: str) -> None:
    """Delete the timelines of all other states of the log."""
    old = [name for name in storage.names(FOLDER) if kept not in name]
    storage.remove(
        sorted(old, key=lambda name: not name.endswith(".json"))
    )  # first what says that they are there


def spark_address(storage: Storage, name: str) -> str:
    """A name of the log as Spark takes it."""
    scheme, mark, rest = storage.address.partition("://")
    if mark and scheme in SCHEMES:
        return f"{_SPARK_SCHEMES[scheme]}://{rest}/{name}"
    return f"file://{storage.folder.resolve() / name}"


def literal(address: str) -> str:
    """An address to read from, of which no sign means a choice of files."""
    return "".join(f"\\{sign}" if sign in _GLOB else sign for sign in address)
