"""Transitions: after each item, what comes next, how often, how soon, and where do sessions end?

Every session is read as a path of items (events' names, a property, or named selectors; grouped, then excluded), a
run of one item counting as one step unless ``collapse`` is off. Each step is a **visit** of its item, and each visit
has one way in, from the step before or (start), and one way out, to the next step or (exit). So for every item

    visits = Σ in (with starts) = Σ out (with exits)        and    Σ starts = Σ exits = paths

A link is counted three times over: how often it was taken, in how many sessions, by how many units. Its share is of
all ways out of its source, with Wilson's 95 % interval. Its times run from reaching the source (the first event of a
run) to reaching the target; the mean is exact, the median stands between two bounds, which are equal wherever it is
known exactly (``parcours.measures.flow.link_times``). Items beyond the ``top`` most frequent are one, (other): a step
from one of them to another is a link from (other) to itself, and nothing vanishes.

Events at one instant are taken in the order of their ids. Sessions are cut by the range's two ends.

Other tools: a *flow*, *path* or *user journey* report often counts only each unit's first path, or only units; some
drop what is not among the top; a *Markov chain* or *process map* shows the same matrix as probabilities, and a
*directly-follows graph* the same counts without starts and exits.

Reference: W. van der Aalst, "Process Mining: Data Science in Action", 2nd edition, 2016, chapter 6 (directly-follows
graphs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.measures.cells import place
from parcours.measures.contract import Measure, Partial
from parcours.measures.flow.item_query import EXIT, START, FlowQuery
from parcours.measures.flow.item_ranks import RANKS, RanksResult, items_shown, ranks_question
from parcours.measures.flow.item_ranks import Query as RanksQuery
from parcours.measures.flow.items import anchors, coded, longest, spans_seen
from parcours.measures.flow.key_table import merged
from parcours.measures.flow.link_times import COLUMNS, NO_TIME, times_by_link
from parcours.measures.flow.session_walk import TOTALS
from parcours.measures.groups import OTHER
from parcours.measures.result import Result
from parcours.measures.transitions.counts import Flags, count_transitions
from parcours.stats.proportions import wilson_bounds
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair

TIMES, SESSIONS, UNITS = 0, 1, 2
ANY, NONE = -1, -2


class Query(FlowQuery):
    """Which items, in which sessions."""


@dataclass(frozen=True)
class TransitionsResult(Result):
    """Links between items. ``shape``: flow.

    ``links`` [source, target, (times, sessions, units)]: places are those of ``items``, then one that stands for
    (start) as a source and (exit) as a target."""

    shape: ClassVar[str] = "flow"
    items: tuple[str, ...]  # those shown; (other) is the last
    links: NDArray[np.int64]
    visits: NDArray[np.int64]  # [item, (times, sessions, units)]
    sums: NDArray[np.int64]  # [source · places + target, 2] elapsed times, see link_times
    brackets: NDArray[np.int64]
    totals: tuple[int, ...]  # in the order of TOTALS

    @property
    def edge(self) -> int:
        """The place of (start) and (exit)."""
        return len(self.items)

    def total(self, name: str) -> int:
        """One of TOTALS."""
        return self.totals[TOTALS.index(name)]

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "transitions": self._transitions(),
            "items": self._items(),
            "matrix": self._matrix(),
            "totals": pa.table({name: [self.total(name)] for name in TOTALS}),
        }

    def _transitions(self) -> pa.Table:
        """Every link that was taken, the most frequent first."""
        counts = self.links[:, :, TIMES]
        outs = counts.sum(axis=1)
        sources, targets = np.nonzero(counts)
        times = times_by_link(self.brackets, self.sums)
        found = sorted(
            zip(sources.tolist(), targets.tolist(), strict=True), key=lambda link: (-int(counts[link]), link)
        )
        lows, highs = wilson_bounds([counts[link] for link in found], [outs[source] for source, _ in found])
        rows = []
        for (source, target), low, high in zip(found, lows.tolist(), highs.tolist(), strict=True):
            taken, sessions, units = self.links[source, target].tolist()
            time = times.get(source * (self.edge + 1) + target, NO_TIME)
            rows.append(
                {
                    "source": START if source == self.edge else self.items[source],
                    "target": EXIT if target == self.edge else self.items[target],
                    "times": taken, "sessions": sessions, "units": units,
                    "share_of_source": taken / int(outs[source]), "share_low": low, "share_high": high,
                    "mean_seconds": time.mean_seconds, "median_seconds": time.median_seconds,
                    "median_low_seconds": time.median_low_seconds,
                    "median_high_seconds": time.median_high_seconds,
                }
            )  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_TRANSITIONS)

    def _items(self) -> pa.Table:
        exits = self.links[: self.edge, self.edge, TIMES]
        lows, highs = wilson_bounds(exits, self.visits[:, TIMES])
        rows = []
        for number, (item, left, low, high) in enumerate(
            zip(self.items, exits.tolist(), lows.tolist(), highs.tolist(), strict=True)
        ):
            visits, sessions, units = self.visits[number].tolist()
            rows.append(
                {
                    "item": item, "visits": visits, "sessions": sessions, "units": units,
                    "starts": int(self.links[self.edge, number, TIMES]), "exits": left,
                    "exit_share": left / visits if visits else None,
                    "exit_share_low": low if visits else None,
                    "exit_share_high": high if visits else None,
                }
            )  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_ITEMS)

    def _matrix(self) -> pa.Table:
        """How often each link was taken: a row a source, a column a target, each column's name after an arrow."""
        counts = self.links[:, :, TIMES]
        names = [f"→ {item}" for item in (*self.items, EXIT)]
        columns = {name: pa.array(counts[:, number]) for number, name in enumerate(names)}
        return pa.table({"source": pa.array([*self.items, START])} | columns)

    def chart(self, kind: Literal["matrix", "graph"] = "matrix") -> altair.TopLevelMixin:
        """``matrix``: shares of the ways out of each item; ``graph``: items as nodes, links as arrows."""
        from parcours.measures.flow import charts

        draw = {"matrix": charts.transition_matrix, "graph": charts.transition_graph}
        if kind not in draw:
            raise QueryError(f"There is no chart {kind!r} of transitions.", hint="Ask for matrix or graph.")
        return draw[kind](self.to_arrow("transitions"), self.to_arrow("items"))


