"""The answer about sessions: tables from the counts of every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.measures.durations import Durations
from parcours.measures.flow.item_query import WITHOUT
from parcours.measures.flow.session_walk import Longs
from parcours.measures.groups import OTHER
from parcours.measures.result import Result
from parcours.stats.counting import ValueCounts
from parcours.stats.proportions import wilson_bounds
from parcours.stats.quantiles import mean, median, p90
from parcours.timelines.calendar import Periods
from parcours.values import SECOND_US

if TYPE_CHECKING:
    import altair

SESSIONS = 0  # the first figure of a cell
LENGTH_BOUNDS_SECONDS = (0, 10, 30, 60, 180, 600, 1_800, 3_600)  # upper ends, inside


@dataclass(frozen=True)
class SessionsResult(Result):
    """Sessions by period and group. ``shape``: series. A cell is ``period · groups + group``."""

    shape: ClassVar[str] = "series"
    periods: Periods
    complete: tuple[bool, ...]
    groups: tuple[str, ...]
    items: tuple[str, ...]  # then (other), then (none)
    figures: NDArray[np.int64]  # [cell, (sessions, bounces, units)]
    units: NDArray[np.int64]  # [group] over all periods
    lengths: Durations
    depths: NDArray[np.int64]  # (cell, depth, sessions)
    ends: NDArray[np.int64]  # (cell · items + item, entries, their bounces, exits, units in, units out)

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "sessions": self._sessions(),
            "totals": self._totals(),
            "items": self._items(),
            "depths": self._depths(),
            "lengths": self._lengths(),
        }

    @cached_property
    def _present(self) -> list[int]:
        """Groups to show: (other) only when there is anything in it."""
        by_group = self.figures[:, SESSIONS].reshape(len(self.periods), len(self.groups)).sum(axis=0)
        return [
            number
            for number, name in enumerate(self.groups)
            if name != OTHER or by_group[number] or number == 0
        ]

    def _sessions(self) -> pa.Table:
        rows = []
        for period, (first, last) in enumerate(
            zip(self.periods.starts, self.periods.last_days(), strict=True)
        ):
            for group in self._present:
                cell = period * len(self.groups) + group
                sessions, bounces, units = self.figures[cell].tolist()
                rows.append(
                    {"period_start": first, "period_end": last, "group": self.groups[group]}
                    | self._row([cell], sessions, bounces, units)
                    | {"complete": self.complete[period]}
                )
        return pa.Table.from_pylist(rows, schema=_SESSIONS)

    def _totals(self) -> pa.Table:
        rows = []
        for group in self._present:
            cells = list(range(group, len(self.figures), len(self.groups)))
            sessions, bounces, _ = self.figures[cells].sum(axis=0).tolist()
            units = int(self.units[group])
            rows.append({"group": self.groups[group]} | self._row(cells, sessions, bounces, units))
        return pa.Table.from_pylist(rows, schema=_TOTALS)

    def _row(self, cells: Sequence[int], sessions: int, bounces: int, units: int) -> dict[str, Any]:
        lengths, depths = self.lengths.of_cells(list(cells)), _of_cells(self.depths, cells)
        low, high = wilson_bounds(bounces, sessions)
        some = sessions > 0
        return {
            "sessions": sessions, "units": units, "sessions_per_unit": sessions / units if units else None,
            "bounces": bounces, "bounce_rate": bounces / sessions if some else None,
            "bounce_rate_low": float(low) if some else None, "bounce_rate_high": float(high) if some else None,
            "mean_length_seconds": _seconds(mean(lengths)), "median_length_seconds": _seconds(median(lengths)),
            "p90_length_seconds": _seconds(p90(lengths)),
            "mean_depth": mean(depths), "median_depth": median(depths), "p90_depth": p90(depths),
        }  # fmt: skip

    def _items(self) -> pa.Table:
        """Entries and exits by period, group and item, most entries first."""
        names = (*self.items, OTHER, WITHOUT)
        rows = []
        for key, entries, bounces, exits, units_in, units_out in self.ends.tolist():
            cell, item = divmod(key, len(names))
            period, group = divmod(cell, len(self.groups))
            sessions = int(self.figures[cell, SESSIONS])
            (entry_low, exit_low), (entry_high, exit_high) = wilson_bounds([entries, exits], sessions)
            bounce_low, bounce_high = wilson_bounds(bounces, entries)
            rows.append(
                {
                    "period_start": self.periods.starts[period], "group": self.groups[group], "item": names[item],
                    "entries": entries, "entry_share": entries / sessions,
                    "entry_share_low": float(entry_low), "entry_share_high": float(entry_high),
                    "entry_units": units_in, "bounces": bounces,
                    "bounce_rate": bounces / entries if entries else None,
                    "bounce_rate_low": float(bounce_low) if entries else None,
                    "bounce_rate_high": float(bounce_high) if entries else None,
                    "exits": exits, "exit_share": exits / sessions,
                    "exit_share_low": float(exit_low), "exit_share_high": float(exit_high),
                    "exit_units": units_out,
                }
            )  # fmt: skip
        rows.sort(
            key=lambda row: (
                row["period_start"],
                self.groups.index(row["group"]),
                -row["entries"],
                row["item"],
            )
        )
        return pa.Table.from_pylist(rows, schema=_ITEMS)

    def _depths(self) -> pa.Table:
        """Sessions by depth, group by group, over all periods."""
        rows = [
            {"group": self.groups[group], "depth": depth, "sessions": count}
            for group in self._present
            for depth, count in _pairs(_of_cells(self.depths, self._cells_of(group)))
        ]
        return pa.Table.from_pylist(rows, schema=_DEPTHS)

    def _lengths(self) -> pa.Table:
        """Sessions by length, group by group, over all periods: above one bound, up to the next."""
        bounds = np.array(LENGTH_BOUNDS_SECONDS, dtype=np.int64) * SECOND_US
        rows = []
        for group in self._present:
            tally = self.lengths.of_cells(self._cells_of(group))
            upto = [int(tally.counts[tally.values <= bound].sum()) for bound in bounds.tolist()]
            counts = np.diff([0, *upto, tally.total]).tolist()
            ends = (*LENGTH_BOUNDS_SECONDS, None)
            for above, end, count in zip((None, *LENGTH_BOUNDS_SECONDS), ends, counts, strict=True):
                name = self.groups[group]
                rows.append({"group": name, "above_seconds": above, "up_to_seconds": end, "sessions": count})
        return pa.Table.from_pylist(rows, schema=_LENGTHS)

    def _cells_of(self, group: int) -> list[int]:
        return list(range(group, len(self.figures), len(self.groups)))

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.flow.charts import sessions_over_time

        return sessions_over_time(self.to_arrow("sessions"))


_FIGURES = [
    *((name, pa.int64()) for name in ("sessions", "units")),
    ("sessions_per_unit", pa.float64()),
    ("bounces", pa.int64()),
    *((name, pa.float64()) for name in ("bounce_rate", "bounce_rate_low", "bounce_rate_high")),
    *((f"{figure}_length_seconds", pa.float64()) for figure in ("mean", "median", "p90")),
    *((f"{figure}_depth", pa.float64()) for figure in ("mean", "median", "p90")),
]
_PERIOD = [("period_start", pa.date32()), ("period_end", pa.date32())]
_SESSIONS = pa.schema([*_PERIOD, ("group", pa.string()), *_FIGURES, ("complete", pa.bool_())])
_TOTALS = pa.schema([("group", pa.string()), *_FIGURES])
_DEPTHS = pa.schema([("group", pa.string()), ("depth", pa.int64()), ("sessions", pa.int64())])
_LENGTHS = pa.schema(
    [("group", pa.string()), *((name, pa.int64()) for name in ("above_seconds", "up_to_seconds", "sessions"))]
)
_ITEMS = pa.schema(
    [
        ("period_start", pa.date32()),
        ("group", pa.string()),
        ("item", pa.string()),
        ("entries", pa.int64()),
        *((name, pa.float64()) for name in ("entry_share", "entry_share_low", "entry_share_high")),
        ("entry_units", pa.int64()),
        ("bounces", pa.int64()),
        *((name, pa.float64()) for name in ("bounce_rate", "bounce_rate_low", "bounce_rate_high")),
        ("exits", pa.int64()),
        *((name, pa.float64()) for name in ("exit_share", "exit_share_low", "exit_share_high")),
        ("exit_units", pa.int64()),
    ]
)


def _of_cells(rows: Longs, cells: Sequence[int]) -> ValueCounts:
    """The values of some cells as one tally."""
    low, high = (
        np.searchsorted(rows[:, 0], cells, side="left"),
        np.searchsorted(rows[:, 0], cells, side="right"),
    )
    chosen = np.concatenate(
        [rows[:0, 1:], *(rows[one:other, 1:] for one, other in zip(low, high, strict=True))]
    )
    return ValueCounts.of(chosen[:, 0], chosen[:, 1])


def _pairs(tally: ValueCounts) -> list[tuple[int, int]]:
    return list(zip(tally.values.tolist(), tally.counts.tolist(), strict=True))


def _seconds(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / SECOND_US
