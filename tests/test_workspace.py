"""A workspace: made, opened, asked; and what ``import parcours`` offers and costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import parcours as pc
from made_logs import append, row
from parcours.errors import (
    DocumentError,
    InputError,
    ParcoursError,
    QueryError,
    UnknownCustomerError,
    WorkspaceError,
    WorkspaceExistsError,
    WorkspaceNotFoundError,
)
from parcours.events.log import EventLog
from parcours.measures.contract import Query
from parcours.settings import FILE_NAME, Settings
from parcours.workspace import LIFECYCLE_FILE, Workspace

LIFECYCLE = """
kind: lifecycle
id: shop
title: Our customers
stages:
  - {id: aware, title: Awareness, enter: visit, lapse: {after: 45d}}
  - {id: buyer, title: Purchase, enter: order}
"""
ROWS = [
    row("ann", "2026-01-05", "visit", channel="ads"),
    row("ann", "2026-02-10", "order", value_minor=1_000, currency="EUR"),
    row("bob", "2026-01-20", "visit"),
    row("cat", "2026-03-02", "order"),
]


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    workspace = pc.init(tmp_path / "shop", lifecycle=LIFECYCLE)
    append(workspace.log, ROWS, "first", {"ann": {"country": "FR"}})
    workspace.refresh()
    return workspace


def test_the_public_surface_is_this_list() -> None:
    assert (
        dir(pc)
        == ["ParcoursError", "Settings", "Workspace", "__version__", "init", "open"]
        == sorted(pc.__all__)
    )
    for name in pc.__all__:
        assert getattr(pc, name) is not None
    assert pc.Workspace is Workspace
    assert not hasattr(pc, "nothing")
    assert {name for name, _ in inspect.getmembers(Workspace) if not name.startswith("_")} >= {
        "ask", "check", "compare", "customer", "customers", "document", "erase", "events", "growth", "identity",
        "import_files", "lifecycle", "map", "person", "question", "refresh", "segment", "sequences", "sql", "stages",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("program", "heavy"),
    [
        ("import parcours", "numpy duckdb pydantic pyarrow numba altair deltalake babel zoneinfo"),
        ("import parcours; parcours.ParcoursError", "numpy duckdb pydantic pyarrow"),
        ("import parcours; parcours.open", "altair vl_convert openpyxl rich"),
    ],
)
def test_importing_is_light(program: str, heavy: str) -> None:
    listed = f"{program}\nimport sys\nprint(' '.join(set(sys.modules) & set({heavy.split()!r})))"
    found = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_every_public_method_says_what_it_answers() -> None:
    for name, member in inspect.getmembers(Workspace, callable):
        if not name.startswith("_"):
            assert member.__doc__, name


def test_a_new_workspace_is_a_folder_with_settings_documents_and_log(tmp_path: Path) -> None:
    made = pc.init(
        tmp_path / "un dossier" / "boutique d'été", settings=Settings(title="é", language="fr", buckets=3)
    )
    folders = {
        "journeys",
        "personas",
        "channels",
        "metrics",
        "feedback",
        "pain-points",
        "opportunities",
        "solutions",
    }
    assert {path.name for path in made.folder.iterdir()} == {FILE_NAME, LIFECYCLE_FILE, "log"} | folders
    assert {one.severity for one in made.check()} <= {"warning", "note"}
    opened = pc.open(made.folder)
    assert opened.settings == made.settings
    assert opened.document.title
    assert (
        "Fidélisation" in (made.folder / LIFECYCLE_FILE).read_text(encoding="utf-8") or opened.document.stages
    )
    assert pc.init(tmp_path / "plain").settings.title == "plain"


def test_an_empty_folder_may_be_used_and_a_full_one_is_kept(tmp_path: Path) -> None:
    pc.init(tmp_path)
    for folder in (tmp_path, tmp_path / FILE_NAME):
        with pytest.raises(WorkspaceExistsError, match="not an empty folder"):
            pc.init(folder)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(WorkspaceExistsError):
        pc.init(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be made: Not a directory"):
        pc.init(tmp_path / "file" / "shop")


def test_a_wrong_lifecycle_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        pc.init(tmp_path / "shop", lifecycle="kind: lifecycle\nstages: []")
    assert not (tmp_path / "shop").exists()


def test_there_is_no_workspace_where_none_was_made(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(WorkspaceNotFoundError, match="no workspace") as error:
            pc.open(folder)
        assert "parcours init" in str(error.value)


def test_opening_finds_the_workspace_of_the_present_folder(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.folder)
    assert pc.open().events().by_name() == {"order": 2, "visit": 2}


def test_broken_settings_and_documents_are_placed(shop: Workspace) -> None:
    settings = shop.folder / FILE_NAME
    kept = settings.read_text(encoding="utf-8")
    settings.write_text(kept.replace('zone = "UTC"', 'zone = "Mars"'), encoding="utf-8")
    with pytest.raises(DocumentError, match="unknown time zone 'Mars'"):
        pc.open(shop.folder)
    settings.write_text(kept.replace("buckets = 16", "buckets = 8"), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="has 16 buckets, the settings say 8"):
        pc.open(shop.folder)
    settings.write_text(kept, encoding="utf-8")
    (shop.folder / LIFECYCLE_FILE).write_text(
        "kind: lifecycle\nid: x\ntitle: X\nstages: 5\n", encoding="utf-8"
    )
    workspace = pc.open(shop.folder)
    assert workspace.events().by_name() == {"order": 2, "visit": 2}, "what needs no document still works"
    with pytest.raises(DocumentError) as error:
        workspace.stages()
    assert (error.value.file, error.value.line) == (str(shop.folder / LIFECYCLE_FILE), 4)
    (shop.folder / LIFECYCLE_FILE).unlink()
    with pytest.raises(DocumentError):
        pc.open(shop.folder).map()


def test_a_lost_log_is_a_clear_error(shop: Workspace) -> None:
    (shop.folder / "log").rename(shop.folder / "moved")
    with pytest.raises(WorkspaceNotFoundError, match="no event log"):
        pc.open(shop.folder)


def test_what_another_process_added_is_seen_after_refresh(shop: Workspace) -> None:
    assert shop.events().by_name()["order"] == 2
    other = EventLog.open(shop.folder / "log", buckets=shop.settings.buckets)
    append(other, [row("dan", "2026-04-01", "order")], "second", {"bob": {"country": "FR"}})
    assert shop.events().by_name()["order"] == 2
    shop.refresh()
    assert shop.events().by_name()["order"] == 3
    assert shop.stages("month").periods.starts[-1] == date(2026, 4, 1)
    assert shop.customer("dan").customer == "dan"
    assert shop.customer("bob").traits == {"country": "FR"}


def test_each_question_is_answered(shop: Workspace) -> None:
    assert shop.stages("month").total.sizes.tolist() == [[2, 0], [1, 1], [1, 2]]
    assert shop.lifecycle("90d").of("aware").stays == 2
    assert shop.growth("month").to_arrow()["new"].to_pylist() == [2, 0, 1]
    assert shop.customer("ann").stays[-1].stage == "buyer"
    assert shop.map().customers == 3
    assert shop.sql("select count(*) as n from stage_intervals").to_pylist() == [{"n": 4}]
    assert isinstance(shop.check(), tuple)


def test_a_question_is_a_value_with_nothing_left_open(shop: Workspace) -> None:
    query = shop.question("stages", unit="week", by="channel")
    assert (query.start, query.end, query.unit) == (date(2026, 1, 5), date(2026, 3, 2), "week")
    assert query.zone == "UTC"
    assert shop.ask(query).to_arrow().equals(shop.stages("week", by="channel").to_arrow())
    assert shop.customers(shop.question("stages"), {"stage": "buyer"}) == ("ann", "cat")
    with pytest.raises(QueryError, match="not the question of a measure"):
        shop.ask(Query())


def test_a_range_may_be_left_open_at_either_end(shop: Workspace) -> None:
    starts = shop.stages(start=date(2026, 2, 1)).periods.starts
    assert starts == (date(2026, 2, 1), date(2026, 3, 1))
    assert shop.stages(end=date(2026, 1, 31)).periods.starts == (date(2026, 1, 1),)
    assert shop.stages(start=date(2026, 6, 1)).periods.starts == (date(2026, 6, 1),), (
        "after all data, but asked for"
    )
    early = shop.stages(as_of=datetime(2026, 1, 10, tzinfo=UTC))
    assert early.total.sizes.tolist() == [[1, 0]]
    assert shop.stages(as_of=datetime(2020, 1, 10, tzinfo=UTC)).total.sizes.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda ws: ws.stages("fortnight"), "unit = 'fortnight' cannot be used"),
        (lambda ws: ws.growth("decade"), "unit = 'decade' cannot be used"),
        (lambda ws: ws.map(unit="weak"), "Did you mean 'week'"),
        (lambda ws: ws.stages(start="next week"), "start = 'next week' cannot be used"),
        (lambda ws: ws.question("stages", top=0), "top = 0 cannot be used"),
        (lambda ws: ws.question("stages", colour="red"), "There is no setting 'colour'"),
        (lambda ws: ws.stages(start=date(2026, 2, 2), end=date(2026, 2, 1)), "before it starts"),
        (lambda ws: ws.events(start=date(2026, 2, 2), end=date(2026, 2, 1)), "before it starts"),
        (lambda ws: ws.stages(end=date(2025, 2, 1)), "before it starts"),
        (lambda ws: ws.stages(by="value"), "group for each amount"),
        (lambda ws: ws.stages("day", start=date(1990, 1, 1)), "more than 5,000 periods"),
        (lambda ws: ws.lifecycle("soon"), "'soon' is not a duration"),
        (lambda ws: ws.lifecycle("999999w"), "longer than 10,000 years"),
        (lambda ws: ws.growth(new_by="country"), "'FR', which is not a date"),
        (lambda ws: ws.map(period=date(2030, 1, 1)), "outside the data"),
        (lambda ws: ws.stages(as_of=datetime.fromisoformat("2026-01-01")), "no time zone"),
        (lambda ws: ws.sql("drop view events"), "DROP is not allowed"),
        (lambda ws: ws.customer("nobody"), "no customer 'nobody'"),
    ],
)
def test_mistakes_are_told_from_the_error_tree(ask: Any, said: str, shop: Workspace) -> None:
    with pytest.raises(InputError, match=said.replace("(", r"\(")) as error:
        ask(shop)
    assert isinstance(error.value, (QueryError, UnknownCustomerError, InputError))
    assert isinstance(error.value, ParcoursError)


def test_one_event_name_may_stand_alone(shop: Workspace) -> None:
    for events in ("order", ["order"], ("order",)):
        assert shop.growth(events=events).to_arrow()["new"].to_pylist() == [0, 1, 1]
    assert shop.growth(events=[]).to_arrow().equals(shop.growth().to_arrow())


def test_an_empty_workspace_answers_everything_with_zeros(tmp_path: Path) -> None:
    empty = pc.init(tmp_path / "empty", lifecycle=LIFECYCLE)
    assert empty.events().by_name() == {}
    for by in (None, "channel"):  # no day is known, so there are no periods; the stages are
        sizes = empty.stages(by=by)
        assert (len(sizes.stages), sizes.total.sizes.tolist()) == (2, [])
    assert empty.lifecycle().of("buyer").stays == 0
    assert empty.growth().to_arrow().num_rows == 0
    funnel = empty.funnel("visit", "order", unit="month").to_arrow()
    assert (funnel["name"].to_pylist(), funnel["reached"].to_pylist()) == (["visit", "order"], [0, 0])
    assert empty.retention(unit="day", alignment="elapsed", brackets=["1-3"]).to_arrow().num_rows == 0
    found = empty.map()
    assert (found.customers, found.period, found.data_until) == (0, None, None)
    assert [stage.size for stage in found.stages] == [0, 0]
    assert empty.sql("select * from events").num_rows == 0
    with pytest.raises(UnknownCustomerError):
        empty.customer("ann")


def test_days_that_were_asked_of_an_empty_workspace_are_answered(tmp_path: Path) -> None:
    empty = pc.init(tmp_path / "empty", lifecycle=LIFECYCLE)
    march, april = date(2026, 3, 1), date(2026, 4, 30)
    assert empty.growth(start=march, end=april).to_arrow()["active"].to_pylist() == [0, 0]
    for one_day in ({"start": march}, {"end": march}):
        assert empty.growth(**one_day).to_arrow()["period_start"].to_pylist() == [march]
    known = empty.growth(as_of=datetime(2026, 4, 1, tzinfo=UTC))
    assert known.to_arrow().num_rows == 0


def test_calendar_settings_reach_the_measures(tmp_path: Path) -> None:
    settings = Settings(zone="Pacific/Auckland", week_start="sunday")
    workspace = pc.init(tmp_path / "shop", settings=settings, lifecycle=LIFECYCLE)
    append(workspace.log, [row("ann", "2026-05-16T20:00", "visit")], "first")  # Sunday morning in Auckland
    workspace.refresh()
    assert workspace.stages("week").periods.starts == (date(2026, 5, 17),)
    assert workspace.map(unit="day").period.first == date(2026, 5, 17)


def test_files_are_imported_and_asked_at_once(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("customer_id,event,timestamp\neve,order,2026-05-01T10:00:00Z\n")
    report = shop.import_files([file], now=datetime(2026, 6, 1, tzinfo=UTC))
    assert report is not None
    assert shop.customer("eve").happenings[0].event == "order"
