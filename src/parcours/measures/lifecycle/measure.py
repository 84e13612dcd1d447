"""Where customers leave: how likely a stay in each stage ends by advancing or by lapsing, and how long it
takes.

For the stays that began in the range, the **cumulative incidence** of advancing and of lapsing within a
horizon, with the other as competing risk and unfinished stays censored (Aalen-Johansen), never a share of
finished stays only nor a mean of finished times: both make a young stage look better or worse than it is.
**Drop-off** of a stage is the cumulative incidence of lapse. **Median time to advance** is the time within
which half of *all* stays advance; it does not exist where fewer than half ever do. **Median stay** is the
time within which half of the stays end either way. Also: how many stays were unfinished, where those who
advanced went (skips), and the next event of any kind after a lapse.

Other tools read these words otherwise: a funnel counts unfinished stays as lost; "average time in stage"
usually means the mean over finished stays. Assumes that when a stay is cut off by the end of the data, that
says nothing about how it would have ended.

Reference: O. O. Aalen and S. Johansen, Scandinavian Journal of Statistics 5, 1978;
``parcours.stats.incidence``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.lifecycle.intervals import ADVANCED, LAPSED, NO_ROW, OPEN, Stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures import contract
from parcours.measures.cells import place
from parcours.measures.contract import Partial
from parcours.measures.following import FollowedMeasure, ends_open
from parcours.measures.groups import group_of_stays, in_group, largest
from parcours.measures.lifecycle.counting import Counted, added, counted
from parcours.measures.lifecycle.last_steps import last_steps
from parcours.measures.partials import add_labelled
from parcours.measures.result import Result
from parcours.measures.scope import stays_in_scope, stays_wake_us
from parcours.stats.incidence import AtHorizon, CumulativeIncidence, cumulative_incidence
from parcours.stats.stays import IncidenceTable, sum_of_columns
from parcours.timelines.partition import Partition
from parcours.values import DAY_US, Duration, Estimate

if TYPE_CHECKING:
    import altair

ADVANCE_CAUSE, LAPSE_CAUSE = 1, 2
NOTHING_SEEN = ""
ENDINGS = ("advanced", "lapsed", "unfinished")
ENDED = ENDINGS[:2]


class Query(contract.Query):
    """Which stages, for stays that began in the range."""

    rules: LifecycleRules = Field(description="The lifecycle's stages.")
    horizon: Duration = Field(
        Duration(180 * DAY_US), description="Shares are given within this time of entering."
    )
    by: str | None = Field(
        None, description="Break down by profile.<trait>, or by a property of the entering event."
    )
    top: int = Field(10, ge=1, le=200, description="Largest groups to show.")

    def bounds_us(self) -> tuple[int, int]:
        days = self.days()
        if days is None:
            return 0, 0
        start, end = days
        if end < start:
            raise QueryError(f"The range ends ({end}) before it starts ({start}).")
        return self.calendar.midnight_us(start), self.calendar.midnight_us(self.calendar.step(end, "day"))


@dataclass(frozen=True)
class Outcome:
    """How the stays in one stage end, for one group of customers ("" without a breakdown)."""

    stage: str
    group: str
    stays: int
    unfinished: int
    advance: AtHorizon
    lapse: AtHorizon
    median_advance_us: int | None
    median_stay_us: int | None
    curve: CumulativeIncidence
    advanced_to: tuple[tuple[str, int], ...]  # stage and stays, in stage order; beyond the next stage: skips
    next_after_lapse: tuple[tuple[str, int], ...]  # event and stays, most frequent first; "" nothing seen
    last_before_lapse: tuple[tuple[str, int], ...]  # path of the last events and stays, most frequent first


@dataclass(frozen=True)
class LifecycleResult(Result):
    """The outcomes of every stage. ``shape``: table."""

    shape: ClassVar[str] = "table"
    stages: tuple[str, ...]
    horizon: Duration
    outcomes: tuple[Outcome, ...]

    def of(self, stage: str, group: str = "") -> Outcome:
        """The outcome of one stage and group; raises QueryError when there is none."""
        place(stage, self.stages, "stage")
        groups = {one.group: one for one in self.outcomes if one.stage == stage}
        place(group, tuple(groups), "group")
        return groups[group]

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "outcomes": pa.Table.from_pylist([_outcome_row(one) for one in self.outcomes], schema=_OUTCOMES),
            "advanced_to": pa.Table.from_pylist(
                [
                    {"stage": one.stage, "group": one.group, "target": target, "stays": count}
                    for one in self.outcomes
                    for target, count in one.advanced_to
                ],
                schema=_ADVANCED_TO,
            ),
            "next_after_lapse": pa.Table.from_pylist(
                [
                    {"stage": one.stage, "group": one.group, "event": event or None, "stays": count}
                    for one in self.outcomes
                    for event, count in one.next_after_lapse
                ],
                schema=_NEXT,
            ),
            "last_before_lapse": pa.Table.from_pylist(
                [
                    {"stage": one.stage, "group": one.group, "path": path, "stays": count}
                    for one in self.outcomes
                    for path, count in one.last_before_lapse
                ],
                schema=_LAST,
            ),
        }

    def estimates(self) -> Mapping[str, Estimate]:
        found = {
            " ".join(part for part in (one.stage, one.group, ending) if part): at.estimate
            for one in self.outcomes
            for ending, at in (("advance", one.advance), ("lapse", one.lapse))
        }
        return {name: estimate for name, estimate in found.items() if estimate is not None}

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import incidence

        rows = [
            {"stage": one.stage, "ending": ending, "days": time / DAY_US, "share": float(share)}
            for one in self.outcomes
            if one.group == self.outcomes[0].group
            for cause, ending in ((ADVANCE_CAUSE, "advanced"), (LAPSE_CAUSE, "lapsed"))
            for time, share in _thinned(one.curve, cause, self.horizon.us)
        ]
        return incidence(pa.Table.from_pylist(rows, schema=_CURVES), order=self.stages)


def _thinned(
    curve: CumulativeIncidence, cause: int, horizon_us: int, most: int = 240
) -> list[tuple[int, float]]:
    """Steps of a curve up to the horizon, at most ``most`` of them: a picture has no more pixels to show
    them.
    """
    times, shares = curve.times_us, curve.incidence[cause - 1]
    inside = int(np.searchsorted(times, horizon_us, side="right"))
    chosen = np.unique(np.linspace(0, inside - 1, min(inside, most)).astype(np.int64))
    steps = [(0, 0.0), *((int(times[i]), float(shares[i])) for i in chosen if inside)]
    known_until = (
        horizon_us if curve.table.durations_us.size and curve.table.durations_us[-1] >= horizon_us else 0
    )
    return [*steps, (known_until, steps[-1][1])] if known_until else steps


def _outcome_row(one: Outcome) -> dict[str, object]:
    row: dict[str, object] = {
        "stage": one.stage, "group": one.group, "stays": one.stays, "unfinished": one.unfinished,
        "median_days_to_advance": None if one.median_advance_us is None else one.median_advance_us / DAY_US,
        "median_days_in_stage": None if one.median_stay_us is None else one.median_stay_us / DAY_US,
    }  # fmt: skip
    for way, done, found in (("advance", "advanced", one.advance), ("lapse", "lapsed", one.lapse)):
        estimate = found.estimate
        row |= {
            f"{way}_share": estimate.value if estimate else None,
            f"{way}_share_low": estimate.low if estimate else None,
            f"{way}_share_high": estimate.high if estimate else None,
            f"{done}_within_horizon": found.ended,
        }
    return row


_SHARES = [
    pa.field(name, pa.int64() if name.endswith("horizon") else pa.float64())
    for way, done in (("advance", "advanced"), ("lapse", "lapsed"))
    for name in (f"{way}_share", f"{way}_share_low", f"{way}_share_high", f"{done}_within_horizon")
]
_STAGE = [pa.field("stage", pa.string()), pa.field("group", pa.string())]
_OUTCOMES = pa.schema(
    [
        *_STAGE,
        pa.field("stays", pa.int64()),
        pa.field("unfinished", pa.int64()),
        *_SHARES,
        pa.field("median_days_to_advance", pa.float64()),
        pa.field("median_days_in_stage", pa.float64()),
    ]
)
_ADVANCED_TO = pa.schema([*_STAGE, pa.field("target", pa.string()), pa.field("stays", pa.int64())])
_NEXT = pa.schema([*_STAGE, pa.field("event", pa.string()), pa.field("stays", pa.int64())])
_LAST = pa.schema([*_STAGE, pa.field("path", pa.string()), pa.field("stays", pa.int64())])
_CURVES = pa.schema(
    [
        pa.field("stage", pa.string()),
        pa.field("ending", pa.string()),
        pa.field("days", pa.float64()),
        pa.field("share", pa.float64()),
    ]
)


class Lifecycle(FollowedMeasure[Query, LifecycleResult]):
    """Outcomes of stays."""

    name = "lifecycle"
    question = Query
    counts = frozenset({"ways", "open", "advanced_to", "next", "last"})

    def follows(self, query: Query) -> bool:
        return query.by is None

    def wakes_us(self, partition: Partition, query: Query) -> NDArray[np.int64] | None:
        return stays_wake_us(partition, query)

    def goes_on(self, before: Query, after: Query) -> bool:
        return before.end == after.end or ends_open(before, after)

    def map(self, partition: Partition, query: Query) -> Partial:
        found = stays_in_scope(partition, query)
        chosen = np.flatnonzero(_begun(found, query))
        labels, group = group_of_stays(partition, found, query.by)
        stages = len(query.rules.stages)
        place_of_stay = group[chosen] * stages + found.stage[chosen]
        key, durations, ways = _durations(found, chosen, place_of_stay)
        open_place, since, open_ = _unfinished(found, chosen, place_of_stay)
        advanced_to = np.zeros((len(labels) * stages, stages), dtype=np.int64)
        advanced = chosen[found.exit[chosen] == ADVANCED]
        where = group[advanced] * stages + found.stage[advanced]
        np.add.at(advanced_to, (where, found.stage[advanced + 1]), 1)
        place_count = len(labels) * stages
        events, next_counts = _next_events(partition, found, chosen, place_of_stay, place_count)
        paths, last_counts = last_steps(partition, found, chosen, place_of_stay, place_count)
        return {
            "labels": labels,
            "place": key, "duration": durations, "ways": ways,
            "open_place": open_place, "open_since": since, "open": open_,
            "advanced_to": advanced_to.reshape(len(labels), stages, stages),
            "events": events, "next": next_counts.reshape(len(events), len(labels), stages),
            "paths": paths, "last": last_counts.reshape(len(paths), len(labels), stages),
        }  # fmt: skip

    def merge(self, one: Partial, other: Partial) -> Partial:
        stages = one["advanced_to"].shape[1]
        labels, advanced_to = add_labelled(
            (one["labels"], other["labels"]), (one["advanced_to"], other["advanced_to"])
        )
        parts = [(part, np.searchsorted(labels, part["labels"])) for part in (one, other)]
        merged: Partial = {"labels": labels, "advanced_to": advanced_to}
        for place_, value, counts in (("place", "duration", "ways"), ("open_place", "open_since", "open")):
            merged[place_], merged[value], merged[counts] = added(
                *(
                    (_moved(part[place_], position, stages), part[value], part[counts])
                    for part, position in parts
                )
            )
        for names, counts in (("events", "next"), ("paths", "last")):
            merged[names], merged[counts] = add_labelled(
                (one[names], other[names]),
                (
                    _spread(one[counts], parts[0][1], len(labels)),
                    _spread(other[counts], parts[1][1], len(labels)),
                ),
            )
        return merged

    def finish(self, partial: Partial, query: Query) -> LifecycleResult:
        stages = query.rules.ids
        per_label = _stays_of_labels(partial, len(stages))
        outcomes = [
            self._outcome(partial, query, group, stage)
            for group in largest(partial["labels"], per_label, query.top)
            for stage in range(len(stages))
        ]
        return LifecycleResult(stages, query.horizon, tuple(outcomes))

    def _outcome(self, partial: Partial, query: Query, group: int, stage: int) -> Outcome:
        ids = query.rules.ids
        table = _incidence(partial, group * len(ids) + stage, query.as_of_us)
        curve = cumulative_incidence(table)
        targets = partial["advanced_to"][group, stage]
        return Outcome(
            stage=ids[stage],
            group=str(partial["labels"][group]),
            stays=table.stays,
            unfinished=table.unfinished,
            advance=curve.at(ADVANCE_CAUSE, query.horizon.us),
            lapse=curve.at(LAPSE_CAUSE, query.horizon.us),
            median_advance_us=curve.quantile_us(ADVANCE_CAUSE),
            median_stay_us=curve.median_stay_us(),
            curve=curve,
            advanced_to=tuple((ids[i], int(n)) for i, n in enumerate(targets) if n),
            next_after_lapse=_most_frequent(partial["events"], partial["next"][:, group, stage]),
            last_before_lapse=_most_frequent(partial["paths"], partial["last"][:, group, stage]),
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``stage`` and ``ending`` (advanced, lapsed, unfinished), and ``group`` when broken down."""
        found = stays_in_scope(partition, query)
        stage = place(cell.get("stage"), query.rules.ids, "stage")
        ending = place(cell.get("ending"), ENDINGS, "ending")
        exit_code = (ADVANCED, LAPSED, 0)[ending]
        chosen = _begun(found, query) & (found.stage == stage) & (found.exit == exit_code)
        chosen &= in_group(partition, found, query.by, cell)
        return np.unique(found.customer[chosen])


