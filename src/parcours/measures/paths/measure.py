"""Paths: which ways do sessions take, step by step, and where do they end?

Every session is read as a path of items (events' names, a property, or named selectors; grouped, then excluded), a
run of one item counting as one step unless ``collapse`` is off. A path may start at an item, end at one, or lie
between two (``start_at``, ``end_at``: the first occurrence). Steps are numbered from the start: 1, 2, 3 …; paths that
only have an end are lined up there and numbered backwards: 0 is the end, −1 the step before. Then for every step k

    paths = Σ paths in each item at step k + paths that are over, (exit)      (backwards: not yet begun, (start))
    paths in an item at step k = Σ its links to step k + 1, (exit) among them

What is cut off is shown, not dropped: items beyond the ``top`` most frequent are (other), and so is, in the column
after the last of ``steps``, whatever follows there. Shares are of all paths (of a link: of the paths in its source;
backwards: in its target), with Wilson's 95 % intervals; units are counted once in each cell. Times run from reaching
one step to reaching the next (``parcours.measures.flow.link_times``). The most frequent whole paths are listed too; the
rest of them is one line, whose units are unknown, as one unit may take several.

Events at one instant are taken in the order of their ids. Sessions are cut by the range's two ends.

Other tools: *flows* and *journeys* often show only units, or each unit's first path; some leave out what is not among
the top; *path analysis* may let a path begin anew at each occurrence of its start; a *step matrix* elsewhere is the
table ``steps`` here.

Reference: P. Riehmann, M. Hanfler, B. Froehlich, "Interactive Sankey diagrams", IEEE InfoVis 2005.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, model_validator

from parcours.errors import QueryError
from parcours.measures.cells import place
from parcours.measures.contract import Measure, Partial
from parcours.measures.flow.item_query import EXIT, REST, START, FlowQuery
from parcours.measures.flow.item_ranks import RANKS, RanksResult, items_shown, ranks_question
from parcours.measures.flow.item_ranks import Query as RanksQuery
from parcours.measures.flow.items import anchors, coded, longest, spans_seen
from parcours.measures.flow.key_table import Way, merged, new_table, rows_of
from parcours.measures.flow.link_times import COLUMNS, NO_TIME, times_by_link
from parcours.measures.flow.session_walk import TOTALS, Longs
from parcours.measures.groups import OTHER
from parcours.measures.paths.counts import Flags, count_paths
from parcours.measures.result import Result
from parcours.stats.proportions import wilson_bounds
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair

ARROW = " → "
_PATH_COLUMNS: tuple[Way, ...] = ("add", "add")  # paths, units
_NOTHING = (-1, -2, -1)
_NO_KEYS = np.zeros(0, dtype=np.int64)


class Query(FlowQuery):
    """Which items, in which sessions, over how many steps."""

    steps: int = Field(5, ge=1, le=20, description="How many steps to show; what follows is shown as one.")
    top_paths: int = Field(
        20, ge=1, le=1000, description="How many of the most frequent whole paths to list."
    )

    @model_validator(mode="after")
    def _countable(self) -> Query:
        shown = max(self.top, len(self.shown))
        if (shown + 2) ** self.steps >= 2**61:
            raise QueryError(
                f"Paths of {self.steps} steps over {shown} items are too many kinds to tell apart.",
                hint="Show fewer steps or fewer items.",
            )
        return self

    @property
    def backwards(self) -> bool:
        """Whether steps are counted from the end."""
        return self.end_at is not None and self.start_at is None


@dataclass(frozen=True)
class PathsResult(Result):
    """Paths step by step. ``shape``: flow.

    Arrays count steps in the order of the walk (from the end when ``backwards``); the place after the items stands
    for paths that are over."""

    shape: ClassVar[str] = "flow"
    items: tuple[str, ...]  # those shown; (other) is the last
    backwards: bool
    nodes: NDArray[np.int64]  # [step, item, (paths, units)], one step more than asked for
    links: NDArray[np.int64]  # [step, source, target, (paths, units)]
    sums: NDArray[np.int64]  # [link, 2] elapsed times, see link_times
    brackets: NDArray[np.int64]
    over: NDArray[np.int64]  # [step] units with a path that is over by then
    kinds: NDArray[np.int64]  # whole paths: key, paths, units
    listed: int
    totals: tuple[int, ...]  # in the order of TOTALS

    @property
    def edge(self) -> str:
        """What stands where there is no further step."""
        return START if self.backwards else EXIT

    def total(self, name: str) -> int:
        """One of TOTALS."""
        return self.totals[TOTALS.index(name)]

    def number_of(self, step: int) -> int:
        """The number that a step of the walk is shown with."""
        return -step if self.backwards else step + 1

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "steps": self._steps(),
            "links": self._links(),
            "paths": self._paths(),
            "totals": pa.table({name: [self.total(name)] for name in TOTALS}),
        }

    def _steps(self) -> pa.Table:
        """The step matrix: every item at every step, zeros too; in order of the steps as they are shown."""
        paths = self.total("paths")
        cells = []
        for step in range(len(self.nodes)):
            over = (paths - int(self.nodes[step, :, 0].sum()), int(self.over[step]))
            counts = [*self.nodes[step].tolist(), over]
            for item, (count, units) in zip((*self.items, self.edge), counts, strict=True):
                cells.append({"step": self.number_of(step), "item": item, "paths": count, "units": units})
        low, high = wilson_bounds([cell["paths"] for cell in cells], paths)
        for cell, one, other in zip(cells, low.tolist(), high.tolist(), strict=True):
            cell |= {
                "share": cell["paths"] / paths if paths else None,
                "share_low": one if paths else None,
                "share_high": other if paths else None,
            }
        return pa.Table.from_pylist(sorted(cells, key=lambda cell: cell["step"]), schema=_STEPS)

    def _links(self) -> pa.Table:
        """Every link that was taken: from ``source`` at ``step`` to ``target`` at the next one."""
        size = len(self.items) + 1
        times = times_by_link(self.brackets, self.sums)
        rows = []
        for step, one, other in zip(
            *(found.tolist() for found in np.nonzero(self.links[..., 0])), strict=True
        ):
            paths, units = self.links[step, one, other].tolist()
            names = (self.items[one], (*self.items, self.edge)[other])
            origin = int(self.nodes[step, one, 0])
            low, high = wilson_bounds(paths, origin)
            time = times.get((step * size + one) * size + other, NO_TIME)
            rows.append(
                {
                    "step": self.number_of(step) - self.backwards,
                    "source": names[self.backwards], "target": names[not self.backwards],
                    "paths": paths, "units": units,
                    "share": paths / origin, "share_low": float(low), "share_high": float(high),
                    "mean_seconds": time.mean_seconds, "median_seconds": time.median_seconds,
                    "median_low_seconds": time.median_low_seconds,
                    "median_high_seconds": time.median_high_seconds,
                }
            )  # fmt: skip
        rows.sort(key=lambda row: (row["step"], -row["paths"]))
        return pa.Table.from_pylist(rows, schema=_LINKS)

    def _paths(self) -> pa.Table:
        """The most frequent whole paths, then the rest as one."""
        paths = self.total("paths")
        found = [
            (count, units, self.name_of(key), len(digits(key, len(self.items) + 1)[0]))
            for key, count, units in self.kinds.tolist()
        ]
        found.sort(key=lambda one: (-one[0], one[2]))
        rest = sum(one[0] for one in found[self.listed :])
        rows = [{"path": name, "steps": steps, "paths": count, "units": units} for count, units, name, steps in
                found[: self.listed]] + ([{"path": REST, "paths": rest}] if rest else [])  # fmt: skip
        low, high = wilson_bounds([row["paths"] for row in rows], paths)
        for row, one, other in zip(rows, low.tolist(), high.tolist(), strict=True):
            row |= {"share": row["paths"] / paths, "share_low": one, "share_high": other}
        return pa.Table.from_pylist(rows, schema=_PATHS)

    def name_of(self, key: int) -> str:
        """A whole path in words, as it happened; … where it goes on beyond the steps shown."""
        return _named(key, self.items, self.backwards)

    def chart(self, kind: Literal["sankey", "steps"] = "sankey") -> altair.TopLevelMixin:
        """``sankey``: paths as ribbons from step to step; ``steps``: the step matrix."""
        from parcours.measures.flow import charts
        from parcours.measures.flow.sankey import sankey

        if kind == "sankey":
            return sankey(self.to_arrow("steps"), self.to_arrow("links"))
        if kind == "steps":
            return charts.step_matrix(self.to_arrow("steps"))
        raise QueryError(f"There is no chart {kind!r} of paths.", hint="Ask for sankey or steps.")


_SHARE = (("share", pa.float64()), ("share_low", pa.float64()), ("share_high", pa.float64()))
_COUNTS = (("paths", pa.int64()), ("units", pa.int64()))
_STEPS = pa.schema([("step", pa.int64()), ("item", pa.string()), *_COUNTS, *_SHARE])
_PATHS = pa.schema([("path", pa.string()), ("steps", pa.int64()), *_COUNTS, *_SHARE])
_LINKS = pa.schema(
    [
        ("step", pa.int64()),
        ("source", pa.string()),
        ("target", pa.string()),
        *_COUNTS,
        *_SHARE,
        *((name, pa.float64()) for name in ("mean_seconds", "median_seconds")),
        *((name, pa.float64()) for name in ("median_low_seconds", "median_high_seconds")),
    ]
)


def digits(key: int, base: int) -> tuple[list[int], bool]:
    """The places that a whole path's key stands for, in the order of the walk, and whether it goes on."""
    rest, goes_on = key >> 1, bool(key & 1)
    places = []
    while rest:
        rest, digit = divmod(rest, base)
        places.append(digit - 1)
    return places[::-1], goes_on


