"""Retention counted slowly: every unit's events are asked again for every row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from parcours.measures.retention.query import Query
from parcours.timelines.calendar import Calendar
from parcours.timelines.matchers import Selector
from twins.events import Event, by_customer
from twins.growth import Unit, first_day, next_period
from twins.matching import as_text, holds, selects

DAY_LENGTH_US = 86_400_000_000


@dataclass
class Cell:
    """One cell: whether its time is over, and who started, is back, and is not back, by group."""

    complete: bool
    started: dict[str, set[str]] = field(default_factory=dict)
    back: dict[str, set[str]] = field(default_factory=dict)


def retention(
    events: Iterable[Event],
    query: Query,
    profiles: dict[str, dict[str, Any]],
    in_segment: Callable[[str, str], bool],
) -> dict[tuple[date, str], Cell]:
    """Every cell that there is, by the row's first day and the column's name. ``in_segment`` says whether a customer
    is in the segment of a name.
    """
    twin = _Twin(query, profiles)
    cells = {
        (row, name): Cell(twin.is_over(row, last, column=name))
        for row in twin.rows
        for name, first, last in twin.columns()
        if name == "0" or twin.has_begun(row, first)
    }
    for customer, theirs in by_customer(events).items():
        seen = [event for event in theirs if event.timestamp_us <= query.as_of_us]
        returns = [event for event in seen if twin.counts(event, query.return_event)]
        for row, start in twin.starts(seen).items():
            groups = [twin.group(start)]
            if query.segments:
                groups = [name for name in query.segments if in_segment(customer, name)]
            for name, first, last in twin.columns():
                if (row, name) not in cells:
                    continue
                enough = name == "0" or twin.returned(row, start, returns, first, last) >= query.times
                for group in groups:
                    cells[row, name].started.setdefault(group, set()).add(customer)
                    if enough:
                        cells[row, name].back.setdefault(group, set()).add(customer)
    return cells


class _Twin:
    def __init__(self, query: Query, profiles: dict[str, dict[str, Any]]) -> None:
        assert query.start is not None
        assert query.end is not None
        self.query, self.profiles = query, profiles
        self.first, self.last = query.start, query.end
        self.calendar = Calendar(query.zone, query.week_start)
        self.unit = cast("Unit", query.unit)
        self.row_unit = cast("Unit", query.rows or query.unit)
        self.rows = [first_day(query.start, self.row_unit, query.week_start)]
        while next_period(self.rows[-1], self.row_unit) <= query.end:
            self.rows.append(next_period(self.rows[-1], self.row_unit))
        self.length_us = {"day": 1, "week": 7}.get(query.unit, 0) * DAY_LENGTH_US

    @property
    def elapsed(self) -> bool:
        return self.query.alignment == "elapsed"

    def columns(self) -> list[tuple[str, int, int]]:
        if self.query.brackets:
            spans = [(bracket.first, bracket.last) for bracket in self.query.brackets]
        elif self.query.columns is not None:
            spans = [(number, number) for number in range(1, self.query.columns + 1)]
        elif self.elapsed:
            number = 1
            while self.has_begun(self.rows[0], number):
                number += 1
            spans = [(one, one) for one in range(1, number)]
        else:
            spans = [(number, number) for number in range(1, len(self.rows))]
        return [("0", 0, 0)] + [(str(a) if a == b else f"{a}-{b}", a, b) for a, b in spans]

    def counts(self, event: Event, selector: Selector) -> bool:
        """Whether an event is one of those, passes the filter and lies in the range."""
        return self.passes(event, selector) and self.first <= self.day(event.timestamp_us) <= self.last

    def passes(self, event: Event, selector: Selector) -> bool:
        traits = self.profiles.get(event.customer, {})
        where = self.query.where
        return selects(selector, event, traits) and (where is None or holds(where, event, traits))

    def day(self, at_us: int) -> date:
        return self.calendar.day_of(at_us)

    def starts(self, seen: list[Event]) -> dict[date, Event]:
        """The first start of each row."""
        selector = self.query.start_event
        allowed = seen
        if self.query.mode == "first_time":
            allowed = _first_instant([event for event in seen if self.passes(event, selector)])
        if self.query.mode == "first_ever":
            allowed = _first_instant([e for e in seen if "*" in selector.event or e.event in selector.event])
        found: dict[date, Event] = {}
        for event in allowed:
            if self.counts(event, selector):
                row = first_day(self.day(event.timestamp_us), self.row_unit, self.query.week_start)
                found.setdefault(row, event)
        return found

    def returned(self, row: date, start: Event, returns: list[Event], first: int, last: int) -> int:
        """How many returns lie in the column."""
        found = 0
        for event in returns:
            if self.elapsed:
                after = (event.timestamp_us - start.timestamp_us) // self.length_us
            else:
                period = first_day(self.day(event.timestamp_us), self.unit, self.query.week_start)
                after = self.rows.index(period) - self.rows.index(row)
            found += first <= after and (self.query.reading == "rolling" or after <= last)
        return found

    def group(self, start: Event) -> str:
        by = self.query.by
        if by is None:
            return ""
        held = start.properties
        if by.startswith("profile."):
            held, by = self.profiles.get(start.customer, {}), by.removeprefix("profile.")
        return "" if held.get(by) is None else as_text(held[by])

    def has_begun(self, row: date, first: int) -> bool:
        """Whether a unit of the row could have been in the column's first period by the end of observation."""
        if self.elapsed:
            begin_us = self.calendar.midnight_us(row) + first * self.length_us
            return begin_us <= self.query.as_of_us and begin_us < self.calendar.midnight_us(self.after_last)
        place = self.rows.index(row) + first
        return place < len(self.rows) and self.calendar.midnight_us(self.rows[place]) <= self.query.as_of_us

    def is_over(self, row: date, last: int, *, column: str) -> bool:
        """Whether the column's last period was over for the unit of the row that starts last."""
        after_row = self.calendar.midnight_us(next_period(row, self.row_unit))
        if column == "0":
            return self._was_seen(after_row - 1, long=self.row_unit != "day")
        long = self.query.unit != "day" or "-" in column
        if self.elapsed:
            return self._was_seen(after_row - 1 + (last + 1) * self.length_us - 1, long=long)
        place = self.rows.index(row) + last
        if place >= len(self.rows):
            return False
        after = next_period(self.rows[place], self.unit)
        return self._was_seen(self.calendar.midnight_us(after) - 1, long=long)

    def _was_seen(self, at_us: int, *, long: bool) -> bool:
        """Whether observation reached an instant; of a long time, whether it reached its day."""
        if at_us >= self.calendar.midnight_us(self.after_last):
            return False
        return at_us <= self.query.as_of_us or (long and self.day(at_us) <= self.day(self.query.as_of_us))

    @property
    def after_last(self) -> date:
        return self.last + timedelta(days=1)


def _first_instant(events: list[Event]) -> list[Event]:
    return [event for event in events if event.timestamp_us == events[0].timestamp_us]
