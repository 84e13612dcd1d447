"""The questions about items in sessions: which items, in which sessions, from where to where.

An **item** is what an event is called on a path: its name (default), the value of one of its properties ("" where it
has none), or the name of the first of some selectors that matches it; groups put several names under one, and what is
excluded is dropped after that. A **session** is a unit's events in the range with at most ``idle`` between neighbours
(the end inside), or the whole timeline. Events that carry no item still keep a session alive; events that are not
``activity`` are not seen at all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field, model_validator

from parcours.errors import QueryError, did_you_mean
from parcours.measures import contract
from parcours.measures.groups import OTHER
from parcours.timelines.masks import PROFILE
from parcours.timelines.matchers import Selector
from parcours.values import MINUTE_US, Duration

EVENT = "event"
START, EXIT, WITHOUT = "(start)", "(exit)", "(none)"
REST = "(other paths)"
RESERVED = (OTHER, START, EXIT, WITHOUT, REST)
MOST_ITEMS = 100
UNLIMITED_US = 2**63 - 1
IDLE = Duration(30 * MINUTE_US)


class Item(Selector):
    """A named item: the events that are this item, whatever they are called."""

    name: str | None = Field(None, min_length=1, description="What the item is called; default: its events.")

    @property
    def label(self) -> str:
        return self.name or " or ".join(self.event)


class ItemQuery(contract.Query):
    """Which items, in which sessions."""

    item: str = Field(EVENT, min_length=1, description="What an item is: the event's name, or this property.")
    items: tuple[Item, ...] = Field(
        (),
        description="Items by selector instead: the first that matches an event names it; others are no items.",
    )
    groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Several items under one name; * in a member stands for any text, the first fitting group counts.",
    )
    exclude: tuple[str, ...] = Field(
        (), description="Items to leave out, after grouping; * stands for any text."
    )
    activity: tuple[Selector, ...] = Field(
        (), description="Events that are seen at all; default: any. A session is made of these."
    )
    split: Literal["sessions", "timeline"] = Field(
        "sessions", description="Read session by session, or each unit's whole timeline as one."
    )
    idle: Duration = Field(IDLE, description="A session ends when nothing happens for longer than this.")
    top: int = Field(
        10, ge=1, le=MOST_ITEMS, description="Most frequent items to show; the others are shown as one."
    )
    only: tuple[str, ...] = Field((), description="Show exactly these items instead of the most frequent.")

    @model_validator(mode="after")
    def _makes_sense(self) -> ItemQuery:
        _check_items(self)
        _check_names(self)
        if self.idle.us <= 0:
            raise QueryError(
                "Sessions that end after no time at all hold one event each.", hint="For example 30m."
            )
        if self.start is not None and self.end is not None and self.end < self.start:
            raise QueryError(
                f"The range ends ({self.end}) before it starts ({self.start}).",
                hint="Swap the two dates or leave one out.",
            )
        return self

    @property
    def idle_us(self) -> int:
        return UNLIMITED_US if self.split == "timeline" else self.idle.us

    def grouped(self, name: str) -> str:
        """The item that a name belongs to."""
        return next(
            (group for group, members in self.groups.items() if _any_of(members).fullmatch(name)), name
        )

    def excludes(self, item: str) -> bool:
        """Whether an item is left out."""
        return bool(self.exclude) and _any_of(self.exclude).fullmatch(item) is not None


class FlowQuery(ItemQuery):
    """Which part of each session is its path.

    ``start_at`` alone: from its first occurrence on; ``end_at`` alone: up to its first occurrence; both: from the
    first ``start_at`` to the first ``end_at`` after it. Sessions without such a part have no path."""

    collapse: bool = Field(True, description="Count a run of one item as one step.")
    start_at: str | None = Field(None, description="The item that a path starts at.")
    end_at: str | None = Field(None, description="The item that a path ends at.")

    @model_validator(mode="after")
    def _reachable(self) -> FlowQuery:
        for what, name in (("start", self.start_at), ("end", self.end_at)):
            if name is not None:
                _check_anchor(self, what, name)
        return self

    @property
    def shown(self) -> tuple[str, ...]:
        """The items that are shown besides (other), once the question is settled."""
        return tuple(dict.fromkeys((*self.anchors, *self.only)))

    @property
    def anchors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (self.start_at, self.end_at) if name is not None))


@lru_cache(maxsize=256)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    texts = (".*".join(re.escape(part) for part in name.split("*")) for name in names)
    return re.compile("|".join(texts), re.DOTALL)


def _check_items(query: ItemQuery) -> None:
    if query.items and query.item != EVENT:
        raise QueryError(
            f"Items are either given or values of {query.item!r}, not both.",
            hint="Leave out 'item' or 'items'.",
        )
    if query.item == "value":
        raise QueryError("Each amount would be an item of its own.", hint="Use a named property.")
    if query.item.startswith(PROFILE):
        raise QueryError(
            f"{query.item} is the same all along a path, so it cannot be its items.",
            hint="Use an event's name or property, and a segment or a breakdown for the trait.",
        )
    labels = [item.label for item in query.items]
    for label in labels:
        if labels.count(label) > 1:
            raise QueryError(f"Two items are called {label!r}.", hint="Give each a name of its own.")


def _check_names(query: ItemQuery) -> None:
    for name in (*(item.label for item in query.items), *query.groups, *query.only):
        if name in RESERVED:
            raise QueryError(f"{name} has a meaning of its own.", hint="Choose another name.")
    for group, members in query.groups.items():
        if not members:
            raise QueryError(
                f"The group {group!r} has no members.", hint="List the items that it stands for."
            )
    if len(query.only) > MOST_ITEMS:
        raise QueryError(f"At most {MOST_ITEMS} items can be shown, not {len(query.only)}.")
    for name in query.only:
        if query.only.count(name) > 1:
            raise QueryError(f"The item {name!r} is to be shown twice.", hint="Name it once.")
        _check_anchor(query, "show", name)


_USE: dict[str, str] = {
    "start": "Paths cannot start at",
    "end": "Paths cannot end at",
    "show": "There is no way to show",
}


def _check_anchor(query: ItemQuery, use: str, name: str) -> None:
    known = {query.grouped(item.label) for item in query.items}
    if query.items and name not in known:
        raise QueryError(f"{_USE[use]} {name!r}: it is not one of the items.", hint=did_you_mean(name, known))
    if name in RESERVED:
        raise QueryError(f"{_USE[use]} {name}: it is no item.", hint="Name an item.")
    if name not in query.groups and query.grouped(name) != name:
        raise QueryError(
            f"{_USE[use]} {name!r}: it is grouped under {query.grouped(name)!r}.",
            hint="Name the group instead.",
        )
    if query.excludes(name):
        raise QueryError(f"{_USE[use]} {name!r}: it is excluded.", hint="Take it off the excluded items.")


def shared(query: ItemQuery, kind: type[FlowQuery], **changed: Any) -> dict[str, Any]:
    """The fields of a question that ``kind`` has too."""
    return {name: getattr(query, name) for name in kind.model_fields if hasattr(query, name)} | changed