def _named(key: int, items: tuple[str, ...], backwards: bool) -> str:
    places, goes_on = digits(key, len(items) + 1)
    names = [items[one] for one in places] + (["…"] if goes_on else [])
    return ARROW.join(reversed(names) if backwards else names)


class Paths(Measure[Query, PathsResult]):
    """Paths step by step."""

    name = "paths"
    question = Query

    def asks_first(self, query: Query) -> tuple[Measure[RanksQuery, RanksResult], RanksQuery] | None:
        return None if query.only else (RANKS, ranks_question(query))

    def settled(self, query: Query, answer: RanksResult) -> Query:
        return query.model_copy(update={"only": items_shown(query, answer)})

    def map(self, partition: Partition, query: Query) -> Partial:
        return self._walk(partition, query, _NOTHING, _NO_KEYS, np.zeros(0, dtype=np.bool_))

    def merge(self, one: Partial, other: Partial) -> Partial:
        summed = {name: one[name] + other[name] for name in ("nodes", "links", "sums", "over", "totals")}
        return summed | {
            "brackets": merged(one["brackets"], other["brackets"], COLUMNS),
            "kinds": merged(one["kinds"], other["kinds"], _PATH_COLUMNS),
        }

    def finish(self, partial: Partial, query: Query) -> PathsResult:
        return PathsResult(
            items=(*query.shown, OTHER),
            backwards=query.backwards,
            nodes=partial["nodes"],
            links=partial["links"],
            sums=partial["sums"],
            brackets=partial["brackets"],
            over=partial["over"],
            kinds=partial["kinds"],
            listed=query.top_paths,
            totals=tuple(partial["totals"].tolist()),
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``step`` and ``item``; ``step``, ``source`` and ``target``; or a whole ``path``."""
        chosen = np.zeros(partition.customer_count, dtype=np.bool_)
        if "path" in cell:
            wanted, keys = _NOTHING, self._keys(partition, query, cell["path"])
        else:
            wanted, keys = _wanted(query, cell), _NO_KEYS
        self._walk(partition, query, wanted, keys, chosen)
        return np.flatnonzero(chosen)

    def _keys(self, partition: Partition, query: Query, name: str) -> Longs:
        """The keys of the partition's paths of this name."""
        if name == REST:
            raise QueryError("The rest of the paths is not opened.", hint="List more of them, and name one.")
        items = (*query.shown, OTHER)
        found = self.map(partition, query)["kinds"][:, 0]
        return np.array(
            [key for key in found.tolist() if _named(key, items, query.backwards) == name], np.int64
        )

    def _walk(
        self, partition: Partition, query: Query, wanted: tuple[int, int, int], keys: Longs, chosen: Flags
    ) -> Partial:
        spans = spans_seen(partition, query)
        part = spans.partition
        found = coded(part, query)
        steps, size = query.steps, len(query.shown) + 2
        # paths, units, the last unit seen
        nodes = np.zeros((steps + 1, size, 3), dtype=np.int64)
        links = np.zeros((steps * size * size, 3), dtype=np.int64)
        sums = np.zeros((steps * size * size, 2), dtype=np.int64)
        over = np.zeros(steps + 1, dtype=np.int64)
        totals = np.zeros(len(TOTALS), dtype=np.int64)
        brackets, kinds = count_paths(
            spans.begins, spans.ends, part.timestamps, found.codes, found.item_of, found.shown(query.shown),
            query.idle_us, query.collapse, *anchors(query.shown, query), longest(spans), query.backwards,
            nodes, links, sums, over, totals, new_table(3),
            np.array(wanted, dtype=np.int64), keys, chosen,
        )  # fmt: skip
        return {
            "nodes": np.ascontiguousarray(nodes[:, :-1, :2]),
            "links": np.ascontiguousarray(links[:, :2]).reshape(steps, size, size, 2)[:, :-1].copy(),
            "sums": sums,
            "over": np.cumsum(over),
            "totals": totals,
            "brackets": brackets,
            "kinds": np.ascontiguousarray(rows_of(kinds)[:, :3]),
        }


def _wanted(query: Query, cell: Mapping[str, str]) -> tuple[int, int, int]:
    """Step, source (−1: a node, not a link) and target of the walk."""
    edge = START if query.backwards else EXIT
    items = (*query.shown, OTHER)
    link = "source" in cell or "target" in cell
    last = query.steps + (0 if link else 1)
    numbers = [-step for step in range(last)] if query.backwards else list(range(1, last + 1))
    if link and query.backwards:
        numbers = [number - 1 for number in numbers]
    step = place(cell.get("step"), tuple(str(number) for number in numbers), "step")
    if not link:
        return step, -1, place(cell.get("item"), (*items, edge), "item")
    source, target = ("target", "source") if query.backwards else ("source", "target")
    return step, place(cell.get(source), items, source), place(cell.get(target), (*items, edge), target)


MEASURE = Paths()
