"""Journeys out to other formats and in from them, on the command line."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

import parcours
from parcours.render.exports import format_names, format_of

MERMAID = """journey
    title My working day
    section Go to work
      Make tea: 5: Me
      Do work: 9: Me, Cat
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    parcours.init(tmp_path / "own", settings=parcours.Settings(title="Own", buckets=1))
    return tmp_path / "own"


@pytest.mark.parametrize("name", format_names())
def test_a_journey_is_written_in_every_format(name: str, run: Callable, own: Path, tmp_path: Path) -> None:
    file = tmp_path / f"journey{format_of(name).ENDING}"
    ran = run("write", "first-purchase", "-o", file, "--format", name, "-w", own)
    assert ran.code == 0, ran.err
    assert str(file) in ran.out.replace("\n", "")
    if name in ("pptx", "xlsx"):
        assert ZipFile(BytesIO(file.read_bytes())).testzip() is None
    else:
        assert file.read_text(encoding="utf-8-sig")


def test_a_map_of_another_tool_becomes_documents(run: Callable, own: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.mmd"
    file.write_text(MERMAID, encoding="utf-8")
    shown = run("read", file, "-w", own, "--dry-run")
    assert shown.out.splitlines() == [
        "  + journeys/my-working-day.yaml",
        "  + personas/me.yaml",
        "  + personas/cat.yaml",
        "  ! Scores outside 1–5, brought to its nearest end: 1.",
    ]
    assert not (own / "journeys" / "my-working-day.yaml").exists()
    assert run("read", file, "-w", own).code == 0
    assert run("check", "-w", own).code == 0
    assert "my-working-day" in run("journeys", "-w", own, "--json").out
    again = run("read", file, "-w", own)
    assert again.code == 2
    assert "already" in again.err
    assert run("read", file, "-w", own, "--id", "other").code == 0
    assert (own / "journeys" / "other.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("write", "first-purchase", "-o", "deck.xyz"), "names no format"),
        (("write", "first-purchase", "-o", "deck.pptx", "--format", "ppt"), "no format 'ppt'"),
        (("write", "first-parchase", "-o", "deck.pptx"), "first-purchase"),
        (("read", "nothere.csv"), "cannot be read"),
    ],
)
def test_mistakes_are_told(
    arguments: tuple[str, ...],
    said: str,
    run: Callable,
    own: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments, "-w", own)
    assert ran.code == 2
    assert said in ran.err
    assert not list(tmp_path.glob("deck.*"))


def test_an_id_that_is_none_is_told(run: Callable, own: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.mmd"
    file.write_text(MERMAID, encoding="utf-8")
    ran = run("read", file, "-w", own, "--id", "My Day")
    assert ran.code == 2
    assert "my-day" in ran.err


def test_a_failed_reading_leaves_nothing_behind(run: Callable, own: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.mmd"
    file.write_text(MERMAID, encoding="utf-8")
    (own / "personas" / "cat.yaml").mkdir(parents=True)
    ran = run("read", file, "-w", own)
    assert ran.code != 0
    assert "Traceback" not in ran.err
    assert not (own / "journeys" / "my-working-day.yaml").exists()
    assert not (own / "personas" / "me.yaml").exists()
