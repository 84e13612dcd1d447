"""``parcours import``: the report, the second time, the mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parcours.cli.words import FRENCH
from parcours.events.problems import REASONS

ORDERS = """\
order,client,when,total
1,ada,2024-03-01 10:12,19.90
2,bob,2024-03-02 18:40,45.00
3,ada,2024-04-31 09:05,24.50
"""
MAPPING = """\
name: orders
customer_id: client
time: when
events: [{event: order_completed, event_id: order, value: total}]
"""


@pytest.fixture
def files(tmp_path: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workspace, orders of which one is bad, and their mapping; it is the current folder."""
    run("init", tmp_path / "ws")
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "orders.yaml").write_text(MAPPING)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(run: Callable[..., Any], *more: object) -> Any:
    return run("import", "orders.csv", "-m", "orders.yaml", "-w", "ws", *more)


@pytest.mark.usefixtures("files")
def test_the_report_tells_what_came_of_each_row(run: Callable[..., Any]) -> None:
    ran = imported(run, "--max-bad-share", "0.5")
    assert ran.code == 0, ran.err
    words = " ".join(ran.out.split())
    for told in (
        "rows read 3", "new events 2", "customers 2", "first event 2024-03-01 10:12:00",
        "refused: the time is not written in the mapping's format 1", "order_completed 2",
        "orders.csv 4 when 2024-04-31 09:05 bad-time", "select * from quarantine",
    ):  # fmt: skip
        assert told in words, ran.out
    assert ran.err == ""


@pytest.mark.usefixtures("files")
def test_the_second_time_adds_nothing(run: Callable[..., Any]) -> None:
    imported(run, "--max-bad-share", "0.5")
    ran = imported(run, "--max-bad-share", "0.5", "--lang", "fr")
    words = " ".join(ran.out.split())
    assert "nouveaux événements 0" in words
    assert "événements déjà là 2" in words
    assert "la date n’est pas au format prévu 1" in words


@pytest.mark.usefixtures("files")
def test_a_script_gets_the_whole_report(run: Callable[..., Any]) -> None:
    report = json.loads(imported(run, "--max-bad-share", "0.5", "--json").out)
    assert (report["rows"], report["events"], report["quarantined"]) == (3, 2, {"bad-time": 1})
    assert report["first"] == "2024-03-01T10:12:00+00:00"
    assert report["examples"][0]["line"] == 4


@pytest.mark.usefixtures("files")
def test_too_many_bad_rows_stop_the_import_before_it_adds_anything(run: Callable[..., Any]) -> None:
    ran = imported(run)
    assert ran.code == 2
    assert "1 of 3 rows are bad" in ran.err
    assert json.loads(run("events", "-w", "ws", "--json").out) == {"events": []}


@pytest.mark.usefixtures("files")
def test_refused_rows_are_mended_in_an_export_and_imported_again(
    run: Callable[..., Any], files: Path
) -> None:
    imported(run, "--max-bad-share", "0.5")
    ran = run("import", "--export-refused", "refused.csv", "-w", "ws")
    assert "Wrote 1 refused rows to refused.csv." in ran.out
    export = files / "refused.csv"
    export.write_text(
        export.read_text(encoding="utf-8").replace("2024-04-31 09:05,24.50", "2024-04-30 09:05,24.50")
    )
    ran = run("import", "--retry", "refused.csv", "-m", "orders.yaml", "-w", "ws", "--json")
    assert ran.code == 0, ran.err
    report = json.loads(ran.out)
    assert (report["events"], report["resolved"], report["quarantined"]) == (1, 1, {})
    assert json.loads(run("sql", "select count(*) n from quarantine", "-w", "ws", "--json").out)[
        "result"
    ] == [{"n": 0}]
    assert "Wrote 0 refused rows" in run("import", "--export-refused", "refused.csv", "-w", "ws").out


@pytest.mark.usefixtures("files")
def test_a_mended_mapping_lets_refused_rows_in(run: Callable[..., Any], files: Path) -> None:
    (files / "strict.yaml").write_text(
        MAPPING.replace("time: when", "time: {column: when, format: '%d/%m/%Y'}")
    )
    assert run("import", "orders.csv", "-m", "strict.yaml", "-w", "ws", "--max-bad-share", "1").code == 0
    report = json.loads(run("import", "--retry", "-m", "orders.yaml", "-w", "ws", "--json").out)
    assert (report["events"], report["resolved"]) == (2, 2)


