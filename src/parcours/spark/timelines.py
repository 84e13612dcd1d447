"""The timelines of the log's present version on the lake: built by the cluster when the log has changed, else found.

What joins ids and what profiles say passes through this process, where the same code as of the local engine weighs
it; events never do.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from math import ceil
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from parcours.events.identity import STATEMENTS, Identity, resolve
from parcours.events.log import EventLog
from parcours.spark import building, dataset
from parcours.spark.dataset import Dataset
from parcours.spark.pieces import TRAIT, Source, column_in_rows
from parcours.spark.steps import step
from parcours.spark.tasks import Dealing
from parcours.spark.trouble import told
from parcours.timelines.columns import Profiles
from parcours.timelines.masks import PROFILE
from parcours.timelines.units import CUSTOMER

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SHARE_EVENTS: Final = 1_000_000  # of one file, and so of one task
LEAST_SHARE_EVENTS: Final = 20_000
LEAST_SHARES: Final = 8  # where there are events enough, so that small clusters have work for all
PIECE_EVENTS: Final = 1_000_000  # that a task looks at together
EVENT_BYTES: Final = 64  # that an event takes in a task, with room for what a measure makes of it
TEXT_BYTES: Final = 64  # and for each text column
PROPERTIES_BYTES: Final = 512
NOBODY: Final = Identity((), (), {})


@dataclass(frozen=True)
class Sizes:
    """How work is cut; the defaults suit clusters, tests take less."""

    share_events: int = SHARE_EVENTS
    least_share_events: int = LEAST_SHARE_EVENTS
    piece_events: int = PIECE_EVENTS
    fan_in: int = 16

    def shares(self, events: int) -> int:
        """Among how many files so many events are dealt out."""
        wide = min(LEAST_SHARES, ceil(events / self.least_share_events))
        return max(1, wide, ceil(events / self.share_events))


class SparkTimelines:
    """The timelines of a log by customer and by any other unit, each built when it is first asked for."""

    def __init__(self, session: SparkSession, log: EventLog, *, identity_limit: int, sizes: Sizes) -> None:
        self.session = session
        self._log = log
        self.sizes = sizes
        self._limit = identity_limit
        self._known: dict[str, Dataset] = {}
        self._lock = RLock()

    @property
    def log(self) -> EventLog:
        """The log that they are made of."""
        return self._log

    def of(self, unit: str) -> Dataset:
        """The timelines of a unit; of customers, the events of all, of others, those that have the unit."""
        with self._lock:
            state = self._state()
            name = f"{unit_name(unit)}-{dataset.FORMAT}-{state}"
            if name not in self._known:
                with told():
                    self._known[name] = self._read(name, unit, state)
            return self._known[name]

    def span_us(self) -> tuple[int, int] | None:
        """First and last instant of any event; None for an empty log."""
        whole = self.of(CUSTOMER)
        return (whole.first_us, whole.last_us) if whole.events else None

    def event_names(self) -> frozenset[str]:
        """The names of all events."""
        return frozenset(self.of(CUSTOMER).names)

    def rows(self, source: Dataset, columns: tuple[str, ...]) -> DataFrame:
        """The rows of timelines with what every question needs, and some columns more."""
        from pyspark.sql import functions as sql

        address = dataset.spark_address(self.log.storage, f"{dataset.FOLDER}/{source.folder}")
        found = self.session.read.parquet(dataset.literal(address))
        first = sql.when(sql.col("position") == 0, sql.col("customer")).alias("customer")
        traits = [self._trait(source, name) for name in columns if name.startswith(TRAIT)]
        plain = [name for name in columns if not name.startswith(TRAIT)]
        return found.select(first, "position", "timestamp_us", "code", *plain, *traits)

    def _trait(self, source: Dataset, name: str) -> Any:
        from pyspark.sql import functions as sql

        held = sql.col("traits").getItem(name.removeprefix(TRAIT)) if source.has_traits else sql.lit(None)
        return held.cast("string").alias(name)

    def _read(self, name: str, unit: str, state: str) -> Dataset:
        found = dataset.read(self.log.storage, name)
        if found is None:
            found = self._built(name) if unit == CUSTOMER else self._dealt(name, unit)
            if not self.log.pinned:
                dataset.drop_others(self.log.storage, state)
            dataset.write(self.log.storage, found)
        return found

    def _built(self, name: str) -> Dataset:
        log = building.LogFiles(*self._files())
        if not log.files:
            return Dataset(name, "", (), 0, 0, 0, 0, 0, "", 0, has_traits=False)
        raw = log.rows(self.session)
        counts = building.counts_by_name(raw)
        identity = resolve(building.identity_events(raw), limit=self._limit)
        names = tuple(sorted((name for name in counts if name not in STATEMENTS), key=str.encode))
        shares = self.sizes.shares(sum(counts.values()))
        persons = building.with_persons(self.session, raw, identity.canonical)
        rows = building.timelines(persons, shares, joined=bool(identity.canonical))
        profiles = Profiles.of(self.log.side("profiles"), identity).rows
        full = building.with_traits(self.session, building.coded(self.session, rows, names), profiles)
        return self._stored(full, name, names, shares)

    def _dealt(self, name: str, unit: str) -> Dataset:
        """The timelines of another unit, dealt out from those of customers."""
        whole = self.of(CUSTOMER)
        if not whole.events:
            return replace(whole, name=name)
        columns = tuple(
            one for one in dataset.COLUMNS if one not in {"customer", "position", "timestamp_us", "code"}
        )
        trait = f"{TRAIT}{unit.removeprefix(PROFILE)}" if unit.startswith(PROFILE) else None
        wanted = columns if trait is None else (*columns, trait)
        kept = ("customer", "timestamp_us", "code", *columns)
        source = Source(whole.name, whole.names, self.piece_events(wanted))
        work = Dealing(unit, source, self.log.buckets, kept)
        dealt = self.rows(whole, wanted).mapInArrow(step(work).dealing(), DEALT)
        shares = self.sizes.shares(whole.events)
        found = self._stored(building.unit_timelines(dealt, shares), name, whole.names, shares)
        return replace(found, dropped_events=whole.events - found.events)

    def _stored(self, rows: DataFrame, name: str, names: tuple[str, ...], shares: int) -> Dataset:
        from pyspark.sql import functions as sql

        folder = f"{name}-{uuid.uuid4().hex[:8]}"
        address = dataset.spark_address(self.log.storage, f"{dataset.FOLDER}/{folder}")
        building.store(rows, address)
        written = self.session.read.parquet(dataset.literal(address))
        figures = written.agg(
            sql.count("*").alias("events"),
            sql.coalesce(sql.sum((sql.col("position") == 0).cast("long")), sql.lit(0)).alias("customers"),
            sql.coalesce(sql.min("timestamp_us"), sql.lit(0)).alias("first_us"),
            sql.coalesce(sql.max("timestamp_us"), sql.lit(0)).alias("last_us"),
            sql.coalesce(sql.max_by("customer", "position"), sql.lit("")).alias("largest"),
            sql.coalesce(sql.max("position") + 1, sql.lit(0)).alias("largest_events"),
        )
        (row,) = figures.toArrow().to_pylist()
        return Dataset(name, folder, names, shares, has_traits="traits" in written.columns, **row)

    def piece_events(self, columns: tuple[str, ...]) -> int:
        """How many events a task may look at together: fewer where executors are small."""
        from parcours.spark.sessions import memory_bytes

        return max(1, min(self.sizes.piece_events, memory_bytes(self.session) // 4 // event_bytes(columns)))

    def _files(self) -> tuple[str, tuple[str, ...]]:
        place = self.log.storage
        files = tuple(dataset.spark_address(place, name) for name in self.log.event_files())
        return dataset.spark_address(place, "events"), files

    def _state(self) -> str:
        """Names all that timelines are made of: events, profiles, and how many ids may share one."""
        parts = [str(self._limit), *(self.log.fingerprint(bucket) for bucket in range(self.log.buckets))]
        parts.append(Profiles.of(self.log.side("profiles"), NOBODY).fingerprint)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


DEALT: Final = (
    "customer string, timestamp_us long, code int, event string, event_id string, customer_id string, "
    "anonymous_id string, channel string, campaign string, source string, currency string, value_minor long, "
    "properties string, home int, member string"
)


def unit_name(unit: str) -> str:
    """A unit as a part of a file's name."""
    return unit if unit == CUSTOMER else hashlib.sha256(unit.encode()).hexdigest()[:12]


def event_bytes(columns: tuple[str, ...]) -> int:
    """About how much memory an event takes in a task."""
    properties = column_in_rows("any key of the JSON")
    return EVENT_BYTES + sum(PROPERTIES_BYTES if one == properties else TEXT_BYTES for one in columns)
