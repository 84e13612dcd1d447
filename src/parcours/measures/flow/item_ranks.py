"""Which items are the most frequent: asked before paths, transitions and sessions are counted.

An item's rank is its number of events on all paths. With the shown items settled beforehand, "(other)" is an item like
any other while counting: its units are counted once, and it opens to them. The same for the groups of a breakdown,
ranked by events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures.contract import Measure, Partial
from parcours.measures.flow.item_query import IDLE, FlowQuery, ItemQuery, shared
from parcours.measures.flow.items import (
    NO_ITEM,
    Coded,
    anchors,
    coded,
    longest,
    packed,
    ranked,
    seen,
    spans_seen,
    unpacked,
)
from parcours.measures.flow.session_walk import events_of, visits_of
from parcours.measures.result import Result
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Column, Partition
from parcours.timelines.views import Spans

if TYPE_CHECKING:
    import altair


class Query(FlowQuery):
    """Whose items are ranked."""

    by: str | None = Field(None, description="Rank the groups of this breakdown as well.")

    def reads_profiles(self) -> bool:
        return (self.by or "").startswith(PROFILE) or super().reads_profiles()


@dataclass(frozen=True)
class RanksResult(Result):
    """Events by item, and by group of the breakdown. ``shape``: table."""

    shape: ClassVar[str] = "table"
    items: tuple[str, ...]
    steps: NDArray[np.int64]
    groups: tuple[str, ...]
    events: NDArray[np.int64]

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "items": pa.table({"item": pa.array(self.items, pa.string()), "steps": pa.array(self.steps)}),
            "groups": pa.table(
                {"group": pa.array(self.groups, pa.string()), "events": pa.array(self.events)}
            ),
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        return bars(self.to_arrow(), label="item", value="steps")


class ItemRanks(Measure[Query, RanksResult]):
    """Frequent items."""

    name = "item_ranks"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        spans = spans_seen(partition, query)
        found = coded(spans.partition, query)
        steps = _steps(spans, found, query)
        present = np.flatnonzero(steps)  # a name of the whole log may have no event here
        labels = [found.labels[number] for number in present.tolist()]
        return _counted("item", labels, steps[present]) | self._groups(partition, query)

    def merge(self, one: Partial, other: Partial) -> Partial:
        return _merged("item", one, other) | _merged("group", one, other)

    def finish(self, partial: Partial, query: Query) -> RanksResult:  # noqa: ARG002  (the counts say it all)
        items = unpacked(partial["item_texts"], partial["item_ends"])
        groups = unpacked(partial["group_texts"], partial["group_ends"])
        return RanksResult(tuple(items), partial["item_counts"], tuple(groups), partial["group_counts"])

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``item``; the units with an event of it."""
        if "item" not in cell:
            raise QueryError("The cell needs an item.")
        part = seen(partition, query)
        found = coded(part, query)
        wanted = found.labels.index(cell["item"]) if cell["item"] in found.labels else len(found.labels)
        rows = np.flatnonzero(found.item_of[found.codes] == wanted)
        return np.unique(np.searchsorted(part.offsets, rows, side="right") - 1)

    def _groups(self, partition: Partition, query: Query) -> Partial:
        if query.by is None:
            return _counted("group", (), np.zeros(0, np.int64))
        column = group_column(seen(partition, query), query.by)
        counts = np.bincount(column.codes + 1, minlength=len(column.values) + 1)
        texts = ("", *column.values)
        found = dict.fromkeys(sorted(texts), 0)
        for text, count in zip(texts, counts.tolist(), strict=True):
            found[text] += count  # a value that is empty counts as missing
        present = [text for text, count in found.items() if count]
        return _counted("group", present, np.array([found[text] for text in present], dtype=np.int64))


def _steps(spans: Spans, found: Coded, query: Query) -> NDArray[np.int64]:
    """Steps of each item on all paths; where every event is on a path, sessions need not be walked."""
    steps = np.zeros(len(found.labels), dtype=np.int64)
    if query.anchors:
        visits_of(
            spans.begins, spans.ends, spans.partition.timestamps, found.codes, found.item_of,
            np.arange(len(found.labels), dtype=np.int32), query.idle_us,
            *anchors(found.labels, query), longest(spans), steps,
        )  # fmt: skip
    else:
        by_code = events_of(spans.begins, spans.ends, found.codes, len(found.item_of))
        held = found.item_of != NO_ITEM
        np.add.at(steps, found.item_of[held], by_code[held])
    return steps


def group_column(part: Partition, by: str) -> Column:
    """The breakdown's value at every row."""
    if not by.startswith(PROFILE):
        return part.column(by)
    trait = part.trait(by.removeprefix(PROFILE))
    return Column(np.repeat(trait.codes, np.diff(part.offsets)), trait.values)


def _counted(what: str, labels: Any, counts: NDArray[np.int64]) -> Partial:
    return {f"{what}_{name}": array for name, array in packed(labels).items()} | {f"{what}_counts": counts}


def _merged(what: str, one: Partial, other: Partial) -> Partial:
    found: dict[str, int] = {}
    for partial in (one, other):
        labels = unpacked(partial[f"{what}_texts"], partial[f"{what}_ends"])
        for label, count in zip(labels, partial[f"{what}_counts"].tolist(), strict=True):
            found[label] = found.get(label, 0) + count
    labels = sorted(found)
    return _counted(what, labels, np.array([found[label] for label in labels], dtype=np.int64))


RANKS = ItemRanks()


def ranks_question(query: ItemQuery) -> Query:
    """The question that settles which items (and groups) ``query`` shows."""
    fields = shared(query, Query, top=10, only=(), collapse=False)
    if not fields.get("start_at") and not fields.get("end_at"):
        fields |= {"split": "sessions", "idle": IDLE}  # every event is on a path, however they are cut
    return Query.model_validate(fields)


def items_shown(query: FlowQuery, found: RanksResult) -> tuple[str, ...]:
    """The anchors of the paths and the most frequent items."""
    return ranked(found.items, found.steps, query.anchors, query.top)
