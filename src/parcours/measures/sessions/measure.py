"""Sessions: how often do people come, how long and how deep do they stay, where do they enter and leave?

A **session** is a unit's events with at most ``idle`` (30 minutes, the end inside) between neighbours. It belongs to
the calendar period, and to the group of the breakdown, of its first event (a profile trait: of its unit).

    length     last event − first event: zero for a single event, as nobody knows how long the last page was read
    depth      events that carry an item (runs count each time; what is excluded does not)
    bounce     depth of at most ``bounce_events`` (1), and, where ``bounce_within`` is given, no longer than that
    entry      first item;  exit: last item;  (none) for a session without items

Bounce rates are shares of the sessions with Wilson's 95 % intervals; so are the shares of entries and exits. Medians
and 90th percentiles are exact (of more than two million different lengths, to the second: ``durations``). A session
that lies across an end of the range is cut there. Units are counted once in each cell; items and groups beyond the
most frequent are one, (other).

Other tools: some end a session at midnight or when the campaign changes; some count a bounce only when nothing was
clicked for ten seconds, or a page "time" that a heartbeat measures; some take a session's *last* event plus half an
hour as its end.

Reference: L. D. Catledge, J. E. Pitkow, "Characterizing browsing strategies in the World-Wide Web", Computer Networks
and ISDN Systems 27, 1995 (the time-out that splits sessions).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from parcours.errors import QueryError
from parcours.measures.cells import place
from parcours.measures.contract import Measure, Partial
from parcours.measures.durations import Durations
from parcours.measures.flow.item_query import WITHOUT, ItemQuery
from parcours.measures.flow.item_ranks import RANKS, RanksResult, group_column, ranks_question
from parcours.measures.flow.item_ranks import Query as RanksQuery
from parcours.measures.flow.items import coded, longest, ranked, seen
from parcours.measures.flow.key_table import Way, merged, new_table, rows_of
from parcours.measures.flow.session_walk import Ints, Longs
from parcours.measures.groups import OTHER
from parcours.measures.sessions.counts import Flags, count_sessions
from parcours.measures.sessions.result import SESSIONS, SessionsResult
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Partition
from parcours.values import Duration

if TYPE_CHECKING:
    pass

ANY = -1
_END_COLUMNS: tuple[Way, ...] = (
    "add",
) * 5  # entries, their bounces, exits, units that entered, units that left
_DEPTH_COLUMNS: tuple[Way, ...] = ("add",)


class Query(ItemQuery):
    """Which sessions, by which periods and groups."""

    unit: Unit | None = Field("month", description="Length of a calendar period; none: the range as a whole.")
    by: str | None = Field(
        None, description="Break down by profile.<trait>, or by a property of the session's first event."
    )
    top_groups: int = Field(
        10, ge=1, le=200, description="Largest groups to show; the others are shown as one."
    )
    only_groups: tuple[str, ...] = Field((), description="Show exactly these groups instead of the largest.")
    bounce_events: int = Field(1, ge=1, description="A bounce has at most so many events.")
    bounce_within: Duration | None = Field(
        None, description="And lasts no longer than this; default: any time."
    )

    @model_validator(mode="after")
    def _breakable(self) -> Query:
        if self.by == "value":
            raise QueryError(
                "Each amount would be a group of its own.", hint="Break down by a named property."
            )
        if self.by == PROFILE:
            raise QueryError("The breakdown names no trait.", hint="For example profile.country.")
        if self.only_groups and self.by is None:
            raise QueryError("There are no groups to show without a breakdown.", hint="Give 'by' as well.")
        if len(set(self.only_groups)) < len(self.only_groups):
            raise QueryError("A group is to be shown twice.", hint="Name each once.")
        return self

    def reads_profiles(self) -> bool:
        return (self.by or "").startswith(PROFILE) or super().reads_profiles()

    def periods(self) -> Periods:
        days = self.days()
        if days is None or self.unit is not None:
            return self.periods_of(self.unit or "day")
        start, end = days
        after = self.calendar.step(end, "day")
        bounds = np.array([self.calendar.midnight_us(start), self.calendar.midnight_us(after)], np.int64)
        return Periods("day", (start,), after, bounds)

    @property
    def groups_shown(self) -> tuple[str, ...]:
        """The groups' names once the question is settled; one, "", without a breakdown."""
        return ("",) if self.by is None else (*self.only_groups, OTHER)