def _most_frequent(names: NDArray[np.str_], counts: NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
    order = largest(names, counts, len(names))
    return tuple((str(names[i]), int(counts[i])) for i in order if counts[i])


def _begun(found: Stays, query: Query) -> NDArray[np.bool_]:
    low, high = query.bounds_us()
    return (found.entered_us >= low) & (found.entered_us < high)


def _durations(found: Stays, chosen: NDArray[np.intp], places: NDArray[np.int64]) -> Counted:
    """Ended stays counted by place, duration and way: advanced, lapsed."""
    ended = found.exit[chosen] != OPEN
    stays = chosen[ended]
    durations = found.left_us[stays] - found.entered_us[stays]
    return counted(places[ended], durations, found.exit[stays].astype(np.int64) - 1, len(ENDED))


def _unfinished(found: Stays, chosen: NDArray[np.intp], places: NDArray[np.int64]) -> Counted:
    """Open stays counted by place and by when they began: how long that is says the end of the data."""
    open_ = found.exit[chosen] == OPEN
    begun = found.entered_us[chosen[open_]]
    return counted(places[open_], begun, np.zeros(len(begun), dtype=np.int64), 1)


def _stays_of_labels(partial: Partial, stages: int) -> NDArray[np.int64]:
    """How many stays each group has."""
    firsts = np.arange(len(partial["labels"]) + 1) * stages
    total = np.zeros(len(partial["labels"]), np.int64)
    for places, counts in (("place", "ways"), ("open_place", "open")):
        sums = np.concatenate(([0], np.cumsum(sum_of_columns(partial[counts]))))
        total += np.diff(sums[np.searchsorted(partial[places], firsts)])
    return total


def _incidence(partial: Partial, place: int, as_of_us: int) -> IncidenceTable:
    """The stays of one place by duration: unfinished, advanced, lapsed."""
    ended, open_ = (
        slice(*np.searchsorted(partial[name], (place, place + 1))) for name in ("place", "open_place")
    )
    width = 1 + len(ENDED)
    ways, unfinished = (np.zeros((part.stop - part.start, width), np.int64) for part in (ended, open_))
    ways[:, 1:] = partial["ways"][ended]
    unfinished[:, :1] = partial["open"][open_][::-1]  # who began last was seen for the shortest time
    lengths = partial["duration"][ended], as_of_us - partial["open_since"][open_][::-1]
    places = (np.zeros(len(length), np.int64) for length in lengths)
    return IncidenceTable(*added(*zip(places, lengths, (ways, unfinished), strict=True))[1:])


def _next_events(
    partition: Partition, found: Stays, chosen: NDArray[np.intp], places: NDArray[np.int64], place_count: int
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Stays that lapsed, by next event and place; the event "" stands for nothing seen."""
    lapsed = found.exit[chosen] == LAPSED
    rows = found.next_row[chosen][lapsed]
    names = np.array([*partition.names, NOTHING_SEEN])
    codes = np.full(len(rows), len(names) - 1, dtype=np.int64)
    seen = rows != NO_ROW
    codes[seen] = partition.events[rows[seen]]
    counts = np.zeros((len(names), place_count), dtype=np.int64)
    np.add.at(counts, (codes, places[lapsed]), 1)
    order = np.argsort(names)
    return names[order], counts[order]


def _moved(places: NDArray[np.int64], labels: NDArray[np.intp], stages: int) -> NDArray[np.int64]:
    """Places whose labels stand elsewhere."""
    if (labels == np.arange(len(labels))).all():
        return places
    return np.asarray(labels[places // stages] * stages + places % stages, dtype=np.int64)


def _spread(counts: NDArray[np.int64], positions: NDArray[np.intp], size: int) -> NDArray[np.int64]:
    """Move the label axis (the second) of ``counts`` to its place among ``size`` labels."""
    spread = np.zeros((counts.shape[0], size, counts.shape[2]), dtype=np.int64)
    spread[:, positions] = counts
    return spread


MEASURE = Lifecycle()
