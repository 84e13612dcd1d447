"""pandas as people write it: a sorted data frame, group by customer, and a function in Python where groups need one."""

from __future__ import annotations

from collections.abc import Iterator
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

if TYPE_CHECKING:
    import pandas as pd

WEEK_US = 7 * DAY_US


class Pandas(Peer):
    """pandas."""

    title: ClassVar[str] = "pandas"

    @staticmethod
    def settings() -> str:
        import pandas as pd

        return f"{pd.__version__}, one thread, categories for texts, sorted by customer and time, kept as Parquet"

    def load(self, file: Path) -> None:
        self._sorted(self._read(file)).to_parquet(self.folder / "events.parquet")

    def open(self) -> None:
        import pandas as pd

        self.frame = pd.read_parquet(self.folder / "events.parquet")

    def append(self, file: Path) -> None:
        import pandas as pd

        both = pd.concat(
            [self.frame.astype({"customer": "str", "event": "str", "device": "str"}), self._read(file)]
        )
        self.frame = self._sorted(both)

    @staticmethod
    def _read(file: Path) -> pd.DataFrame:
        import pandas as pd

        columns = ["customer", "at", "event", "device"]
        if file.suffix == ".csv":
            events = pd.read_csv(file, usecols=columns, parse_dates=["at"])
        else:
            events = pd.read_parquet(file, columns=columns)
        events["us"] = events["at"].dt.as_unit("us").astype("int64")
        return events.drop(columns="at")

    @staticmethod
    def _sorted(events: pd.DataFrame) -> pd.DataFrame:
        texts = dict.fromkeys(("customer", "event", "device"), "category")
        return events.astype(texts).sort_values(["customer", "us"]).reset_index(drop=True)

    def _until(self, until: int) -> pd.DataFrame:
        return self.frame[self.frame["us"] <= until]

    def _timelines(self, until: int, names: tuple[str, ...], *columns: str) -> Iterator[list[Any]]:
        events = self._until(until)
        events = events[events["event"].isin(names)]
        for _, group in events.groupby("customer", observed=True, sort=False):
            yield list(group[["us", "event", *columns]].itertuples(index=False, name=None))

    def funnel(self, until: int) -> Answer:
        reached = [0] * len(STEPS)
        for events in self._timelines(until, STEPS):
            begun: list[int | None] = [None] * len(STEPS)  # the latest first step that leads to each step
            furthest = 0
            for us, name in events:
                step = STEPS.index(name)
                start = us if step == 0 else begun[step - 1]
                if start is not None and us - start <= WINDOW_US:
                    begun[step] = start
                    furthest = max(furthest, step + 1)
            for step in range(furthest):
                reached[step] += 1
        return {"reached": reached}

    def breakdown(self, until: int) -> Answer:
        counts: dict[str, list[int]] = {}
        for events in self._timelines(until, (*STEPS, EXCLUDED), BREAKDOWN):
            best = _best_attempt(events)
            if best is not None:
                reached, value = best
                row = counts.setdefault(value, [0] * len(STEPS))
                for step in range(reached):
                    row[step] += 1
        return by_key((value, *row) for value, row in counts.items())

    def retention(self, until: int) -> Answer:
        events = self._until(until)
        weeks = events[["customer"]].assign(week=(events["us"] // DAY_US + 3) // 7).drop_duplicates()
        weeks["cohort"] = weeks.groupby("customer", observed=True)["week"].transform("min")
        counts = weeks.assign(column=weeks["week"] - weeks["cohort"]).groupby(["cohort", "column"]).size()
        return cells(counts.reset_index().itertuples(index=False, name=None))

    def transitions(self, until: int) -> Answer:
        import pandas as pd

        events = self._until(until)
        by_customer = events.groupby("customer", observed=True)
        before = by_customer["event"].shift(1)
        opens = before.isna() | (events["us"] - by_customer["us"].shift(1) > IDLE_US)
        closes = opens.shift(-1, fill_value=True)
        frame = pd.DataFrame({"customer": events["customer"], "target": events["event"].astype(str)})
        frame["source"] = before.astype(str).where(~opens, START)
        ways_in = frame[opens | (frame["source"] != frame["target"])]
        ways_out = frame[closes].assign(source=frame["target"], target=EXIT)
        links = pd.concat([ways_in, ways_out]).groupby(["source", "target"], observed=True)["customer"]
        counts = links.agg(["size", "nunique"])
        return by_link((*link, *row) for link, row in zip(counts.index, counts.to_numpy(), strict=True))

    def growth(self, until: int) -> Answer:
        events = self._until(until)
        days = events[["customer"]].assign(day=events["us"] // DAY_US).drop_duplicates()
        by_customer = days.groupby("customer", observed=True)["day"]
        before, after = by_customer.shift(1), by_customer.shift(-1)
        states = {
            "new": days["day"][before.isna()],
            "returning": days["day"][before == days["day"] - 1],
            "resurrected": days["day"][before < days["day"] - 1],
            "dormant": days["day"][after != days["day"] + 1] + 1,
        }
        counts = [states[state].value_counts() for state in states]
        every = sorted({day for count in counts for day in count.index if day <= until // DAY_US})
        return by_key((day, *(int(count.get(day, 0)) for count in counts)) for day in every)

    def stages(self, until: int) -> Answer:
        by_event, lapse = stage_by_event(), lapse_us()
        counts: dict[tuple[str, str, str], int] = {}

        def move(us: int, source: int, target: int) -> None:
            key = (month_of(us), stage_name(source), stage_name(target))
            counts[key] = counts.get(key, 0) + 1

        for events in self._timelines(until, tuple(by_event)):
            stage, source, kept, orders = -1, -1, 0, 0
            for us, name in events:
                if stage >= 0 and us > kept + lapse[stage]:
                    move(kept + lapse[stage], stage, -2)
                    stage, source = -1, -2
                orders += name == ORDERED
                nominated = 3 if name == ORDERED and orders > 1 else by_event[name]
                if nominated > stage:
                    move(us, source if stage < 0 else stage, nominated)
                    stage = nominated
                kept = us
            if stage >= 0 and kept + lapse[stage] <= until:
                move(kept + lapse[stage], stage, -2)
        return with_sizes((*key, count) for key, count in counts.items())

    def timeline(self, until: int, customer: str) -> Answer:
        events = self._until(until)
        mine = events[events["customer"] == customer]
        return {"events": [[us, name] for us, name in zip(mine["us"].tolist(), mine["event"], strict=True)]}


def _best_attempt(events: list[Any]) -> tuple[int, str] | None:
    """How far the attempt that stands for a customer got, and its value; None when it is void or there is none."""
    after: list[list[int]] = [
        [] for _ in STEPS
    ]  # [step] the earliest way on from the latest event of that step
    forbidden, best = None, None
    for us, name, value in reversed(events):
        if name == EXCLUDED:
            forbidden = us
            continue
        step = STEPS.index(name)
        way = [us, *after[step + 1]] if step + 1 < len(STEPS) else [us]
        after[step] = way
        if step == 0:
            reached = max(number for number, at in enumerate(way, 1) if at - us <= WINDOW_US)
            over = way[-1] if reached == len(STEPS) else us + WINDOW_US + 1
            clean = forbidden is None or forbidden >= over
            attempt = (reached, clean, -way[reached - 1], us, value)
            best = attempt if best is None or attempt[:4] > best[:4] else best
    return (best[0], best[4]) if best is not None and best[1] else None


PEER = Pandas
