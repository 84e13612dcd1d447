"""``parcours identify``, ``export`` and ``erase``, as they are typed."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import parcours
from made_logs import append, row
from parcours.settings import Settings

Run = Callable[..., Any]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    workspace = parcours.init(tmp_path / "people", settings=Settings(buckets=4, identity_limit=2))
    rows = [
        row(f"c{number}", number, "order_completed", value_minor=100, currency="EUR") for number in range(4)
    ]
    rows += [
        row("anonymous:v", 9, "page_viewed", anonymous_id="v"),
        row("c1", 10, "identify", "id1", anonymous_id="w"),
    ]
    rows += [row(f"c{number}", 11, "identify", f"k{number}", anonymous_id="kiosk") for number in range(3)]
    rows += [row("c2", 12, "referral", "r", properties={"friend": "c0"})]
    append(workspace.log, rows, "one", {"c0": {"country": "FR"}})
    return workspace.folder


def listed(run: Run, people: Path, *more: str) -> Any:
    ran = run("identify", "-w", people, "--json", *more)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_joins_and_shared_ids_are_listed(run: Run, people: Path) -> None:
    told = listed(run, people)
    assert [(one["event_id"], one["customer"], one["joined_id"]) for one in told["joins"]] == [
        ("id1", "c1", "anonymous:w")
    ]
    assert told["shared"] == [{"shared_id": "anonymous:kiosk", "known_ids": 3, "examples": "c0, c1, c2"}]
    ran = run("identify", "-w", people, "--csv")
    assert [one["joined_id"] for one in csv.DictReader(io.StringIO(ran.out))] == ["anonymous:w"]
    ran = run("identify", "-w", people, "--csv", "--table", "shared")
    assert ran.out.splitlines()[1] == 'anonymous:kiosk,3,"c0, c1, c2"'


def test_a_join_is_added_shown_and_taken_back(run: Run, people: Path) -> None:
    before = run("events", "-w", people, "--json").out
    added = json.loads(run("identify", "v", "c3", "-w", people, "--json").out)
    assert [one["id"] for one in added["ids"]] == ["anonymous:v", "c3"]
    (join,) = added["joins"]
    assert listed(run, people, "--of", "v") == added
    assert "page_viewed" in run("customer", "c3", "-w", people).out
    left = json.loads(run("identify", "--undo", join["event_id"], "-w", people, "--json").out)
    assert left == {"ids": [{"id": "c3", "person": "c3"}], "joins": []}
    assert run("events", "-w", people, "--json").out == before


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("v",), "One id joins nothing."),
        (("v", "c1", "--undo", "id1"), "--undo and ids exclude each other."),
        (("--of", "v", "--undo", "id1"), "--undo and --of exclude each other."),
        (("v", "nobody"), "Nothing is held on 'nobody'."),
        (("--of", "nobody"), "Nothing is held on 'nobody'."),
        (("--undo", "nothing"), "No join has the id 'nothing'."),
        (("kiosk", "c3"), "Nothing is held on 'kiosk'."),
    ],
)
def test_what_makes_no_sense_is_one_message(
    typed: tuple[str, ...], message: str, run: Run, people: Path
) -> None:
    ran = run("identify", *typed, "-w", people)
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("language", ["en", "fr"])
def test_tables_for_people_fit_and_speak_their_language(
    language: str, run: Run, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    ran = run("identify", "-w", people, "--lang", language)
    assert max(len(line) for line in ran.out.splitlines()) <= 72
    assert ("identifiants partagés" in ran.out) == (language == "fr")


def test_every_heading_has_its_french(run: Run, people: Path) -> None:
    from parcours.cli.words import FRENCH

    names = [listed(run, people), listed(run, people, "--of", "c1")]
    columns = {column for tables in names for rows in tables.values() for one in rows for column in one}
    for word in {*columns, *(table for tables in names for table in tables)}:
        assert word.replace("_", " ") in FRENCH, word


def test_an_export_is_read_again(run: Run, people: Path, tmp_path: Path) -> None:
    ran = run("export", "c1", "-w", people)
    document = json.loads(ran.out)
    assert (document["customer"], document["ids"]) == ("c1", ["anonymous:w", "c1"])
    ran = run("export", "w", "-o", tmp_path / "c1.json", "-w", people)
    assert ran.code == 0
    assert "Wrote all that is held on w" in ran.out
    assert json.loads((tmp_path / "c1.json").read_text(encoding="utf-8")) == document
    assert run("export", "nobody", "-w", people).code == 2
    assert run("export", "c1", "-o", tmp_path / "no" / "c1.json", "-w", people).code == 2


def test_an_erasure_prints_its_proof(run: Run, people: Path) -> None:
    proof = json.loads(run("erase", "c1", "-w", people, "--yes", "--json").out)
    assert (proof["events"], proof["clean"], proof["mentions"]) == (3, True, [])
    assert proof["ids"] == ["anonymous:w", "c1", "w"]
    ran = run("erase", "c0", "-w", people, "-y", "--lang", "fr")
    assert ran.code == 0
    assert "effacé" in ran.out
    assert "Ce sont des lignes d’autres personnes" in ran.out
    assert "None of the ids stands anywhere" in run("erase", "c3", "-w", people, "-y").out
    ran = run("erase", "c0", "-w", people, "-y")
    assert (ran.code, "Nothing is held on 'c0'." in ran.err) == (2, True)


def test_an_erasure_is_confirmed_or_not_done(run: Run, people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    for more in ((), ("--json",)):
        ran = run("erase", "c1", "-w", people, *more)
        assert (ran.code, "Nobody is here to confirm" in ran.err) == (2, True)
    assert parcours.open(people).person("c1").events


def typed_in_a_terminal(people: Path, answer: bytes, given: str) -> tuple[int, str]:
    """What a person at a terminal sees who types an answer."""
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    done = subprocess.run(
        [sys.executable, "-c", "from parcours.cli import main; raise SystemExit(main())",
         "erase", given, "-w", str(people)],
        stdin=theirs, capture_output=True, text=True, check=False,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    return done.returncode, done.stdout + done.stderr


def test_a_person_at_a_terminal_is_asked(people: Path) -> None:
    code, shown = typed_in_a_terminal(people, b"n\n", "w")
    assert (code, "Nothing was erased." in shown) == (1, True), shown
    assert "2 ids (anonymous:w, c1), 3 events, 0 traits, 0 refused rows." in shown
    assert parcours.open(people).person("c1").events
    code, shown = typed_in_a_terminal(people, b"y\n", "w")
    assert (code, "None of the ids stands anywhere" in shown) == (0, True), shown


def test_the_erased_may_be_let_in_again(run: Run, people: Path) -> None:
    assert run("erase", "c3", "-w", people, "--lift").code == 2
    run("erase", "c3", "-w", people, "--yes")
    assert "c3 may be imported again." in run("erase", "c3", "-w", people, "--lift").out
