"""Amounts, conversions, stage rates and answers equal those counted slowly, whatever the parts they were counted in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.contract import Measure, Query
from parcours.measures.metrics.amounts import AMOUNTS, SCALE
from parcours.measures.metrics.amounts import Query as AmountsQuery
from parcours.measures.metrics.answers import ANSWERS
from parcours.measures.metrics.answers import Query as AnswersQuery
from parcours.measures.metrics.conversions import CONVERSIONS
from parcours.measures.metrics.conversions import Query as ConversionsQuery
from parcours.measures.metrics.stage_rates import STAGE_RATES
from parcours.measures.metrics.stage_rates import Query as StageRatesQuery
from parcours.measures.result import Result
from parcours.stats.proportions import wilson
from parcours.values import Duration
from twins import metrics as twin
from twins.lifecycle import intervals
from twins.logs import CONDITIONS, CUSTOMERS, DURATIONS, SELECTORS, STAGES, Log, logs
from twins.partitions import partition_of

R = TypeVar("R", bound=Result)
Q = TypeVar("Q", bound=Query)


@st.composite
def periods(draw: st.DrawFn, log: Log) -> dict[str, Any]:
    """One to three neighbouring periods of a day or more, and now and then a filter."""
    days = sorted(
        draw(
            st.sets(st.sampled_from([date(2026, 3, day) for day in (27, 28, 29, 30)]), min_size=1, max_size=3)
        )
    )
    asked: dict[str, Any] = {
        "first_days": days,
        "start": days[0],
        "end": draw(st.sampled_from([date(2026, 3, 30), date(2026, 4, 9)])),
        "zone": draw(st.sampled_from(["UTC", "Europe/Paris"])),
        "as_of_us": log.as_of_us,
    }
    if draw(st.sampled_from([False, False, True])):
        asked["where"] = draw(CONDITIONS)
    return asked


def ask(measure: Measure[Q, R], log: Log, query: Q) -> R:
    parts = [
        partition_of([one for one in log.events if one.customer == customer], log.profiles)
        for customer in CUSTOMERS
    ]
    return measure.finish(reduce(measure.merge, [measure.map(part, query) for part in parts]), query)


LOG_AND_PERIODS = logs().flatmap(lambda log: st.tuples(st.just(log), periods(log)))


@settings(max_examples=120)
@given(LOG_AND_PERIODS, SELECTORS, st.sampled_from(["events", "customers", "sessions"]), st.booleans())
def test_counts_are_those_of_the_twin(given: tuple[Log, Any], events: Any, way: str, first: bool) -> None:
    log, asked = given
    query = AmountsQuery.model_validate(
        {"way": way, "events": events, "first_ever": first and way == "customers", **asked}
    )
    found = ask(AMOUNTS, log, query)
    assert [one.value for one in found.values] == twin.counted(log, query)
    assert [one.n for one in found.values] == twin.counted(log, query)


@settings(max_examples=120)
@given(
    LOG_AND_PERIODS, SELECTORS, st.sampled_from(["sum", "mean", "median"]), st.sampled_from(["value", "plan"])
)
def test_values_are_those_of_the_twin(given: tuple[Log, Any], events: Any, way: str, of: str) -> None:
    log, asked = given
    query = AmountsQuery.model_validate({"way": way, "events": events, "of": of, **asked})
    found = ask(AMOUNTS, log, query)
    values = twin.amounts(log, query)
    assert [one.n for one in found.values] == [len(one) for one in values]
    assert [one.value for one in found.values] == [twin.summary(one, way) for one in values]
    for one in found.values:
        if one.low is not None and one.high is not None and one.value is not None:
            assert one.low <= float(one.value) + 1e-9
            assert one.high >= float(one.value) - 1e-9


@settings(max_examples=200)
@given(LOG_AND_PERIODS, SELECTORS, SELECTORS, DURATIONS, st.booleans())
def test_conversions_are_those_of_the_twin(
    given: tuple[Log, Any], start: Any, end: Any, within: str, first: bool
) -> None:
    log, asked = given
    query = ConversionsQuery.model_validate(
        {"from_": start, "to": end, "within": Duration.parse(within), "first_ever": first, **asked}
    )
    found = ask(CONVERSIONS, log, query)
    for one, (undecided, lost, converted) in zip(found.values, twin.conversions(log, query), strict=True):
        share = wilson(converted, converted + lost)
        assert one.left_out == undecided
        assert one.n == converted + lost
        assert one.value == (Fraction(converted, one.n) if share else None)
        assert (one.low, one.high) == ((share.low, share.high) if share else (None, None))


@settings(max_examples=200)
@given(LOG_AND_PERIODS, SELECTORS, st.none() | SELECTORS, st.sampled_from(["plan", "channel"]))
def test_answers_are_those_of_the_twin(given: tuple[Log, Any], events: Any, sent: Any, score: str) -> None:
    log, asked = given
    query = AnswersQuery.model_validate({"events": events, "asked": sent, "score": score, **asked})
    found = ask(ANSWERS, log, query)
    for tally, wanted in zip(found.scores, twin.answers(log, query), strict=True):
        got = zip(tally.values.tolist(), tally.counts.tolist(), strict=True)
        assert {Decimal(value) / SCALE: times for value, times in got} == wanted
    if query.asked is None:
        assert found.asked is None
    else:
        counted = AmountsQuery.model_validate({"way": "events", "events": sent, **asked})
        assert found.asked is not None
        assert found.asked.tolist() == twin.counted(log, counted)


@settings(max_examples=120)
@given(
    LOG_AND_PERIODS,
    st.lists(STAGES, min_size=1, max_size=3),
    st.none() | SELECTORS,
    st.booleans(),
    st.integers(0, 2),
)
def test_stage_rates_are_those_of_the_twin(
    given: tuple[Log, Any], drawn: list[Any], cancelled: Any, stayed: bool, place: int
) -> None:
    log, asked = given
    rules = LifecycleRules.model_validate({"stages": [one | {"id": f"s{n}"} for n, one in enumerate(drawn)]})
    stage = f"s{place % len(drawn)}"
    settings_ = asked | {"where": None, "rules": rules}
    query = StageRatesQuery.model_validate(
        {"stage": stage, "cancelled": cancelled, "stayed": stayed, **settings_}
    )
    found = ask(STAGE_RATES, log, query)
    walked = intervals(log.events, rules, as_of_us=query.as_of_us, profiles=log.profiles)
    bounds = query.bounds_us().tolist()
    ended = None if query.cancelled is None else twin.matching(log, query, query.cancelled)
    for one, (low, high) in zip(found.values, pairwise(bounds), strict=True):
        there = [
            stay
            for stay in walked
            if stay.stage_index == int(stage[1:])
            and stay.entered_at_us < low <= query.as_of_us
            and (stay.left_at_us is None or stay.left_at_us >= low)
        ]
        if ended is None:
            left = sum(
                stay.how_left == "lapsed" and stay.left_at_us is not None and stay.left_at_us < high
                for stay in there
            )
        else:
            gone = {event.customer for event in ended if low <= event.timestamp_us < high}
            left = sum(stay.customer in gone for stay in there)
        counted = len(there) - left if stayed else left
        assert one.n == len(there)
        assert one.value == (Fraction(counted, len(there)) if there else None)
