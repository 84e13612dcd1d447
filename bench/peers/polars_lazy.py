"""Polars: one sorted table of codes in memory, and lazy queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bench.answers import by_key, by_link, cells, month_of, stage_name, with_sizes
from bench.peers.contract import Peer
from bench.questions import (
    BREAKDOWN,
    DAY_US,
    EXCLUDED,
    EXIT,
    IDLE_US,
    ORDERED,
    START,
    STEPS,
    WINDOW_US,
    Answer,
    lapse_us,
    stage_by_event,
)
from bench.world import CHANNELS, DEVICES, NAMES

if TYPE_CHECKING:
    import polars as pl

LAST = len(STEPS)


class Polars(Peer):
    """Polars."""

    title: ClassVar[str] = "Polars"

    @staticmethod
    def settings() -> str:
        import polars

        return (
            f"{polars.__version__}, 2 threads, lazy queries over an Arrow file sorted by customer (numbered) and time, "
            "enum columns"
        )

    def load(self, file: Path) -> None:
        import polars as pl

        events = self._read(file)
        names = events.select(pl.col("customer").unique().sort()).with_row_index("key").collect()
        names.write_ipc(self.folder / "customers.arrow")
        self._keyed(events, names).sort("key", "us").collect().write_ipc(self.folder / "events.arrow")

    def open(self) -> None:
        import polars as pl

        self.names = pl.read_ipc(self.folder / "customers.arrow")
        events = pl.read_ipc(self.folder / "events.arrow")
        self.frame = events.with_columns(pl.col("key").set_sorted())

    def append(self, file: Path) -> None:
        import polars as pl

        fresh = self._read(file)
        unknown = fresh.select(pl.col("customer").unique()).join(self.names.lazy(), on="customer", how="anti")
        numbered = unknown.with_row_index("key", offset=len(self.names)).select("key", "customer").collect()
        self.names = pl.concat([self.names, numbered])
        both = pl.concat([self.frame, self._keyed(fresh, self.names).collect()])
        self.frame = both.sort("key", "us")

    @staticmethod
    def _read(file: Path) -> pl.LazyFrame:
        import polars as pl

        if file.suffix == ".csv":
            instant = pl.col("at").str.to_datetime("%Y-%m-%d %H:%M:%S%.6fZ", time_unit="us")
            events = pl.scan_csv(file, schema_overrides={"amount": pl.Float64}).with_columns(instant)
        else:
            events = pl.scan_parquet(file)
        return events.with_columns(
            us=pl.col("at").to_physical().cast(pl.Int64),
            event=pl.col("event").cast(pl.Enum(NAMES)),
            channel=pl.col("channel").cast(pl.Enum(CHANNELS)),
            device=pl.col("device").cast(pl.Enum(DEVICES)),
        ).drop("at")

    @staticmethod
    def _keyed(events: pl.LazyFrame, names: pl.DataFrame) -> pl.LazyFrame:
        return events.join(names.lazy(), on="customer").drop("customer")

    def _until(self, until: int) -> pl.LazyFrame:
        import polars as pl

        return self.frame.lazy().filter(pl.col("us") <= until)

    def _of(self, until: int, names: Sequence[str], *columns: str) -> pl.LazyFrame:
        import polars as pl

        chosen = self._until(until).filter(pl.col("event").is_in(names))
        return chosen.select(pl.col("key").set_sorted(), "us", *columns)

    def funnel(self, until: int) -> Answer:
        """Level by level, the latest first step that leads to an event in time: ASOF joins."""
        import polars as pl

        level = self._of(until, STEPS[:1]).with_columns(begun="us")
        levels = [level]
        for name in STEPS[1:]:
            level = (
                self._of(until, [name])
                .join_asof(level, on="us", by="key", strategy="backward", allow_exact_matches=False,
                           check_sortedness=False)
                .filter(pl.col("us") - pl.col("begun") <= WINDOW_US)
                .cache()
            )  # fmt: skip
            levels.append(level)
        counts = pl.collect_all([one.select(pl.col("key").n_unique()) for one in levels])
        return {"reached": [int(count.item()) for count in counts]}

    def breakdown(self, until: int) -> Answer:
        """Every attempt with its earliest way on; the best of each customer's, if it is not void."""
        import polars as pl

        chain = self._of(until, STEPS[-1:]).with_columns(pl.col("us").alias(f"us{LAST}"))
        for step in range(LAST - 1, 0, -1):
            now = self._of(until, [STEPS[step - 1]], *([BREAKDOWN] if step == 1 else []))
            chain = _after(now, chain).with_columns(pl.col("us").alias(f"us{step}"))
        void = self._of(until, [EXCLUDED]).with_columns(void="us")
        reached: Any = pl.when(pl.col(f"us{LAST}") - pl.col("us") <= WINDOW_US).then(LAST)
        for step in range(LAST - 1, 1, -1):
            reached = reached.when(pl.col(f"us{step}") - pl.col("us") <= WINDOW_US).then(step)
        ends = pl.coalesce(
            pl.when(pl.col("reached") == step).then(pl.col(f"us{step}")) for step in range(1, LAST + 1)
        )
        over = (
            pl.when(pl.col("reached") == LAST)
            .then(pl.col(f"us{LAST}"))
            .otherwise(pl.col("us") + WINDOW_US + 1)
        )
        best = (
            _after(chain, void)
            .with_columns(reached=reached.otherwise(1))
            .with_columns(ends=ends, clean=(pl.col("void") >= over).fill_null(value=True))
            .sort("key", "reached", "clean", "ends", "us", descending=[False, True, True, False, True])
            .unique("key", keep="first", maintain_order=True)
            .filter(pl.col("clean"))
        )
        counts = [(pl.col("reached") >= step).sum().alias(f"reached{step}") for step in range(1, LAST + 1)]
        return by_key(best.group_by(BREAKDOWN).agg(counts).collect().iter_rows())

    def retention(self, until: int) -> Answer:
        """Each customer's different weeks, beside the first of them."""
        import polars as pl

        week = ((pl.col("us") // DAY_US + 3) // 7).cast(pl.Int32).alias("week")
        weeks = self._until(until).select("key", week).unique()
        cohorts = weeks.group_by("key").agg(cohort=pl.col("week").min())
        column = (pl.col("week") - pl.col("cohort")).alias("column")
        return cells(weeks.join(cohorts, on="key").group_by("cohort", column).len().collect().iter_rows())

    def transitions(self, until: int) -> Answer:
        """Every event beside the one before, in a table that is sorted already."""
        import polars as pl

        code = pl.col("event").to_physical().cast(pl.Int8)
        same = pl.col("key") == pl.col("key").shift(1)
        near = same & (pl.col("us") - pl.col("us").shift(1) <= IDLE_US)
        beside = (
            self._until(until)
            .select("key", "us", code.alias("code"))
            .with_columns(near=near.fill_null(value=False), before=pl.col("code").shift(1))
            .with_columns(goes_on=pl.col("near").shift(-1, fill_value=False))
            .cache()
        )
        ways_in = beside.filter(~pl.col("near") | (pl.col("before") != pl.col("code"))).select(
            "key", pl.when("near").then("before").otherwise(-1).alias("source"), target="code"
        )
        ways_out = beside.filter(~pl.col("goes_on")).select(
            "key", pl.col("code").alias("source"), pl.lit(-1, pl.Int8).alias("target")
        )
        links = pl.concat([ways_in.cast({"source": pl.Int8}), ways_out])
        by_customer = links.group_by("key", "source", "target").len("times")
        counts = by_customer.group_by("source", "target").agg(pl.col("times").sum(), pl.len()).collect()
        return by_link(
            (NAMES[source] if source >= 0 else START, NAMES[target] if target >= 0 else EXIT, *numbers)
            for source, target, *numbers in counts.iter_rows()
        )

    def growth(self, until: int) -> Answer:
        """Each customer's different days, beside the one before and the one after."""
        import polars as pl

        day = (pl.col("us") // DAY_US).cast(pl.Int32).alias("day")
        days = self._until(until).select("key", day).filter(
            (pl.col("key") != pl.col("key").shift(1)).fill_null(value=True)
            | (pl.col("day") != pl.col("day").shift(1))
        )  # fmt: skip
        same_before = (pl.col("key") == pl.col("key").shift(1)).fill_null(value=False)
        same_after = (pl.col("key") == pl.col("key").shift(-1)).fill_null(value=False)
        gap = pl.col("day") - pl.col("day").shift(1)
        beside = days.with_columns(
            new=~same_before,
            returning=same_before & (gap == 1),
            resurrected=same_before & (gap > 1),
            leaves=~same_after | (pl.col("day").shift(-1) != pl.col("day") + 1),
        ).cache()
        states = ("new", "returning", "resurrected")
        active = beside.group_by("day").agg(pl.col(states).sum(), pl.lit(0).cast(pl.UInt32).alias("dormant"))
        gone = beside.filter("leaves").group_by(pl.col("day") + 1).agg(
            *(pl.lit(0).cast(pl.UInt32).alias(state) for state in states), pl.len().cast(pl.UInt32).alias("dormant")
        )  # fmt: skip
        total = pl.concat([active, gone]).group_by("day").agg(pl.all().sum())
        return by_key(total.filter(pl.col("day") <= until // DAY_US).collect().iter_rows())

    def stages(self, until: int) -> Answer:
        """Where each stay would end and lead, for every event that could begin one; then the walk from stay to stay."""
        import polars as pl

        by_event = stage_by_event()
        first = pl.col("us").filter(pl.col("event") == ORDERED).min().over("key")
        stage = pl.col("event").cast(pl.String).replace_strict(by_event, return_dtype=pl.Int8)
        later_order = (pl.col("event") == ORDERED) & (pl.col("us") > first)
        silence = pl.col("us").shift(-1) - pl.col("us")
        other = pl.col("key") != pl.col("key").shift(-1)
        kept = (
            self._of(until, list(by_event), "event")
            .select(
                "key",
                "us",
                stage=pl.when(later_order).then(3).otherwise(stage).cast(pl.Int8),
                silence=pl.when(other).then(None).otherwise(silence),
                next_us=pl.when(other).then(None).otherwise(pl.col("us").shift(-1)),
            )
            .collect()
        )
        lapse = lapse_us()
        stays = pl.concat([_stays(kept, number, lapse[number]) for number in range(len(lapse))])
        walk = kept.select("key", "us").unique("key", keep="first", maintain_order=True)
        walk = walk.with_columns(source=pl.lit(-1, pl.Int8))
        rounds = []
        while len(walk):
            reached = walk.join(stays, on=["key", "us"])
            rounds.append(reached)
            walk = reached.filter(pl.col("next_us").is_not_null()).select(
                "key", pl.col("next_us").alias("us"),
                source=pl.when("advances").then("stage").otherwise(-2).cast(pl.Int8),
            )  # fmt: skip
        every = pl.concat(rounds)
        entered = every.select("us", "source", target="stage")
        left = every.filter(~pl.col("advances") & (pl.col("left_us") <= until)).select(
            us="left_us", source="stage", target=pl.lit(-2, pl.Int8)
        )
        month = pl.from_epoch("us", time_unit="us").dt.truncate("1mo").to_physical().alias("month")
        moves = pl.concat([entered, left]).group_by(month, "source", "target").len()
        return with_sizes(
            (month_of(us), stage_name(one), stage_name(two), n) for us, one, two, n in moves.iter_rows()
        )

    def timeline(self, until: int, customer: str) -> Answer:
        import polars as pl

        key = self.names.filter(pl.col("customer") == customer)["key"].item()
        rows = self._until(until).filter(pl.col("key") == key).select("us", "event").collect()
        return {"events": [list(row) for row in rows.iter_rows()]}


def _after(now: pl.LazyFrame, later: pl.LazyFrame) -> pl.LazyFrame:
    """Beside each event the first of another kind that comes after it."""
    return now.join_asof(
        later, on="us", by="key", strategy="forward", allow_exact_matches=False, check_sortedness=False
    )


def _stays(kept: pl.DataFrame, stage: int, lapse: int) -> pl.DataFrame:
    """Where a stay that begins at an event that nominates this stage ends, and which event begins the next."""
    import polars as pl

    ends = kept.lazy().filter(pl.col("silence").is_null() | (pl.col("silence") > lapse))
    further = kept.lazy().filter(pl.col("stage") > stage).select("key", "us", further="us")
    now = kept.lazy().filter(pl.col("stage") == stage).select("key", "us")
    found = _after(now, further).join_asof(
        ends.select("key", "us", "next_us", ends="us"),
        on="us",
        by="key",
        strategy="forward",
        check_sortedness=False,
    )
    advances = (pl.col("further") <= pl.col("ends")).fill_null(value=False)
    return (
        found.with_columns(advances=advances)
        .select(
            "key", "us", "advances", pl.lit(stage, pl.Int8).alias("stage"),
            left_us=pl.when("advances").then("further").otherwise(pl.col("ends") + lapse),
            next_us=pl.when("advances").then("further").otherwise("next_us"),
        )
        .collect()
    )  # fmt: skip


PEER = Polars
