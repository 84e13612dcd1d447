"""From the log to sorted timelines, by Spark alone: joined ids together, each event once, no statements about ids.

The order and the choice among repeated event ids are those of ``timelines.build`` and ``timelines.joined``: by
customer, time and event id, and of one id at one instant the row that stands first in the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from parcours.events.identity import IDENTITY_EVENTS, STATEMENTS, IdentityEvent
from parcours.spark.dataset import COLUMNS, literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.window import WindowSpec

_LOG: Final = (
    "event_id string, customer string, customer_id string, anonymous_id string, event string, timestamp timestamp, "
    "channel string, campaign string, source string, value_minor long, currency string, properties string, bucket int"
)
_PLACE: Final = ("bucket", "moved", "raw_customer", "file_name", "row_index")
ROW_GROUP_BYTES: Final = 2**30  # one group a file, so that no reader splits a file between two tasks


@dataclass(frozen=True)
class LogFiles:
    """The events of one version of the log, as Spark finds them."""

    root: str
    files: tuple[str, ...]

    def rows(self, session: SparkSession) -> DataFrame:
        from pyspark.sql import functions as sql

        reader = session.read.schema(_LOG).option("basePath", self.root)
        found = reader.option("datetimeRebaseMode", "CORRECTED").parquet(
            *(literal(file) for file in self.files)
        )
        place = [sql.col(f"_metadata.{name}").alias(name) for name in ("file_name", "row_index")]
        columns = [sql.col(name) for name in found.columns if name != "timestamp"]
        return found.select(*columns, sql.unix_micros("timestamp").alias("timestamp_us"), *place)


def counts_by_name(rows: DataFrame) -> dict[str, int]:
    """How many rows each event has."""
    from pyspark.sql import functions as sql

    found = rows.groupBy("event").agg(sql.count("*").alias("rows")).toArrow()
    return dict(zip(found["event"].to_pylist(), found["rows"].to_pylist(), strict=True))


def identity_events(rows: DataFrame) -> list[IdentityEvent]:
    """The events that say something about ids, each once: they are few, and one place must weigh them all."""
    from pyspark.sql import functions as sql

    said = rows.where(sql.col("event").isin(*IDENTITY_EVENTS))
    own = ("customer", "timestamp_us", "event_id")
    place = ("bucket", "file_name", "row_index")
    fields = ("event", "customer_id", "anonymous_id", "properties")
    found = said.select(*own, *place, *fields).toArrow().to_pylist()
    found.sort(key=lambda row: tuple(row[name] for name in (*own, *place)))
    once: dict[tuple[object, ...], IdentityEvent] = {}
    for row in found:
        event = IdentityEvent(
            row["event_id"], row["event"], row["timestamp_us"], *(row[name] for name in fields[1:])
        )
        once.setdefault(tuple(row[name] for name in own), event)
    return list(once.values())


def with_persons(session: SparkSession, rows: DataFrame, canonical: Mapping[str, str]) -> DataFrame:
    """Rows under their person's id; ``raw_customer`` is the id of the log."""
    from pyspark.sql import functions as sql

    rows = rows.withColumnRenamed("customer", "raw_customer")
    if not canonical:
        return rows.withColumn("customer", sql.col("raw_customer")).withColumn("moved", sql.lit(False))
    ids = pa.array(canonical, pa.string())
    persons = pa.array(canonical.values(), pa.string())
    joined = session.createDataFrame(pa.table({"raw_customer": ids, "person": persons}))
    return (
        rows.join(joined, "raw_customer", "left")
        .withColumn("moved", sql.col("person").isNotNull())
        .withColumn("customer", sql.coalesce("person", "raw_customer"))
        .drop("person")
    )


def timelines(rows: DataFrame, shares: int, *, joined: bool) -> DataFrame:
    """Rows dealt out by customer, each event once, with its ``position`` in the customer's timeline."""
    from pyspark.sql import functions as sql

    dealt = _once(rows.repartition(shares, "customer"), _PLACE, "raw_customer")
    told = dealt.where(~sql.col("event").isin(*STATEMENTS))
    return _positioned(_once(told, _PLACE) if joined else told, _PLACE)


def unit_timelines(rows: DataFrame, shares: int) -> DataFrame:
    """Rows dealt out by another unit; what happened at one instant keeps the order of the customers."""
    return _positioned(rows.repartition(shares, "customer"), ("home", "member"))


def coded(session: SparkSession, rows: DataFrame, names: Sequence[str]) -> DataFrame:
    """Rows with the code of their event."""
    from pyspark.sql import functions as sql

    codes = pa.table({"event": pa.array(names, pa.string()), "code": pa.array(range(len(names)), pa.int32())})
    return rows.join(sql.broadcast(session.createDataFrame(codes)), "event")


def with_traits(session: SparkSession, rows: DataFrame, profiles: pa.Table) -> DataFrame:
    """Rows of which each customer's first one carries the customer's traits."""
    from pyspark.sql import functions as sql

    if not profiles.num_rows:
        return rows
    held = session.createDataFrame(profiles.select(["customer", "trait", "value"]))
    pairs = sql.map_from_entries(sql.collect_list(sql.struct("trait", "value")))
    traits = held.groupBy("customer").agg(pairs.alias("held"))
    first = sql.when(sql.col("position") == 0, sql.col("held"))
    return rows.join(traits, "customer", "left").withColumn("traits", first).drop("held")


def store(rows: DataFrame, address: str) -> None:
    """Write the files: sorted, one row group each."""
    columns = [*COLUMNS, *(["traits"] if "traits" in rows.columns else [])]
    writer = rows.select(*columns).sortWithinPartitions("customer", "position").write.mode("overwrite")
    writer.option("compression", "zstd").option("parquet.block.size", ROW_GROUP_BYTES).parquet(address)


def _once(rows: DataFrame, place: Sequence[str], *same: str) -> DataFrame:
    """Of rows with one customer, instant and event id (and whatever else is named), the first."""
    from pyspark.sql import functions as sql

    keys = ("timestamp_us", "event_id", *same)
    again = sql.lit(True)
    for key in keys:
        again = again & (sql.lag(key).over(_in_order(place)) == sql.col(key))
    marked = rows.withColumn("again", sql.coalesce(again, sql.lit(False)))
    return marked.where(~sql.col("again")).drop("again")


def _positioned(rows: DataFrame, place: Sequence[str]) -> DataFrame:
    from pyspark.sql import functions as sql

    return rows.withColumn("position", (sql.row_number().over(_in_order(place)) - 1).cast("int"))


def _in_order(place: Sequence[str]) -> WindowSpec:
    from pyspark.sql import Window

    return Window.partitionBy("customer").orderBy("timestamp_us", "event_id", *place)
