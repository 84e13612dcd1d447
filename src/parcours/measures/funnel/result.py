"""The answer to a funnel, as frozen values and as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.measures.result import Result
from parcours.stats.proportions import wilson
from parcours.timelines.calendar import Periods
from parcours.values import SECOND_US, Estimate

if TYPE_CHECKING:
    import altair

Longs = NDArray[np.int64]
TOTAL_NAME = "(all)"
NOTHING_NAME = "(nothing)"


@dataclass(frozen=True)
class StepFigures:
    """One step of one group. Shares are None where nobody could be counted, times where nobody arrived."""

    reached: int
    share_of_first: Estimate | None
    share_of_previous: Estimate | None
    dropped: int  # reached this step, not the next one, and the attempt is over
    censored: int  # reached this step, not the next one, and the attempt is still open at the range's end
    mean_seconds: float | None  # since the step before
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True)
class Group:
    """The steps of one group; the whole funnel is the group ``TOTAL_NAME``."""

    name: str
    steps: tuple[StepFigures, ...]


@dataclass(frozen=True)
class OverTime:
    """By calendar period of the first step: ``reached`` [period, step], ``censored`` [period]."""

    periods: Periods
    reached: Longs
    censored: Longs


@dataclass(frozen=True)
class TimeToConvert:
    """Histogram: bin i holds the conversions with ``edges_us[i]`` ≤ time < ``edges_us[i + 1]``."""

    edges_us: Longs
    counts: Longs


@dataclass(frozen=True)
class FunnelResult(Result):
    """A funnel. ``shape``: steps."""

    shape: ClassVar[str] = "steps"
    names: tuple[str, ...]
    optional: tuple[bool, ...]
    before: tuple[int, ...]  # [step] the step that its share and times refer to, numbered from 0
    total: Group
    groups: tuple[Group, ...]  # without the total; the last one may be "(other)"
    other_than: tuple[str, ...]  # the groups shown, which "(other)" is all but
    excluded: int  # left the funnel altogether through an exclusion
    over_time: OverTime | None
    time_to_convert: TimeToConvert
    did_instead: tuple[
        tuple[str, Longs], ...
    ]  # next event after the furthest step, by [step]; most frequent first
    resolution_us: int  # what times were cut to before medians and p90 were taken; 1 is exact

    @property
    def converted(self) -> int:
        """How many reached the last required step."""
        last = max(number for number, optional in enumerate(self.optional) if not optional)
        return self.total.steps[last].reached

    def estimates(self) -> Mapping[str, Estimate]:
        """Of each step from the second on: the share of the first step, and from the third on of the step before."""
        found: dict[str, Estimate | None] = {}
        for group in (self.total, *self.groups):
            prefix = "" if group is self.total else f"{group.name}: "
            for number in range(1, len(self.names)):
                name = f"{prefix}{number + 1} {self.names[number]}"
                found[name] = group.steps[number].share_of_first
                if self.before[number]:
                    found[f"{name}, of step {self.before[number] + 1}"] = group.steps[
                        number
                    ].share_of_previous
        return {name: share for name, share in found.items() if share is not None}

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "steps": self._steps(),
            "over_time": self._over_time(),
            "time_to_convert": self._time_to_convert(),
            "did_instead": self._did_instead(),
        }

    def other_cell(self) -> dict[str, str]:
        """The cell of the group "(other)", to open it to its units."""
        return {"group": "(other)", "other_than": json.dumps(self.other_than)}

    def _steps(self) -> pa.Table:
        rows = [
            {
                "group": group.name, "step": number + 1, "name": name, "optional": self.optional[number],
                "reached": figures.reached,
                **_estimate("share_of_first", figures.share_of_first),
                **_estimate("share_of_previous", figures.share_of_previous),
                "dropped": figures.dropped, "censored": figures.censored,
                "mean_seconds": figures.mean_seconds, "median_seconds": figures.median_seconds,
                "p90_seconds": figures.p90_seconds,
            }
            for group in (self.total, *self.groups)
            for number, (name, figures) in enumerate(zip(self.names, group.steps, strict=True))
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_STEPS)

    def _over_time(self) -> pa.Table:
        rows = []
        if self.over_time is not None:
            periods = self.over_time.periods
            for place, (first, last) in enumerate(zip(periods.starts, periods.last_days(), strict=True)):
                reached = self.over_time.reached[place]
                rows += [
                    {
                        "period_start": first, "period_end": last, "step": number + 1, "name": name,
                        "reached": int(reached[number]),
                        **_estimate("share_of_first", wilson(int(reached[number]), int(reached[0]))),
                        "censored": int(self.over_time.censored[place]),
                    }
                    for number, name in enumerate(self.names)
                ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_OVER_TIME)

    def _time_to_convert(self) -> pa.Table:
        edges = self.time_to_convert.edges_us / SECOND_US
        columns = {
            "from_seconds": pa.array(edges[:-1], pa.float64()),
            "to_seconds": pa.array(edges[1:], pa.float64()),
            "converted": pa.array(self.time_to_convert.counts, pa.int64()),
        }
        return pa.table(columns)

    def _did_instead(self) -> pa.Table:
        rows = []
        for step, name in enumerate(self.names):
            whole = sum(int(counts[step]) for _, counts in self.did_instead)
            rows += [
                {
                    "step": step + 1, "name": name, "event": event, "count": int(counts[step]),
                    "share": int(counts[step]) / whole,
                }
                for event, counts in sorted(self.did_instead, key=lambda pair: -int(pair[1][step]))
                if counts[step]
            ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_DID_INSTEAD)

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import funnel_chart

        return funnel_chart(self.to_arrow())


def _estimate(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _fields(kind: pa.DataType, *names: str) -> list[pa.Field]:
    return [pa.field(name, kind) for name in names]


_STEPS = pa.schema(
    [
        *_fields(pa.string(), "group"),
        *_fields(pa.int64(), "step"),
        *_fields(pa.string(), "name"),
        *_fields(pa.bool_(), "optional"),
        *_fields(pa.int64(), "reached"),
        *_fields(pa.float64(), "share_of_first", "share_of_first_low", "share_of_first_high"),
        *_fields(pa.float64(), "share_of_previous", "share_of_previous_low", "share_of_previous_high"),
        *_fields(pa.int64(), "dropped", "censored"),
        *_fields(pa.float64(), "mean_seconds", "median_seconds", "p90_seconds"),
    ]
)
_OVER_TIME = pa.schema(
    [
        *_fields(pa.date32(), "period_start", "period_end"),
        *_fields(pa.int64(), "step"),
        *_fields(pa.string(), "name"),
        *_fields(pa.int64(), "reached"),
        *_fields(pa.float64(), "share_of_first", "share_of_first_low", "share_of_first_high"),
        *_fields(pa.int64(), "censored"),
    ]
)
_DID_INSTEAD = pa.schema(
    [
        *_fields(pa.int64(), "step"),
        *_fields(pa.string(), "name", "event"),
        *_fields(pa.int64(), "count"),
        *_fields(pa.float64(), "share"),
    ]
)
