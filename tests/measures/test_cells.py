"""Every cell of a result opens to its customers: as many as it says, and the right ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from made_logs import made_engine, row
from made_shop import END, RANGE, RULES
from parcours.errors import QueryError
from parcours.lifecycle.sql import stage_intervals
from parcours.measures.contract import Query, measures
from parcours.measures.engine import LocalEngine
from parcours.measures.groups import OTHER

EVENTS, GROWTH, LIFECYCLE, STAGES = (measures()[name] for name in ("events", "growth", "lifecycle", "stages"))
PERIODS: list[dict[str, Any]] = [
    {}, {"unit": "week", "week_start": "saturday"}, {"zone": "Pacific/Apia"}, {"zone": "Pacific/Pago_Pago"},
    {"segment": {"profile": {"country": "FR"}}}, {"by": "channel", "unit": "quarter"},
    {"by": "profile.country", "unit": "quarter"},
]  # fmt: skip


def ask(engine: LocalEngine, measure: Any, **more: Any) -> tuple[Query, Any]:
    query = measure.question.model_validate(RANGE | more)
    return query, engine.ask(measure, query)


def texts(line: dict[str, Any], *names: str) -> dict[str, str]:
    """The cell of a row of a table."""
    return {name: str(line[name]) for name in names}


@pytest.mark.parametrize(
    "more", [{}, {"where": {"channel": "email"}}, {"segment": {"stage": "buyer"}}], ids=str
)
def test_events_cells(more: dict[str, Any], engine: LocalEngine) -> None:
    query, result = ask(engine, EVENTS, **more)
    for line in result.to_arrow().to_pylist():
        customers = engine.members(EVENTS, query, texts(line, "event"))
        assert len(customers) == line["customers"] > 0
        assert list(customers) == sorted(set(customers))
    assert engine.members(EVENTS, query, {"event": "never seen"}) == ()
    with pytest.raises(QueryError, match="needs an event"):
        engine.members(EVENTS, query, {})


@pytest.mark.parametrize("more", PERIODS, ids=str)
def test_stage_cells(more: dict[str, Any], engine: LocalEngine) -> None:
    query, result = ask(engine, STAGES, **more)
    for line in result.to_arrow("sizes").to_pylist():
        found = engine.members(STAGES, query, texts(line, "stage", "period_start", "group"))
        assert len(found) == line["customers"], line
    assert sum(line["customers"] for line in result.to_arrow("sizes").to_pylist()) > 30


@pytest.mark.parametrize("more", PERIODS, ids=str)
def test_flow_cells(more: dict[str, Any], engine: LocalEngine) -> None:
    query, result = ask(engine, STAGES, **more)
    lines = result.to_arrow("flows").to_pylist()
    assert {(line["source"], line["target"]) for line in lines} >= {("(new)", "aware"), ("aware", "(lapsed)")}
    for line in lines:
        found = engine.members(STAGES, query, texts(line, "source", "target", "period_start", "group"))
        if more.get("unit") == "quarter":  # long enough for the same customer to move twice
            assert 0 < len(found) <= line["customers"], line
        else:
            assert len(found) == line["customers"], line


@pytest.mark.parametrize("more", PERIODS[:5], ids=str)
def test_the_lapsed_pool_opens_too(more: dict[str, Any], engine: LocalEngine) -> None:
    query, result = ask(engine, STAGES, **more)
    assert result.lapsed_sizes.max() > 0
    for start, size in zip(result.periods.starts, result.lapsed_sizes, strict=True):
        cell = {"stage": "(lapsed)", "period_start": start.isoformat()}
        assert len(engine.members(STAGES, query, cell)) == size
    assert engine.members(STAGES, query, {"stage": "(lapsed)"}) == engine.members(STAGES, query, cell)


@pytest.mark.parametrize("more", PERIODS[:5], ids=str)
def test_growth_cells(more: dict[str, Any], engine: LocalEngine) -> None:
    query, result = ask(engine, GROWTH, **more)
    seen: dict[str, set[str]] = defaultdict(set)
    for line in result.to_arrow().to_pylist():
        active: list[str] = []
        for state in ("new", "returning", "resurrected", "dormant"):
            found = engine.members(GROWTH, query, {"state": state, "period_start": str(line["period_start"])})
            assert len(found) == line[state]
            seen[state].update(found)
            active += [] if state == "dormant" else found
        assert len(set(active)) == len(active) == line["active"]
    assert all(seen.values())


def test_lifecycle_cells_are_the_stays_that_began_in_the_range(engine: LocalEngine) -> None:
    query, result = ask(engine, LIFECYCLE)
    low, high = query.bounds_us()  # type: ignore[attr-defined]
    ends: dict[tuple[str, str], set[str]] = defaultdict(set)
    for stay in stage_intervals(engine.timelines, RULES, END).to_pylist():
        if low <= int(stay["entered_at"].timestamp()) * 1_000_000 < high:
            ends[stay["stage"], stay["how_left"] or "unfinished"].add(stay["customer"])
    assert len(ends) > 5
    for stage in RULES.ids:
        for ending in ("advanced", "lapsed", "unfinished"):
            found = engine.members(LIFECYCLE, query, {"stage": stage, "ending": ending})
            assert found == tuple(sorted(ends[stage, ending]))
        assert len(ends[stage, "unfinished"]) == result.of(stage).unfinished


@pytest.mark.parametrize("by", ["channel", "profile.country", "plan"])
def test_groups_share_out_the_cells(by: str, engine: LocalEngine) -> None:
    for measure, cell in (
        (STAGES, {"stage": "buyer"}),
        (LIFECYCLE, {"stage": "loyal", "ending": "unfinished"}),
    ):
        query, result = ask(engine, measure, by=by)
        names = sorted({line["group"] for line in result.to_arrow().to_pylist()})
        assert len(names) > 2
        parts = [engine.members(measure, query, cell | {"group": name}) for name in names]
        assert sorted(name for part in parts for name in part) == list(engine.members(measure, query, cell))
        assert engine.members(measure, query, cell | {"group": "no such group"}) == ()
        assert engine.members(measure, query, cell | {"group": OTHER}) == ()  # every group is shown


def test_the_groups_cut_off_are_shown_as_one(engine: LocalEngine) -> None:
    _, whole = ask(engine, STAGES, by="channel")
    _, cut = ask(engine, STAGES, by="channel", top=1)
    assert [group.name for group in cut.groups] == [whole.groups[0].name, OTHER]
    assert (cut.total.sizes == whole.total.sizes).all()
    assert (cut.groups[1].entries == sum(group.entries for group in whole.groups[1:])).all()


@pytest.mark.parametrize("by", ["channel", "profile.country"])
@pytest.mark.parametrize(
    ("measure", "cell"),
    [
        ("stages", {"stage": "buyer"}),
        ("stages", {"source": "(new)", "target": "buyer"}),
        ("retention", {"column": "1"}),
        ("stickiness", {"periods": "2", "how": "at_least"}),
        ("funnel", {"step": "2", "state": "reached"}),
    ],
)
def test_the_groups_cut_off_open_to_their_customers(
    measure: str, cell: dict[str, str], by: str, engine: LocalEngine
) -> None:
    steps = {"steps": ("visit", "order")} if measure == "funnel" else {}
    asked = measures()[measure]
    every, _ = ask(engine, asked, by=by, **steps)
    cut, result = ask(engine, asked, by=by, top=1, **steps)
    shown = asked.groups_shown(result)
    assert shown is not None
    (first,) = (name for name in shown if name != "(all)")
    names = {str(line["group"]) for line in engine.ask(asked, every).to_arrow().to_pylist()} - {"(all)"}
    assert len(names) > 2
    rest = [engine.members(asked, every, cell | {"group": name}) for name in sorted(names - {first})]
    found = engine.members(asked, cut, cell | {"group": OTHER})
    assert found == tuple(sorted({name for part in rest for name in part}))
    assert found


@pytest.mark.parametrize(
    ("measure", "cell", "said"),
    [
        (STAGES, {}, "names no stage"),
        (STAGES, {"stage": "buyers"}, "Did you mean 'buyer'"),
        (STAGES, {"stage": "buyer", "period_start": "2025-01-01"}, "no period_start '2025-01-01'"),
        (STAGES, {"source": "buyer"}, "names no target"),
        (STAGES, {"source": "x", "target": "buyer"}, "no source 'x'"),
        (STAGES, {"source": "buyer", "target": "(new)"}, "no target"),
        (GROWTH, {"state": "asleep"}, "no state 'asleep'"),
        (GROWTH, {"state": "new", "period_start": "x"}, "no period_start 'x'"),
        (LIFECYCLE, {"stage": "buyer"}, "names no ending"),
        (LIFECYCLE, {"stage": "buyer", "ending": "gone"}, "no ending 'gone'"),
    ],
)
def test_a_cell_that_is_not_there_says_what_is(
    measure: Any, cell: dict[str, str], said: str, engine: LocalEngine
) -> None:
    query, _ = ask(engine, measure)
    with pytest.raises(QueryError, match=said.replace("(", r"\(")):
        engine.members(measure, query, cell)


def test_a_stage_or_group_without_outcome_is_an_error(engine: LocalEngine) -> None:
    _, result = ask(engine, LIFECYCLE)
    assert result.of("buyer").stage == "buyer"
    with pytest.raises(QueryError, match="Did you mean 'buyer'"):
        result.of("buyers")
    with pytest.raises(QueryError, match="no group 'email'"):
        result.of("buyer", "email")


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Europe/Paris", {"ann": 29, "bob": 30, "cat": 30}),
        ("Pacific/Kiritimati", {"ann": 30, "bob": 30, "cat": 31}),
        ("Pacific/Pago_Pago", {"ann": 29, "bob": 29, "cat": 29}),
    ],
)
def test_an_event_at_midnight_belongs_to_the_day_that_begins(
    zone: str, days: dict[str, int], tmp_path: Path
) -> None:
    rows = [
        # 22:00 UTC on 29 March 2026 is midnight in Paris, at the end of the day whose clocks jumped
        row("ann", "2026-03-29T21:59:59.999999", "visit"),
        row("bob", "2026-03-29T22:00", "visit"),
        # midnight in Kiritimati, fourteen hours before Greenwich
        row("cat", "2026-03-30T10:00", "visit"),
    ]
    engine = made_engine(tmp_path, rows)
    span = {"start": "2026-03-28", "end": "2026-04-01", "as_of_us": END, "zone": zone}
    query, result = ask(engine, STAGES, unit="day", **span)
    entered = {
        name: line["period_start"].day
        for line in result.to_arrow("flows").to_pylist()
        for name in engine.members(STAGES, query, texts(line, "source", "target", "period_start"))
    }
    assert entered == days
    _, growth = ask(engine, GROWTH, unit="day", **span)
    news = {line["period_start"].day: line["new"] for line in growth.to_arrow().to_pylist() if line["new"]}
    assert news == Counter(days.values())
