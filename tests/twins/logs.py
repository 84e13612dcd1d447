"""Hypothesis strategies: small logs and lifecycles in which rare things are common.

Times are whole units of six hours, now and then one microsecond beside, over a few days; windows and lapses
are whole units too, so that events fall on their very ends, many at one instant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from parcours.lifecycle.rules import LifecycleRules
from parcours.values import HOUR_US, Duration
from twins.events import Event

UNIT_US = 6 * HOUR_US
ORIGIN_US = 1_774_681_200_000_000  # 2026-03-28 07:00 UTC, the day before the clocks change in Paris
NAMES = ("browse", "buy", "mail", "rate")
CUSTOMERS = ("ann", "bob", "Zoë")


@dataclass(frozen=True)
class Log:
    """Events, the customers' traits, and the end of observation."""

    events: tuple[Event, ...]
    as_of_us: int
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)


# Strategies are values made once: making and checking them anew for every example would take most of the time.

DURATIONS: st.SearchStrategy[str] = st.integers(1, 5).map(lambda steps: str(Duration(steps * UNIT_US)))
PROPERTIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "value": st.sampled_from([Decimal(text) for text in ("-5.00", "0.00", "9.99", "10.00", "25.50")]),
        "channel": st.sampled_from(["email", "ads", "Shop"]),
        "plan": st.sampled_from(["free", "Pro", 5, 5.5, "5", "05", "-1", True, False, "true", ""]),
    },
)
TRAITS: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {}, optional={"country": st.sampled_from(["FR", "fr", "DE"])}
)


def _instants(most: int) -> st.SearchStrategy[int]:
    """A whole unit, seldom a microsecond beside one."""
    steps = st.tuples(st.integers(0, most), st.sampled_from([0, 0, 0, 0, 0, 0, -1, 1]))
    return steps.map(lambda step: ORIGIN_US + step[0] * UNIT_US + step[1])


ROWS = st.tuples(
    st.sampled_from([CUSTOMERS[0], *CUSTOMERS]), _instants(14), st.sampled_from(NAMES), PROPERTIES
)
ENDS = _instants(20)


def _log(rows: list[tuple[str, int, str, dict[str, Any]]], end_us: int, traits: list[dict[str, str]]) -> Log:
    events = [Event(*row, f"{place:03d}") for place, row in enumerate(rows)]
    return Log(tuple(events), end_us, dict(zip(CUSTOMERS, traits, strict=True)))


def logs(most_events: int = 14, least_events: int = 0) -> st.SearchStrategy[Log]:
    """A few customers' events; event ids order those of one instant, in any order of arrival."""
    rows = st.lists(ROWS, min_size=least_events, max_size=most_events)
    return st.builds(_log, rows, ENDS, st.lists(TRAITS, min_size=len(CUSTOMERS), max_size=len(CUSTOMERS)))


_AMOUNT: st.SearchStrategy[dict[str, Any]] = st.tuples(
    st.sampled_from(["gt", "gte", "lt", "lte", "eq", "ne"]), st.sampled_from([0, 10, 9.99, -5])
).map(lambda pair: {"value": {pair[0]: pair[1]}})
_SIMPLE: st.SearchStrategy[dict[str, Any]] = _AMOUNT | st.sampled_from(
    [
        {"channel": "email"},
        {"channel": ["email", "ads"]},
        {"channel": {"ne": "ads"}},
        {"channel": {"not_in": ["ads", "Shop"]}},
        {"channel": {"contains": "SH"}},
        {"channel": {"not_contains": "ma"}},
        {"channel": {"is_set": True}},
        {"channel": {"is_set": False}},
        {"plan": 5},
        {"plan": "5"},
        {"plan": True},
        {"plan": "false"},
        {"plan": {"gte": 5}},
        {"plan": {"lt": 5}},
        {"plan": {"in": ["free", 5.5, False]}},
        {"plan": {"gt": -2, "lt": 5.5, "ne": 5}},
        {"plan": {"contains": "r"}},
        {"plan": ""},
        {"profile.country": "FR"},
        {"profile.country": {"not_contains": "f"}},
    ]
)
_JOINED: list[st.SearchStrategy[dict[str, Any]]] = [
    st.tuples(_SIMPLE, _SIMPLE).map(lambda pair: {"all": list(pair)}),
    st.tuples(_SIMPLE, _SIMPLE).map(lambda pair: {"any": list(pair)}),
    _SIMPLE.map(lambda one: {"not": one}),
]
CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.one_of(_SIMPLE, _SIMPLE, *_JOINED)
_ONE_NAME = st.sampled_from(NAMES).map(lambda name: [name])
_NAMES = st.one_of(
    _ONE_NAME,
    _ONE_NAME,
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True),
    st.just(["*"]),
)
_MAYBE_CONDITIONS = st.none() | st.none() | CONDITIONS
SELECTORS: st.SearchStrategy[dict[str, Any]] = st.tuples(_NAMES, _MAYBE_CONDITIONS).map(
    lambda pair: {"event": pair[0]} | ({"where": pair[1]} if pair[1] else {})
)
_COUNTS = st.sampled_from([1, 2, {"gte": 2}, {"gte": 3}, {"lte": 2}, {"gt": 1}, {"lt": 3}])
_HISTORY: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.just({"first": True}),
    _COUNTS.map(lambda count: {"count": count}),
    st.tuples(_COUNTS, DURATIONS).map(lambda pair: {"count": pair[0], "within": pair[1]}),
)
_THEN: st.SearchStrategy[dict[str, Any]] = st.tuples(SELECTORS, st.none() | DURATIONS).map(
    lambda pair: {"then": pair[0] | ({"within": pair[1]} if pair[1] else {})}
)
_NO_THEN: st.SearchStrategy[dict[str, Any]] = st.just({})
RULES: st.SearchStrategy[dict[str, Any]] = st.tuples(
    SELECTORS, _HISTORY, st.one_of(_NO_THEN, _NO_THEN, _THEN)
).map(lambda parts: parts[0] | parts[1] | parts[2])
_ENTER = st.lists(RULES, min_size=1, max_size=2)
_KEEP = st.none() | st.none() | st.lists(SELECTORS, max_size=2)
_LAPSE = st.one_of(st.none(), DURATIONS, DURATIONS, DURATIONS)
STAGES: st.SearchStrategy[dict[str, Any]] = st.tuples(_ENTER, _KEEP, _LAPSE).map(
    lambda parts: {
        "enter": parts[0],
        **({} if parts[1] is None else {"keep": parts[1]}),
        **({} if parts[2] is None else {"lapse": {"after": parts[2]}}),
    }
)


def lifecycles(most_stages: int = 4) -> st.SearchStrategy[LifecycleRules]:
    """Stages with any of what a stage may say: rules with counts, windows, sequences; keep; lapse."""
    return st.lists(STAGES, min_size=1, max_size=most_stages).map(
        lambda stages: LifecycleRules.model_validate(
            {"stages": [{"id": f"s{place}"} | stage for place, stage in enumerate(stages)]}
        )
    )
