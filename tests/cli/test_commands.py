"""What the commands print is what the library answers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import parcours
from parcours.cli.output import plain_rows

if TYPE_CHECKING:
    from parcours.workspace import Workspace

SPRING: dict[str, Any] = {"start": date(2024, 2, 1), "end": date(2024, 4, 30)}
ASKED: dict[str, tuple[str, Callable[[Workspace], Any]]] = {
    "stages": ("stages", lambda ws: ws.stages()),
    "stages by week in spring": (
        "stages --unit week --from 2024-02 --to 2024-04",
        lambda ws: ws.stages(unit="week", **SPRING),
    ),
    "stages by channel": ("stages --by channel", lambda ws: ws.stages(by="channel")),
    "lifecycle": ("lifecycle --horizon 20d", lambda ws: ws.lifecycle(horizon="20d")),
    "growth": ("growth --event order_completed", lambda ws: ws.growth(events=["order_completed"])),
    "events": ("events --from 2024-02 --to 2024-04", lambda ws: ws.events(**SPRING)),
    "customer": ("customer c04", lambda ws: ws.customer("c04")),
}


@pytest.fixture(scope="module")
def workspace(shop: Path) -> Workspace:
    return parcours.open(shop)


@pytest.mark.parametrize("name", ASKED)
def test_json_is_the_library_s_answer(
    name: str, run: Callable[..., Any], shop: Path, workspace: Workspace
) -> None:
    command, ask = ASKED[name]
    ran = run(*command.split(), "-w", shop, "--json")
    assert ran.code == 0, ran.err
    tables = ask(workspace).tables()
    assert json.loads(ran.out) == {table: plain_rows(rows) for table, rows in tables.items()}
    assert any(rows.num_rows for rows in tables.values())


@pytest.mark.parametrize("name", ASKED)
def test_csv_has_every_row_of_the_main_table(
    name: str, run: Callable[..., Any], shop: Path, workspace: Workspace
) -> None:
    command, ask = ASKED[name]
    ran = run(*command.split(), "-w", shop, "--csv")
    main = next(iter(ask(workspace).tables().values()))
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert len(rows) == main.num_rows
    assert list(rows[0]) == main.column_names


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ASKED)
def test_people_get_tables_that_fit(
    name: str, language: str, run: Callable[..., Any], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    ran = run(*ASKED[name][0].split(), "-w", shop, "--lang", language)
    assert ran.code == 0, ran.err
    assert max(len(line) for line in ran.out.splitlines()) <= 72
    assert ("étape" in ran.out or "période" in ran.out or "événement" in ran.out) == (language == "fr")


@pytest.mark.parametrize("name", ASKED)
def test_every_heading_has_its_french(name: str, workspace: Workspace) -> None:
    from parcours.cli.words import FRENCH

    ids = set(workspace.document.rules.ids)
    for table, rows in ASKED[name][1](workspace).tables().items():
        for column in {table, *rows.column_names} - ids:
            words = column.replace("_", " ")
            assert words in FRENCH or words.endswith((" low", " high")), words


def test_stages_for_people_have_a_column_each(run: Callable[..., Any], shop: Path) -> None:
    ran = run("stages", "-w", shop, "--to", "2024-02")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["2024-01-01", "2024-01-31", "1", "19", "11", "0", "0"] in lines
    assert ["2024-02-01", "2024-02-29", "0", "13", "15", "5", "0"] in lines


def test_a_cell_opens_to_its_customers(run: Callable[..., Any], shop: Path) -> None:
    ran = run(
        "stages", "-w", shop, "--json", "--open", "stage=retention", "--open", "period_start=2024-02-01"
    )
    assert [row["customer"] for row in json.loads(ran.out)["customers"]] == [
        "c00",
        "c04",
        "c08",
        "c12",
        "c16",
    ]
    ran = run("growth", "-w", shop, "--csv", "--open", "state=new", "--open", "period_start=2024-02-01")
    assert len(ran.out.splitlines()) == 1 + 9
    ran = run("lifecycle", "-w", shop, "--json", "--open", "stage=purchase", "--open", "ending=unfinished")
    assert len(json.loads(ran.out)["customers"]) == 1
    ran = run("events", "-w", shop, "--json", "--open", "event=order_completed")
    assert len(json.loads(ran.out)["customers"]) == 20


@pytest.mark.parametrize("command", ["stages", "lifecycle", "growth", "events", "customer c04"])
def test_every_answer_can_be_drawn(command: str, run: Callable[..., Any], shop: Path, tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    assert run(*command.split(), "-w", shop, "--chart", picture).code == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_sql_sees_the_log_and_the_stages(run: Callable[..., Any], shop: Path) -> None:
    ran = run("sql", "select count(*) n, count(distinct customer) c from events", "-w", shop, "--json")
    assert json.loads(ran.out) == {"result": [{"n": 130, "c": 40}]}
    ran = run(
        "sql", "select stage, count(*) stays from stage_intervals group by 1 order by 2", "-w", shop, "--csv"
    )
    assert ran.out.splitlines() == [
        "stage,stays",
        "retention,10",
        "purchase,20",
        "awareness,40",
        "consideration,40",
    ]


def test_sql_may_come_from_a_pipe(
    run: Callable[..., Any], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("select 1 as one"))
    assert run("sql", "-", "-w", shop, "--csv").out == "one\n1\n"


def test_the_check_tells_what_cannot_be_measured(run: Callable[..., Any], shop: Path) -> None:
    ran = run("check", "-w", shop)
    assert ran.code == 1
    assert "problem: Nobody can enter the stage “Advocacy”" in ran.out
    assert "problème\u00a0: " in run("check", "-w", shop, "--lang", "fr").out
    found = json.loads(run("check", "-w", shop, "--json").out)["findings"]
    assert {finding["severity"] for finding in found} == {"problem", "warning", "note"}


def test_the_workspace_is_found_from_inside_and_from_the_environment(
    run: Callable[..., Any], shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop / "log")
    assert run("events").code == 0
    monkeypatch.chdir(tmp_path)
    assert run("events").code == 2
    monkeypatch.setenv("PARCOURS_WORKSPACE", str(shop))
    assert run("events").code == 0


def test_init_writes_what_was_asked_for(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "boutique"
    ran = run(
        "init", folder, "--title", "La boutique", "--zone", "Europe/Paris", "--currency", "CHF",
        "--week-start", "sunday", "--buckets", "3", "--lang", "fr", "--template", "saas",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    settings = parcours.open(folder).settings
    assert (settings.title, settings.zone, settings.currency) == ("La boutique", "Europe/Paris", "CHF")
    assert (settings.week_start, settings.language) == ("sunday", "fr")
    assert settings.buckets == 3
    assert "parcours import" in ran.out
    assert run("stages", "-w", folder).code == 0


def test_an_empty_workspace_answers_with_nothing_rather_than_an_error(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    run("init", tmp_path / "empty")
    for command in ("events", "stages", "lifecycle", "growth"):
        ran = run(command, "-w", tmp_path / "empty")
        assert ran.code == 0, ran.err


def test_the_version_and_the_help(run: Callable[..., Any]) -> None:
    assert run("--version").out == f"parcours {parcours.__version__}\n"
    assert run().out == run("--help").out
    assert run("stages", "-h").code == 0
