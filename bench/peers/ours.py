"""Parcours, through its public API."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bench.answers import by_key, by_link, month_of
from bench.made_log import MAPPING
from bench.peers.contract import Peer
from bench.questions import BREAKDOWN, DAY_US, EXCLUDED, LAPSED, NEW, STEPS, Answer, lifecycle_yaml

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.workspace import Workspace

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Ours(Peer):
    """Parcours."""

    title: ClassVar[str] = "Parcours"
    keeps_answers: ClassVar[bool] = True
    workspace: Workspace

    @staticmethod
    def settings() -> str:
        from importlib.metadata import version

        return f"{version('parcours')}, 2 threads, 16 buckets, otherwise as installed"

    def load(self, file: Path) -> None:
        import parcours as pc

        settings = pc.Settings(title="Bench", simulated=True, threads=self.threads)
        self.workspace = pc.init(self.folder / "shop", settings=settings, lifecycle=lifecycle_yaml())
        self.append(file)
        self.workspace.timelines.partitions()

    def forget(self) -> None:
        for kept in (self.folder / "shop" / "cache").iterdir():
            if kept.name != "timelines":
                shutil.rmtree(kept)
        self.open()

    def append(self, file: Path) -> None:
        mapping = self.folder / "mapping.yaml"
        mapping.write_text(MAPPING, encoding="utf-8")
        report = self.workspace.import_files([file], mapping, now=NOW)
        assert report.events == report.rows, report

    def open(self) -> None:
        import parcours as pc

        self.workspace = pc.open(self.folder / "shop")

    def funnel(self, until: int) -> Answer:
        result = self.workspace.funnel(*STEPS, window="7d", as_of=_instant(until))
        return {"reached": [step.reached for step in result.total.steps]}

    def breakdown(self, until: int) -> Answer:
        result = self.workspace.funnel(
            *STEPS, window="7d", by=BREAKDOWN, exclude=(EXCLUDED,), as_of=_instant(until)
        )
        return by_key((group.name, *(step.reached for step in group.steps)) for group in result.groups)

    def retention(self, until: int) -> Answer:
        result = self.workspace.retention(unit="week", mode="first_time", as_of=_instant(until))
        (group,) = result.groups
        weeks = [(start.toordinal() - _EPOCH + 3) // 7 for start in result.grid.rows.starts]
        found: Answer = {}
        for row, column in zip(*group.units.nonzero(), strict=True):
            found.setdefault(str(weeks[row]), {})[str(column)] = int(group.units[row, column])
        return found

    def transitions(self, until: int) -> Answer:
        table = self.workspace.transitions(top=50, as_of=_instant(until)).to_arrow("transitions")
        return by_link(_rows(table, "source", "target", "times", "units"))

    def growth(self, until: int) -> Answer:
        table = self.workspace.growth("day", events="*", as_of=_instant(until)).to_arrow()
        days = (
            (day.toordinal() - _EPOCH, *counts) for day, *counts in _rows(table, "period_start", *_STATES)
        )
        return by_key(days)

    def stages(self, until: int) -> Answer:
        result = self.workspace.stages("month", as_of=_instant(until))
        total, stages = result.total, result.stages
        sources, targets = (*stages, NEW, LAPSED), (*stages, LAPSED)
        found: Answer = {}
        for period, start in enumerate(result.periods.starts):
            moves: dict[str, Any] = {
                f"{sources[source]} > {stages[target]}": int(total.entries[period, source, target])
                for source, target in zip(*total.entries[period].nonzero(), strict=True)
            }
            moves |= {
                f"{stages[source]} > {targets[target]}": int(total.exits[period, source, target])
                for source, target in zip(*total.exits[period].nonzero(), strict=True)
            }
            found[f"{start:%Y-%m}"] = moves | {"sizes": [int(size) for size in total.sizes[period]]}
        return found

    def timeline(self, until: int, customer: str) -> Answer:
        story = self.workspace.customer(customer, as_of=_instant(until))
        events = ([_us(happening.at), happening.event] for happening in story.happenings)
        return {"events": list(events)}

    def map(self, until: int) -> Answer:
        """The whole lifecycle map, as its page shows it; no peer has one."""
        measured = self.workspace.map(as_of=_instant(until), period=_instant(until).date())
        return {"month": month_of(until), "sizes": [stage.size for stage in measured.stages]}


_STATES = ("new", "returning", "resurrected", "dormant")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def _rows(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def _instant(us: int) -> datetime:
    return datetime.fromtimestamp(us // 1_000_000, UTC).replace(microsecond=us % 1_000_000)


def _us(moment: datetime) -> int:
    whole = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return whole.days * DAY_US + whole.seconds * 1_000_000 + whole.microseconds


PEER = Ours
