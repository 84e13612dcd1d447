"""Saved cells, segments and comparisons from the command line."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import parcours
from parcours.cli.output import plain_rows

FUNNEL = ("funnel", "signed_up", "order_completed", "--window", "20d")
LOST = ("--open", "step=1", "--open", "state=dropped")
BUYERS = """\
kind: segment
id: buyers
title: Those who ordered
condition: {did: {event: order_completed}}
"""


@pytest.fixture
def own(shop: Path, tmp_path: Path) -> Path:
    """A shop that the test may change, with one segment."""
    folder = tmp_path / "own"
    shutil.copytree(shop, folder)
    parcours.open(folder).save_segment(BUYERS)
    return folder


def test_a_cell_opens_to_the_customers_of_the_library(run: Callable[..., Any], shop: Path) -> None:
    workspace = parcours.open(shop)
    query = workspace.question("funnel", steps=["signed_up", "order_completed"], window="20d")
    customers = workspace.customers(query, {"step": "1", "state": "dropped"})
    assert len(customers) == 20
    ran = run(*FUNNEL, *LOST, "-w", shop, "--json")
    assert [row["customer"] for row in json.loads(ran.out)["customers"]] == list(customers)


def test_a_saved_cell_is_a_segment(run: Callable[..., Any], own: Path) -> None:
    ran = run(
        *FUNNEL, *LOST, "--where", "channel!=fax", "--segment", "{did: {event: signed_up}}",
        "--save-segment", "lost", "-w", own,
    )  # fmt: skip
    assert (ran.code, ran.out) == (0, "Saved the segment lost: 20 customers now.\n")
    lost = {f"c{number:02}" for number in range(1, 40, 2)}
    assert set(parcours.open(own).members("lost")) == lost
    ran = run("segment", "lost", "-w", own, "--json")
    assert set(json.loads(ran.out)["customers"]) == lost
    ran = run("growth", "-w", own, "--json")
    inside = run("sequences", "signed_up", "--segment", "lost", "-w", own, "--json")
    (summary,) = json.loads(inside.out)["summary"]
    assert (summary["customers"], summary["matched"]) == (20, 20)


def test_a_saved_cell_keeps_only_what_was_asked(run: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    file.write_text("segment: buyers\nsteps: [signed_up]\nas_of: 2024-01-31\n", encoding="utf-8")
    cell = ("--open", "step=1", "--open", "state=reached")
    assert run("funnel", "--query", file, *cell, "--save-segment", "early", "-w", own).code == 0
    saved = parcours.open(own).segments()["early"].cell
    assert saved is not None
    assert set(saved.question) == {"segment", "steps", "as_of_us"}
    assert saved.question["segment"] == "buyers"
    listed = run("funnel", "--query", file, *cell, "-w", own, "--csv").out.splitlines()[1:]
    assert listed == list(parcours.open(own).members("early"))


def test_segments_are_listed_with_their_size_and_share(run: Callable[..., Any], own: Path) -> None:
    run(*FUNNEL, *LOST, "--save-segment", "lost", "-w", own)
    rows = json.loads(run("segment", "-w", own, "--json").out)["segments"]
    assert rows == [
        {"segment": "buyers", "title": "Those who ordered", "kind": "condition", "customers": 20, "share": 0.5},
        {"segment": "lost", "title": "funnel: step 1, state dropped", "kind": "cell of funnel", "customers": 20,
         "share": 0.5},
    ]  # fmt: skip
    assert "50.0%" in run("segment", "-w", own).out
    assert "50,0 %" in run("segment", "-w", own, "--lang", "fr").out


def test_a_segment_shows_its_condition_and_customers(
    run: Callable[..., Any], own: Path, tmp_path: Path
) -> None:
    ran = run("segment", "buyers", "-w", own, "--rows", "2")
    assert "order_completed" in ran.out
    assert "20 of 40 customers (50.0%)" in ran.out
    rows = list(csv.DictReader(io.StringIO(run("segment", "buyers", "-w", own, "--csv").out)))
    assert [row["customer"] for row in rows] == [f"c{number:02}" for number in range(0, 40, 2)]
    assert json.loads(run("segment", "buyers", "-w", own, "--as-of", "2024-01-12", "--json").out)["size"] == 1
    file = tmp_path / "late.yaml"
    file.write_text(BUYERS.replace("buyers", "late").replace("completed}", "completed, start: 2024-03-01}"))
    assert run("segment", "late", "--save", file, "-w", own).code == 0
    assert 0 < len(parcours.open(own).members("late")) < 20


def test_two_segments_are_compared(run: Callable[..., Any], own: Path) -> None:
    run(*FUNNEL, *LOST, "--save-segment", "lost", "-w", own)
    command = ("compare", *FUNNEL, "--segments", "buyers", "lost", "-w", own)
    workspace = parcours.open(own)
    one, other = (
        workspace.question("funnel", steps=["signed_up", "order_completed"], window="20d", segment=name)
        for name in ("buyers", "lost")
    )
    table = workspace.compare(one, other, names=("buyers", "lost")).to_arrow()
    assert json.loads(run(*command, "--json").out) == {"comparison": plain_rows(table)}
    (row,) = table.to_pylist()
    assert (row["first_share"], row["second_share"], row["clear"]) == (1.0, 0.0, True)
    told = run(*command).out
    assert "clear difference" in told
    assert "+100.0" in told
    assert "différence nette" in run(*command, "--lang", "fr").out


def test_two_periods_are_compared(run: Callable[..., Any], shop: Path, tmp_path: Path) -> None:
    command = (
        "compare",
        *FUNNEL,
        "--periods",
        "2024-01-01..2024-01-20",
        "2024-01-21..2024-02-20",
        "-w",
        shop,
    )
    workspace = parcours.open(shop)
    one, other = (
        workspace.question(
            "funnel", steps=["signed_up", "order_completed"], window="20d", start=first, end=last
        )
        for first, last in ((date(2024, 1, 1), date(2024, 1, 20)), (date(2024, 1, 21), date(2024, 2, 20)))
    )
    assert json.loads(run(*command, "--json").out)["comparison"] == plain_rows(
        workspace.compare(one, other).to_arrow()
    )
    months = run(
        "compare", "sequences", "signed_up -> order_completed", "--periods", "2024-01", "2024-02", "-w", shop
    )
    assert "no clear change" in months.out
    picture = tmp_path / "compared.svg"
    assert run(*command, "--chart", picture).code == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("measure", ["retention", "stickiness", "lifecycle"])
def test_other_shares_are_compared_too(measure: str, run: Callable[..., Any], shop: Path) -> None:
    ran = run("compare", measure, "--periods", "2024-01", "2024-02-01..2024-04-30", "-w", shop)
    assert ran.code == 0, ran.err
    assert "verdict" in ran.out


MISTAKES = {
    "no steps": ("funnel", "needs 'steps'", "The steps in order"),
    "no pattern": ("sequences", "needs 'pattern'", ""),
    "no measure": ("ask", "No measure is named", "parcours ask funnel"),
    "unknown measure": ("ask funel", "no measure 'funel'", "'funnel'"),
    "unknown setting": ("funnel a b --set windo=3d", "no setting 'windo'", "'window'"),
    "nothing set": ("funnel a b --set window", "sets nothing", "window=7d"),
    "no duration": ("funnel a b --window soon", "'soon' is not a duration", ""),
    "no window": ("funnel a b --window 0s", "window of zero", "14d"),
    "no such order": ("funnel a b --order random", "'random' is not one of 'ordered'", ""),
    "bounds crossed": ("funnel a b --query TMP/crossed.yaml", "bounds are crossed", "earlier step"),
    "half an exclusion": ("funnel a b --exclude {after:1}", "needs 'exclude.0.event'", "void an attempt"),
    "end before start": ("retention --start 2024 --end 2023", "--end 2023 lies before --start 2024", "Swap"),
    "no date": ("paths --start soon", "--start 'soon' is not a date", "2024-03-15"),
    "no number": ("paths --top many", "'--top'", "parcours paths --help"),
    "no condition": ("sessions --where nonsense", "no condition", "channel=email"),
    "a condition twice": ("sessions --where a=1 --where a=2", "names 'a' twice", ""),
    "unknown segment": ("stickiness --segment buyer", "no segment 'buyer'", "'buyers'"),
    "unknown cell": ("funnel a b --open step=1 --open state=gone", "'gone'", ""),
    "nothing to save": ("funnel a b --save-segment mine", "no cell is open", "--open"),
    "no segment's name": (
        "funnel signed_up --open step=1 --open state=reached --save-segment My", "id", "",
    ),
    "units are no customers": (
        "funnel signed_up --per channel --open step=1 --open state=reached --save-segment mine",
        "made of customers", "",
    ),
    "no file": ("funnel --query TMP/none.yaml", "no such file", ""),
    "a wrong file": ("funnel --query TMP/wrong.yaml", "wrong.yaml:2, field windo: unknown key", "'window'"),
    "a file for another": ("funnel --query TMP/other.yaml", "is a question for paths, not for funnel", "parcours ask"),
    "a file for none": ("ask --query TMP/wrong.yaml", "does not say which measure", "measure: funnel"),
    "compared with nothing": ("compare funnel a b", "two segments or of two periods", "--periods"),
    "compared with itself": ("compare funnel a --segments buyers buyers", "nothing to compare", ""),
    "compared twice": ("compare funnel a --periods 2024 2023 --start 2024", "--periods says", ""),
    "a period that is none": ("compare funnel a --periods 2024 soon", "--periods 'soon' is not a date", ""),
    "one segment only": ("compare funnel a --segments buyers", "'buyers' stands alone", "Name two"),
    "cannot be compared": ("compare paths", "No such command 'paths'", ""),
    "no such segment": ("segment buyer", "no segment 'buyer'", "'buyers'"),
    "nothing to keep it under": ("segment --save TMP/wrong.yaml", "--save needs the name", "parcours segment NAME"),
    "a segment of another name": ("segment mine --save TMP/segment.yaml", "holds the segment 'buyers'", "same name"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once(name: str, run: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("steps: [a]\nwindo: 3d\n", encoding="utf-8")
    (tmp_path / "crossed.yaml").write_text("exclude: [{event: x, after: 2, before: 1}]\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("measure: paths\nsteps: 3\n", encoding="utf-8")
    (tmp_path / "segment.yaml").write_text(BUYERS, encoding="utf-8")
    command, message, hint = MISTAKES[name]
    before = sorted(path.name for path in (own / "segments").iterdir())
    ran = run(*command.replace("TMP", str(tmp_path)).split(), "-w", own)
    assert ran.code == 2, ran
    assert ran.out == ""
    assert ran.err.count("error:") == 1
    assert "Traceback" not in ran.err
    whole = " ".join(ran.err.split())
    assert message in whole
    assert hint in whole
    assert sorted(path.name for path in (own / "segments").iterdir()) == before
