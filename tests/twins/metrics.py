"""Amounts, conversions and answers counted slowly, straight from their definitions."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from statistics import median

from parcours.measures.metrics.amounts import Query as AmountsQuery
from parcours.measures.metrics.answers import Query as AnswersQuery
from parcours.measures.metrics.conversions import Query as ConversionsQuery
from parcours.measures.metrics.periods import Query
from parcours.timelines.matchers import Selector
from parcours.values import MINUTE_US
from twins.events import Event, by_customer
from twins.logs import Log
from twins.matching import as_number, holds, selects


def period_of(query: Query, instant: int) -> int | None:
    """The period that an instant lies in; None outside, and after the end of the data."""
    bounds = query.bounds_us().tolist()
    if instant > query.as_of_us:
        return None
    return next(
        (n for n, (low, high) in enumerate(itertools.pairwise(bounds)) if low <= instant < high),
        None,
    )


def matching(log: Log, query: Query, selector: Selector) -> list[Event]:
    """Events up to the end of the data that pass the question's filter and the selector."""
    found = []
    for theirs in by_customer(log.events).values():
        for one in theirs:
            traits = log.profiles.get(one.customer, {})
            passes = query.where is None or holds(query.where, one, traits)
            if passes and selects(selector, one, traits) and one.timestamp_us <= query.as_of_us:
                found.append(one)
    return found


def counted(log: Log, query: AmountsQuery) -> list[int]:
    """Events, customers or sessions of each period."""
    events = matching(log, query, query.events)
    if query.way == "sessions":
        return sessions(log, query)
    pairs = [(period_of(query, one.timestamp_us), one.customer) for one in events]
    if query.first_ever:
        firsts: dict[str, int | None] = {}
        for period, customer in pairs:
            firsts.setdefault(customer, period)
        pairs = [(period, customer) for customer, period in firsts.items()]
    chosen = pairs if query.way == "events" else sorted(set(pairs), key=str)
    return [sum(period == number for period, _ in chosen) for number in range(len(query.first_days))]


def sessions(log: Log, query: AmountsQuery) -> list[int]:
    """Sessions by the period of their first event, those that hold a matching event."""
    found: Counter[int] = Counter()
    everything = matching(log, query, Selector(event=("*",)))
    wanted = {id(one) for one in matching(log, query, query.events)}
    for customer in {one.customer for one in everything}:
        session: list[Event] = []
        theirs = [
            one
            for one in everything
            if one.customer == customer and period_of(query, one.timestamp_us) is not None
        ]
        for one in [*theirs, None]:
            if one is None or (session and one.timestamp_us - session[-1].timestamp_us > 30 * MINUTE_US):
                began = period_of(query, session[0].timestamp_us) if session else None
                if began is not None and any(id(part) in wanted for part in session):
                    found[began] += 1
                session = []
            if one is not None:
                session.append(one)
    return [found[number] for number in range(len(query.first_days))]


def amounts(log: Log, query: AmountsQuery) -> list[list[Fraction]]:
    """The values of each period's events, those that are numbers."""
    found: list[list[Fraction]] = [[] for _ in query.first_days]
    for one in matching(log, query, query.events):
        period, value = period_of(query, one.timestamp_us), as_number(one.properties.get(query.of))
        if period is not None and value is not None:
            found[period].append(Fraction(value))
    return found


def summary(values: list[Fraction], way: str) -> Fraction | None:
    """Sum, mean or median."""
    if way == "sum":
        return sum(values, Fraction(0))
    if not values:
        return None
    return Fraction(median(values)) if way == "median" else sum(values, Fraction(0)) / len(values)


def conversions(log: Log, query: ConversionsQuery) -> list[tuple[int, int, int]]:
    """Undecided, not converted and converted customers of each period."""
    starts, ends = matching(log, query, query.from_), matching(log, query, query.to)
    states: dict[tuple[int, str], set[str]] = {}
    seen: set[str] = set()
    for start in starts:
        period = period_of(query, start.timestamp_us)
        first = start.customer not in seen
        seen.add(start.customer)
        if period is None or (query.first_ever and not first):
            continue
        until = start.timestamp_us + query.within.us
        followed = any(
            end is not start
            and end.customer == start.customer
            and start.timestamp_us <= end.timestamp_us <= until
            for end in ends
        )
        state = "undecided" if until > query.as_of_us else "converted" if followed else "not"
        states.setdefault((period, start.customer), set()).add(state)
    best = Counter(
        (period, next(one for one in ("converted", "not", "undecided") if one in held))
        for (period, _), held in states.items()
    )
    return [
        (best[number, "undecided"], best[number, "not"], best[number, "converted"])
        for number in range(len(query.first_days))
    ]


def answers(log: Log, query: AnswersQuery) -> list[Counter[Decimal]]:
    """How often each score was given in each period."""
    found: list[Counter[Decimal]] = [Counter() for _ in query.first_days]
    for one in matching(log, query, query.events):
        period, score = period_of(query, one.timestamp_us), as_number(one.properties.get(query.score))
        if period is not None and score is not None:
            found[period][score] += 1
    return found
