"""Every attempt counts once: at the last step that it fills, as moved on, dropped or open."""

from __future__ import annotations

from datetime import date
from functools import reduce
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.funnel import MEASURE as FUNNEL
from parcours.measures.funnel import Query as FunnelQuery
from parcours.measures.funnel.attempts import attempts
from parcours.measures.touchpoints.steps import STATES, STEPS, Query, StepsResult
from parcours.values import DAY_US, Duration
from twins.events import Event
from twins.logs import CUSTOMERS, DURATIONS, SELECTORS, Log, logs
from twins.partitions import partition_of


@st.composite
def questions(draw: st.DrawFn, log: Log) -> Query:
    steps: list[dict[str, Any]] = [draw(SELECTORS) for _ in range(draw(st.integers(1, 4)))]
    for step in steps[1:]:
        step |= {"optional": draw(st.booleans())}
    return Query.model_validate(
        {
            "steps": steps,
            "window": draw(DURATIONS),
            "value": draw(st.none() | SELECTORS),
            "value_within": draw(DURATIONS),
            "start": date(2026, 3, 27),
            "end": draw(st.sampled_from([date(2026, 3, 29), date(2026, 4, 9)])),
            "as_of_us": log.as_of_us,
        }
    )


LOG_AND_QUESTION = logs().flatmap(lambda log: st.tuples(st.just(log), questions(log)))


def ask(log: Log, query: Query) -> StepsResult:
    parts = [
        partition_of([one for one in log.events if one.customer == name], log.profiles) for name in CUSTOMERS
    ]
    return STEPS.finish(reduce(STEPS.merge, [STEPS.map(part, query) for part in parts]), query)


@settings(max_examples=150)
@given(LOG_AND_QUESTION)
def test_steps_are_counted_from_the_funnel_s_attempts(given: tuple[Log, Query]) -> None:
    """The same counts, attempt by attempt, in plain Python; and what those who moved on spent, event by event."""
    log, query = given
    found = ask(log, query)
    counts = [dict.fromkeys(STATES, 0) for _ in query.steps]
    spent = [0] * len(query.steps)
    for customer in {one.customer for one in log.events}:
        part = partition_of([one for one in log.events if one.customer == customer], log.profiles)
        _, one = attempts(
            part, FunnelQuery(**{name: getattr(query, name) for name in FunnelQuery.model_fields})
        )
        for number in range(len(one)):
            filled = [step for step in range(len(query.steps)) if one.rows[number, step] >= 0]
            arrived = one.reach[number] > query.last_required
            start = int(one.times[number, 0])
            worth = _worth(part_events(log, customer), query, start, log.profiles.get(customer, {}))
            for step in filled:
                stuck = step == filled[-1] and not arrived
                state = "moved_on" if not stuck else "open" if one.open_[number] else "dropped"
                counts[step]["reached"] += 1
                counts[step][state] += 1
                spent[step] += worth if state == "moved_on" else 0
    assert [dict(zip(STATES, row, strict=True)) for row in found.counts.tolist()] == counts
    if found.currency:
        assert found.value_minor.tolist() == spent
    else:
        assert not any(spent)
    assert sum(int(by.sum()) for _, by in found.did_instead) == sum(one["dropped"] for one in counts)


def part_events(log: Log, customer: str) -> list[Event]:
    return [one for one in log.events if one.customer == customer]


def _worth(events: list[Event], query: Query, start: int, profile: dict[str, str]) -> int:
    """What one customer spent from the start of the attempt on, in cents."""
    from twins.matching import selects

    until = min(start + query.value_within.us, query.as_of_us)
    return sum(
        int(one.properties["value"].scaleb(2))
        for one in events
        if query.value is not None
        and "value" in one.properties
        and selects(query.value, one, profile)
        and start <= one.timestamp_us <= until
    )


@settings(max_examples=100)
@given(LOG_AND_QUESTION)
def test_steps_agree_with_the_funnel(given: tuple[Log, Query]) -> None:
    log, query = given
    steps = ask(log, query)
    plain = FunnelQuery(**{name: getattr(query, name) for name in FunnelQuery.model_fields})
    funnel = FUNNEL.finish(FUNNEL.map(partition_of(log.events, log.profiles), plain), plain)
    assert steps.counts[:, 0].tolist() == [one.reached for one in funnel.total.steps]
    assert (steps.counts[:, 0] == steps.counts[:, 1:].sum(axis=1)).all()
    assert steps.through_us.total == funnel.converted
    required = [number for number, one in enumerate(query.steps) if not one.optional]
    for one, other in pairwise(required):
        lost = int(steps.counts[one:other, 2:].sum())
        assert steps.counts[one, 0] - lost == steps.counts[other, 0]


def test_those_who_may_still_spend_are_counted() -> None:
    events = [Event("ann", 0, "buy", {}, "1"), Event("ann", 5 * DAY_US, "rate", {}, "2")]
    asked = {
        "steps": ["buy", "rate"], "start": date(1970, 1, 1), "end": date(1970, 1, 20), "as_of_us": 10 * DAY_US,
        "value": {"event": ["buy"]}, "value_within": Duration(11 * DAY_US),
    }  # fmt: skip
    query = Query.model_validate(asked)
    found = STEPS.finish(STEPS.map(partition_of(events), query), query)
    assert (found.unfinished, found.currency, found.mean_minor(0)) == (1, "", None)