_FLOAT = ("share_of_source", "share_low", "share_high", "mean_seconds", "median_seconds")
_TRANSITIONS = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "target")),
        *((name, pa.int64()) for name in ("times", "sessions", "units")),
        *((name, pa.float64()) for name in (*_FLOAT, "median_low_seconds", "median_high_seconds")),
    ]
)
_ITEMS = pa.schema(
    [
        ("item", pa.string()),
        *((name, pa.int64()) for name in ("visits", "sessions", "units", "starts", "exits")),
        *((name, pa.float64()) for name in ("exit_share", "exit_share_low", "exit_share_high")),
    ]
)


class Transitions(Measure[Query, TransitionsResult]):
    """Transitions between items."""

    name = "transitions"
    question = Query

    def asks_first(self, query: Query) -> tuple[Measure[RanksQuery, RanksResult], RanksQuery] | None:
        return None if query.only else (RANKS, ranks_question(query))

    def settled(self, query: Query, answer: RanksResult) -> Query:
        return query.model_copy(update={"only": items_shown(query, answer)})

    def map(self, partition: Partition, query: Query) -> Partial:
        return self._walk(partition, query, (NONE, NONE), np.zeros(0, dtype=np.bool_))

    def merge(self, one: Partial, other: Partial) -> Partial:
        summed = {name: one[name] + other[name] for name in ("links", "visits", "sums", "totals")}
        return summed | {"brackets": merged(one["brackets"], other["brackets"], COLUMNS)}

    def finish(self, partial: Partial, query: Query) -> TransitionsResult:
        return TransitionsResult(
            (*query.shown, OTHER),
            partial["links"],
            partial["visits"],
            partial["sums"],
            partial["brackets"],
            tuple(partial["totals"].tolist()),
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``source`` and ``target`` (items, (other), (start), (exit)), or ``item`` for its visits."""
        items = (*query.shown, OTHER)
        if "item" in cell:
            wanted = (ANY, place(cell["item"], items, "item"))
        else:
            wanted = (
                place(cell.get("source"), (*items, START), "source"),
                place(cell.get("target"), (*items, EXIT), "target"),
            )
        chosen = np.zeros(partition.customer_count, dtype=np.bool_)
        self._walk(partition, query, wanted, chosen)
        return np.flatnonzero(chosen)

    def _walk(self, partition: Partition, query: Query, wanted: tuple[int, int], chosen: Flags) -> Partial:
        spans = spans_seen(partition, query)
        part = spans.partition
        found = coded(part, query)
        size = len(query.shown) + 2
        # times, sessions, units, the last session seen
        links, visits = np.zeros((size * size, 4), np.int64), np.zeros((size - 1, 4), np.int64)
        sums = np.zeros((size * size, 2), dtype=np.int64)
        totals = np.zeros(len(TOTALS), dtype=np.int64)
        brackets = count_transitions(
            spans.begins, spans.ends, part.timestamps, found.codes, found.item_of, found.shown(query.shown),
            query.idle_us, query.collapse, *anchors(query.shown, query), longest(spans),
            links, visits, sums, totals, *wanted, chosen,
        )  # fmt: skip
        return {
            "links": np.ascontiguousarray(links[:, :3]).reshape(size, size, 3),
            "visits": np.ascontiguousarray(visits[:, :3]),
            "sums": sums,
            "totals": totals,
            "brackets": brackets,
        }


MEASURE = Transitions()