@pytest.mark.usefixtures("files")
def test_a_huge_field_does_not_fill_the_screen(run: Callable[..., Any]) -> None:
    note = "x" * 100_000
    Path("huge.csv").write_text(f"customer,time,event,note\nann,2024-01-01,visit,{note}\n", encoding="utf-8")
    ran = run("import", "huge.csv", "--suggest", "-w", "ws")
    assert ran.code == 0
    assert 100 < ran.out.count("x") < 1_000
    assert "…" in ran.out


def test_a_mapping_is_suggested_written_and_works(run: Callable[..., Any], files: Path) -> None:
    (files / "orders.csv").write_text(ORDERS.replace("04-31", "04-30"))
    ran = run("import", "orders.csv", "--suggest", "-w", "ws")
    assert ran.code == 0, ran.err
    assert "ada" in ran.out
    assert "19.90 EUR" in ran.out
    assert "parcours import orders.csv --mapping orders.mapping.yaml" in ran.out
    assert "customer_id: client" in (files / "orders.mapping.yaml").read_text(encoding="utf-8")
    ran = run("import", "orders.csv", "-m", "orders.mapping.yaml", "-w", "ws", "--json")
    assert json.loads(ran.out)["events"] == 3
    assert "is there already" in run("import", "orders.csv", "--suggest", "-w", "ws").err
    told = json.loads(run("import", "orders.csv", "--suggest", "-o", "b.yaml", "-w", "ws", "--json").out)
    assert told["preview"][0]["customer"] == "ada"
    assert told["yaml"] == (files / "b.yaml").read_text(encoding="utf-8")


MISTAKES = {
    "a suggestion for two files": ("import a.csv b.csv --suggest", "one file, not 2"),
    "a suggestion for no file": ("import --suggest", "one file, not 0"),
    "a suggestion into nowhere": ("import orders.csv --suggest -o no/a.yaml", "does not exist"),
    "a suggestion for a missing file": ("import nothing.csv --suggest", "nothing.csv"),
    "nothing to import": ("import -m orders.yaml", "no file"),
    "a retry without a mapping": ("import --retry", "--retry needs the mapping"),
    "a retry of two exports": ("import --retry a.csv b.csv -m orders.yaml", "one mended export"),
    "a retry of another file": ("import --retry orders.csv -m orders.yaml", "lacks the column"),
    "an export into nowhere": ("import --export-refused no/where.csv", "does not exist"),
    "no such file": ("import nothing.csv -m orders.yaml", "nothing.csv"),
    "a folder": ("import ws -m orders.yaml", "ws"),
    "an empty file": ("import empty.csv -m orders.yaml", "empty"),
    "no such mapping": ("import orders.csv -m online-retial-ii", "no mapping file online-retial-ii"),
    "a mapping for another file": ("import orders.csv -m other.yaml", "nobody"),
    "a mapping that is not YAML": ("import orders.csv -m broken.yaml", "broken.yaml"),
    "a mapping with a wrong key": ("import orders.csv -m wrong.yaml", "custmer_id"),
    "no mapping at all": ("import orders.csv", "mapping"),
    "a share over one": ("import orders.csv -m orders.yaml --max-bad-share 2", "--max-bad-share"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once(name: str, run: Callable[..., Any], files: Path) -> None:
    (files / "empty.csv").touch()
    (files / "other.yaml").write_text(MAPPING.replace("client", "nobody"))
    (files / "broken.yaml").write_text("a: [")
    (files / "wrong.yaml").write_text(MAPPING.replace("customer_id", "custmer_id"))
    command, message = MISTAKES[name]
    ran = run(*command.split(), "-w", "ws")
    assert ran.code == 2, ran
    assert ran.err.count("error:") == 1
    assert "Traceback" not in ran.err
    assert message in ran.err


def test_every_reason_has_its_french() -> None:
    assert [reason for reason in REASONS.values() if reason not in FRENCH] == []