class Sessions(Measure[Query, SessionsResult]):
    """Sessions over time."""

    name = "sessions"
    question = Query

    def asks_first(self, query: Query) -> tuple[Measure[RanksQuery, RanksResult], RanksQuery] | None:
        if query.only and (query.only_groups or query.by is None):
            return None
        return RANKS, ranks_question(query)

    def settled(self, query: Query, answer: RanksResult) -> Query:
        groups = query.only_groups or ranked(answer.groups, answer.events, (), query.top_groups)
        items = query.only or ranked(answer.items, answer.steps, (), query.top)
        return query.model_copy(update={"only": items, "only_groups": groups if query.by else ()})

    def map(self, partition: Partition, query: Query) -> Partial:
        return self._walk(partition, query, _Wanted(), np.zeros(0, dtype=np.bool_))

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {
            "figures": one["figures"] + other["figures"],
            "units": one["units"] + other["units"],
            "depths": merged(one["depths"], other["depths"], _DEPTH_COLUMNS),
            "ends": merged(one["ends"], other["ends"], _END_COLUMNS),
        } | _written(_read(one) + _read(other))

    def finish(self, partial: Partial, query: Query) -> SessionsResult:
        periods = query.periods()
        depths = partial["depths"]
        return SessionsResult(
            periods=periods,
            complete=query.calendar.complete(periods, query.as_of_us),
            groups=query.groups_shown,
            items=query.only,
            figures=partial["figures"],
            units=partial["units"],
            lengths=_read(partial),
            depths=np.column_stack((depths[:, 0] >> 32, depths[:, 0] & 0xFFFFFFFF, depths[:, 1])),
            ends=partial["ends"],
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: any of ``period_start``, ``group``, ``bounce`` (yes, no), ``entry``, ``exit`` and ``depth``; the
        units with a session that is all of these.
        """
        chosen = np.zeros(partition.customer_count, dtype=np.bool_)
        self._walk(partition, query, _wanted(query, cell), chosen)
        return np.flatnonzero(chosen)

    def _walk(self, partition: Partition, query: Query, wanted: _Wanted, chosen: Flags) -> Partial:
        part = seen(partition, query)
        found = coded(part, query)
        bounds = query.periods().bounds_us
        groups, codes = _group_codes(part, query)
        cells = (len(bounds) - 1) * groups
        figures = np.zeros((cells, 4), dtype=np.int64)  # sessions, bounces, units, the last unit seen
        units = np.zeros((groups, 2), dtype=np.int64)
        long = np.empty(
            (part.event_count // 2, 2), dtype=np.int64
        )  # cell and length of those that last any time
        within = np.iinfo(np.int64).max if query.bounce_within is None else query.bounce_within.us
        ends, depths, filled = count_sessions(
            part.offsets, part.timestamps, found.codes, found.item_of, found.shown(query.only), query.idle_us,
            longest(part), bounds, codes, len(query.only) + 2, query.bounce_events, within,
            figures, units, long, new_table(7), new_table(1),
            np.array(wanted, dtype=np.int64), chosen,
        )  # fmt: skip
        return {
            "figures": np.ascontiguousarray(figures[:, :3]),
            "units": np.ascontiguousarray(units[:, 0]),
            "depths": rows_of(depths),
            "ends": np.ascontiguousarray(rows_of(ends)[:, :6]),
        } | _written(_lengths(long[:filled], figures[:, SESSIONS]))


class _Wanted(NamedTuple):
    """The sessions that a cell holds; ANY where the cell does not say."""

    period: int = ANY
    group: int = ANY
    bounce: int = ANY
    entry: int = ANY
    exit: int = ANY
    depth: int = ANY


def _wanted(query: Query, cell: Mapping[str, str]) -> _Wanted:
    if not set(cell) & {"period_start", "group", "bounce", "entry", "exit", "depth"}:
        raise QueryError(
            "The cell says nothing about a session.",
            hint="Give any of period_start, group, bounce, entry, exit and depth.",
        )
    items = (*query.only, OTHER, WITHOUT)
    periods = tuple(day.isoformat() for day in query.periods().starts)

    def at(name: str, known: tuple[str, ...]) -> int:
        return place(cell[name], known, name) if name in cell else ANY

    depth = cell.get("depth")
    if depth is not None and not depth.isdecimal():
        raise QueryError(f"{depth!r} is no depth.", hint="Give a whole number of events.")
    return _Wanted(
        at("period_start", periods),
        at("group", query.groups_shown),
        at("bounce", ("no", "yes")),
        at("entry", items),
        at("exit", items),
        ANY if depth is None else int(depth),
    )


def _group_codes(part: Partition, query: Query) -> tuple[int, Ints]:
    """How many groups there are, and the group of every row; no rows at all without a breakdown."""
    shown = query.groups_shown
    if query.by is None:
        return 1, np.zeros(0, dtype=np.int32)
    column = group_column(part, query.by)
    known = {name: number for number, name in enumerate(query.only_groups)}
    group_of = [known.get(text, len(known)) for text in (*column.values, "")]
    return len(shown), np.array(group_of, dtype=np.int32)[column.codes]


def _lengths(long: Longs, sessions: Longs) -> Durations:
    """The lengths of all sessions: those that last any time were written down, the others not."""
    zeros = sessions - np.bincount(long[:, 0], minlength=len(sessions))
    cells = np.flatnonzero(zeros)
    none = Durations(cells, np.zeros(len(cells), np.int64), zeros[cells], 1)
    return none + Durations.of(long[:, 0].copy(), long[:, 1].copy())


def _written(lengths: Durations) -> Partial:
    return {
        "length_cells": lengths.cells,
        "lengths_us": lengths.lengths_us,
        "length_counts": lengths.counts,
        "length_resolution_us": np.array([lengths.resolution_us], dtype=np.int64),
    }


def _read(partial: Partial) -> Durations:
    resolution = int(partial["length_resolution_us"][0])
    return Durations(partial["length_cells"], partial["lengths_us"], partial["length_counts"], resolution)


MEASURE = Sessions()
