"""Paths and transitions counted slowly: every session as a list of steps, every cell as a set of who is in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

from parcours.measures.flow.item_query import FlowQuery, ItemQuery
from twins.events import Event, by_customer
from twins.matching import Traits, as_text, holds, selects

OTHER, START, EXIT = "(other)", "(start)", "(exit)"


@dataclass(frozen=True)
class Step:
    """One item at one instant."""

    item: str
    at_us: int


@dataclass(frozen=True)
class Path:
    """What one session contributes."""

    customer: str
    number: int  # of the session, different for each
    steps: tuple[Step, ...]


@dataclass
class Cell:
    """Who is counted in one cell, each time."""

    sessions: list[int] = field(default_factory=list)
    customers: set[str] = field(default_factory=set)
    elapsed_us: list[int] = field(default_factory=list)

    def add(self, path: Path, elapsed_us: int | None = None) -> None:
        self.sessions.append(path.number)
        self.customers.add(path.customer)
        if elapsed_us is not None:
            self.elapsed_us.append(elapsed_us)

    @property
    def figures(self) -> tuple[int, int, int]:
        """How often, in how many sessions, by how many customers."""
        return len(self.sessions), len(set(self.sessions)), len(self.customers)


def seen(events: Iterable[Event], query: ItemQuery, profiles: dict[str, Traits]) -> dict[str, list[Event]]:
    """Each customer's events in the range that pass the filter and are activity."""
    assert query.start is not None
    assert query.end is not None
    low = query.calendar.midnight_us(query.start)
    high = query.calendar.midnight_us(query.calendar.step(query.end, "day"))

    def passes(event: Event) -> bool:
        traits = profiles.get(event.customer, {})
        return (
            low <= event.timestamp_us < high
            and event.timestamp_us <= query.as_of_us
            and (query.where is None or holds(query.where, event, traits))
            and (not query.activity or any(selects(one, event, traits) for one in query.activity))
        )

    return by_customer(event for event in events if passes(event))


def sessions_of(events: list[Event], query: ItemQuery) -> list[list[Event]]:
    """One customer's events cut where nothing happened for longer than the idle time."""
    sessions: list[list[Event]] = []
    for event in events:
        split = query.split == "sessions" and bool(sessions) and (
            event.timestamp_us - sessions[-1][-1].timestamp_us > query.idle.us
        )  # fmt: skip
        if not sessions or split:
            sessions.append([])
        sessions[-1].append(event)
    return sessions


def item_of(event: Event, query: ItemQuery, traits: Traits) -> str | None:
    """The item of an event, None when it has none or is left out."""
    name: str | None
    if query.items:
        name = next((one.label for one in query.items if selects(one, event, traits)), None)
    elif query.item == "event":
        name = event.event
    else:
        value: Any = event.properties.get(query.item)
        name = "" if value is None else as_text(value)
    if name is None:
        return None
    for group, members in query.groups.items():
        if any(fnmatchcase(name, member) for member in members):
            name = group
            break
    return None if any(fnmatchcase(name, one) for one in query.exclude) else name


def steps_of(session: list[Event], query: FlowQuery, traits: Traits, *, collapse: bool) -> list[Step]:
    """The items of a session, runs as one if wanted."""
    named = [(item_of(event, query, traits), event.timestamp_us) for event in session]
    steps = [Step(item, at_us) for item, at_us in named if item is not None]
    if not collapse:
        return steps
    return [step for place, step in enumerate(steps) if place == 0 or steps[place - 1].item != step.item]


def cut(steps: list[Step], query: FlowQuery) -> list[Step]:
    """The part from the start to the end that was asked for; nothing when there is none."""
    names = [step.item for step in steps]
    first = 0
    if query.start_at is not None:
        if query.start_at not in names:
            return []
        first = names.index(query.start_at)
    if query.end_at is None:
        return steps[first:]
    ends = [
        place
        for place, name in enumerate(names)
        if name == query.end_at and place >= first + (query.start_at is not None)
    ]
    return steps[first : ends[0] + 1] if ends else []


@dataclass(frozen=True)
class Read:
    """All sessions as paths, in the names that are shown, and what had no path."""

    paths: list[Path]
    sessions: int
    without_items: int
    without_path: int
    customers: int
    shown: tuple[str, ...]


def read(events: Iterable[Event], query: FlowQuery, profiles: dict[str, Traits]) -> Read:
    """Every session's path; rare items are renamed last, so that runs of them stay what they were."""
    found: list[Path] = []
    weights: Counter[str] = Counter()
    number = without_items = without_path = 0
    timelines = seen(events, query, profiles)
    for customer, theirs in timelines.items():
        traits = profiles.get(customer, {})
        for session in sessions_of(theirs, query):
            number += 1
            weights.update(step.item for step in cut(steps_of(session, query, traits, collapse=False), query))
            steps = steps_of(session, query, traits, collapse=query.collapse)
            path = cut(steps, query)
            without_items += not steps
            without_path += bool(steps) and not path
            if path:
                found.append(Path(customer, number, tuple(path)))
    anchors = [name for name in (query.start_at, query.end_at) if name is not None]
    shown = list(dict.fromkeys(anchors + (list(query.only) if query.only else [])))
    if not query.only:
        rest = sorted(
            (name for name in weights if name not in shown), key=lambda name: (-weights[name], name)
        )
        shown += rest[: max(query.top - len(shown), 0)]
    renamed = [
        Path(path.customer, path.number, tuple(
            Step(step.item if step.item in shown else OTHER, step.at_us) for step in path.steps
        ))
        for path in found
    ]  # fmt: skip
    return Read(renamed, number, without_items, without_path, len(timelines), tuple(shown))


def transitions(read_: Read) -> tuple[dict[tuple[str, str], Cell], dict[str, Cell]]:
    """Every link, and every item's visits."""
    links: dict[tuple[str, str], Cell] = defaultdict(Cell)
    visits: dict[str, Cell] = defaultdict(Cell)
    for path in read_.paths:
        names = [START, *(step.item for step in path.steps), EXIT]
        for place, link in enumerate(pairwise(names)):
            inside = 0 < place < len(path.steps)
            links[link].add(path, path.steps[place].at_us - path.steps[place - 1].at_us if inside else None)
        for step in path.steps:
            visits[step.item].add(path)
    return links, visits


@dataclass
class Flow:
    """Nodes, links and whole paths, in the numbering of the result."""

    nodes: dict[tuple[int, str], Cell]
    links: dict[tuple[int, str, str], Cell]
    kinds: dict[str, Cell]


def flow(read_: Read, most: int, *, backwards: bool) -> Flow:
    """Every path walked step by step, from its end when ``backwards``; what lies beyond ``most`` steps is other."""
    found = Flow(defaultdict(Cell), defaultdict(Cell), defaultdict(Cell))
    for path in read_.paths:
        steps = list(reversed(path.steps)) if backwards else list(path.steps)
        names = [step.item for step in steps]
        walk = names[:most] + ([OTHER] if len(names) > most else [])
        full = walk + [START if backwards else EXIT] * (most + 1 - len(walk))
        for place, name in enumerate(full):
            found.nodes[-place if backwards else place + 1, name].add(path)
        for place in range(min(len(names), most)):
            ends = place + 1 >= len(names)
            elapsed = None if ends else abs(steps[place + 1].at_us - steps[place].at_us)
            one, other = full[place], full[place + 1]
            key = (-place - 1, other, one) if backwards else (place + 1, one, other)
            found.links[key].add(path, elapsed)
        words = names[:most] + (["…"] if len(names) > most else [])
        found.kinds[" → ".join(reversed(words) if backwards else words)].add(path)
    return found
