"""Sizes and flows equal those counted slowly, whatever parts the customers are split into, and they reconcile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.stages import LAPSED_NAME, NEW_NAME, Query, Stages, StagesResult
from parcours.timelines.calendar import Unit
from parcours.timelines.partition import Partition
from twins import stage_flows
from twins.lifecycle import Interval, intervals
from twins.logs import CUSTOMERS, Log, lifecycles, logs
from twins.partitions import partition_of

MEASURE = Stages()
FIRST = date(2026, 3, 28)
QUERIES = st.builds(
    lambda start, days, unit, zone: {
        "start": FIRST + timedelta(days=start),
        "end": FIRST + timedelta(days=start + days),
        "unit": unit,
        "zone": zone,
    },
    st.integers(-2, 4),
    st.integers(0, 5),
    st.sampled_from(["day", "day", "day", "week", "month"]),
    st.sampled_from(["UTC", "Europe/Paris", "Pacific/Auckland", "America/Los_Angeles"]),
)
Asked = dict[str, date | Unit | str]


def parts_of(log: Log) -> list[Partition]:
    """A partition for each customer."""
    return [
        partition_of([event for event in log.events if event.customer == customer], log.profiles)
        for customer in CUSTOMERS
    ]


def ask(log: Log, query: Query) -> StagesResult:
    partials = [MEASURE.map(part, query) for part in parts_of(log)]
    return MEASURE.finish(reduce(MEASURE.merge, reversed(partials)), query)


def name_of(place: stage_flows.Place, rules: LifecycleRules) -> str:
    names = {stage_flows.NEW: NEW_NAME, stage_flows.LAPSED: LAPSED_NAME}
    return rules.ids[place] if isinstance(place, int) else names[place]


def slow_flows(stays: list[Interval], query: Query, low: int, high: int) -> Counter[tuple[str, str]]:
    counted = stage_flows.flows(stays, low, high).items()
    return Counter({(name_of(a, query.rules), name_of(b, query.rules)): count for (a, b), count in counted})


def question(log: Log, rules: LifecycleRules, asked: Asked) -> tuple[Query, list[Interval]]:
    query = Query.model_validate({"rules": rules, "as_of_us": log.as_of_us, **asked})
    return query, intervals(log.events, rules, as_of_us=log.as_of_us, profiles=log.profiles)


@settings(deadline=None, max_examples=200)
@given(logs(least_events=5, most_events=30), lifecycles(), QUERIES)
def test_sizes_and_flows_are_those_of_the_twin(log: Log, rules: LifecycleRules, asked: Asked) -> None:
    query, stays = question(log, rules, asked)
    result = ask(log, query)
    bounds = query.periods().bounds_us.tolist()
    flows = result.to_arrow("flows").to_pylist()
    for place, (low, high) in enumerate(pairwise(bounds)):
        day = query.periods().starts[place]
        found = Counter(
            {(row["source"], row["target"]): row["customers"] for row in flows if row["period_start"] == day}
        )
        assert found == slow_flows(stays, query, low, high)
        assert result.total.sizes[place].tolist() == stage_flows.sizes(stays, len(rules.stages), high - 1)
        assert int(result.lapsed_sizes[place]) == stage_flows.lapsed(stays, high - 1)
    assert result.total.before.tolist() == stage_flows.sizes(stays, len(rules.stages), bounds[0] - 1)


@settings(deadline=None, max_examples=100)
@given(
    logs(least_events=5, most_events=30),
    lifecycles(),
    QUERIES,
    st.sampled_from(["channel", "profile.country"]),
)
def test_every_group_reconciles(log: Log, rules: LifecycleRules, asked: Asked, by: str) -> None:
    """size = size before + in - out in each group, and the groups together are the whole."""
    query, _ = question(log, rules, asked)
    whole, split = ask(log, query), ask(log, query.model_copy(update={"by": by, "top": 1}))
    assert split.total.sizes.tolist() == whole.total.sizes.tolist()
    assert split.total.entries.tolist() == whole.total.entries.tolist()
    assert split.total.exits.tolist() == whole.total.exits.tolist()
    for row in split.to_arrow("sizes").to_pylist():
        group = next(group for group in split.groups if group.name == row["group"])
        place = split.periods.starts.index(row["period_start"])
        stage = split.stages.index(row["stage"])
        before = group.before[stage] if place == 0 else group.sizes[place - 1, stage]
        assert row["customers"] == before + row["entered"] - row["left"]
        assert row["customers"] >= 0


@settings(deadline=None, max_examples=100)
@given(logs(least_events=5, most_events=30), lifecycles(), QUERIES)
def test_every_cell_opens_to_its_customers(log: Log, rules: LifecycleRules, asked: Asked) -> None:
    query, stays = question(log, rules, asked)
    partition = partition_of(log.events, log.profiles)
    bounds = query.periods().bounds_us.tolist()
    for day, low, high in zip(query.periods().starts, bounds[:-1], bounds[1:], strict=True):
        period = {"period_start": day.isoformat()}

        def opened(period: dict[str, str] = period, **cell: str) -> set[str]:
            found = MEASURE.members(partition, query, period | cell).tolist()
            assert len(found) == len(set(found))
            return {partition.customers[place].as_py() for place in found}

        for stage, stage_id in enumerate(rules.ids):
            inside = {
                stay.customer
                for stay in stays
                if stay.stage_index == stage and stage_flows.sizes([stay], len(rules.stages), high - 1)[stage]
            }
            assert opened(stage=stage_id) == inside
        gone = {customer for customer in CUSTOMERS if stage_flows.lapsed(_of(stays, customer), high - 1)}
        assert opened(stage=LAPSED_NAME) == gone
        movers: dict[tuple[str, str], set[str]] = {}
        for move in stage_flows.moves(stays):
            if low <= move.at_us < high:
                names = (name_of(move.source, rules), name_of(move.target, rules))
                movers.setdefault(names, set()).add(move.customer)
        for (source, target), customers in movers.items():
            assert opened(source=source, target=target) == customers


def _of(stays: list[Interval], customer: str) -> list[Interval]:
    return [stay for stay in stays if stay.customer == customer]


@settings(deadline=None, max_examples=50)
@given(logs(least_events=5, most_events=30), lifecycles(), QUERIES)
def test_the_parts_do_not_matter(log: Log, rules: LifecycleRules, asked: Asked) -> None:
    query, _ = question(log, rules, asked)
    whole = MEASURE.finish(MEASURE.map(partition_of(log.events, log.profiles), query), query)
    assert ask(log, query).to_arrow("sizes").equals(whole.to_arrow("sizes"))
    assert ask(log, query).to_arrow("flows").equals(whole.to_arrow("flows"))


def test_an_empty_log_gives_zeros_with_the_stages_names() -> None:
    rules = LifecycleRules.model_validate(
        {"stages": [{"id": "look", "enter": "browse"}, {"id": "buy", "enter": "buy"}]}
    )
    nothing = Log((), as_of_us=0)
    result = ask(nothing, Query(rules=rules, start=FIRST, end=FIRST, unit="day"))
    assert [(row["stage"], row["customers"]) for row in result.to_arrow("sizes").to_pylist()] == [
        ("look", 0),
        ("buy", 0),
    ]
    assert result.to_arrow("flows").num_rows == 0
    assert replace(nothing, as_of_us=1).events == ()
