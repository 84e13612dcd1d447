"""Posters and pages of journeys on the command line, over a template's sample events."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    assert run("init", folder, "--sample").code == 0
    return folder


def test_a_poster_takes_the_sheet_it_needs_and_the_form_of_its_file(run: Run, place: Path) -> None:
    for ending, beginning in ((".pdf", b"%PDF-"), (".png", b"\x89PNG"), (".svg", b"<svg ")):
        file = place / f"poster{ending}"
        told = run("poster", "first-purchase", "-w", place, "-o", file)
        assert told.code == 0
        assert str(file) in told.out
        assert file.read_bytes().startswith(beginning)
    assert b"1683.78" in (place / "poster.svg").read_bytes()[:300]  # A2: eleven columns


def test_a_small_sheet_is_refused_with_the_ways_out(run: Run, place: Path) -> None:
    asked = ("poster", "first-purchase", "-w", place, "--paper", "a4")
    refused = run(*asked, "-o", place / "a4.pdf")
    assert refused.code == 2
    assert "11 touchpoints are not readable on one page of A4, which carries 7." in refused.err
    assert "--split for 2 pages" in refused.err
    assert not (place / "a4.pdf").exists()
    assert run(*asked, "--split", "-o", place / "a4.png").code == 0
    assert sorted(file.name for file in place.glob("a4*.png")) == ["a4-1.png", "a4-2.png"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("first-purchase", "-o", "x.doc"), "'.doc'"),
        (("first-purchase", "-o", "x.pdf", "--format", "png"), "'.pdf'"),
        (("nobody", "-o", "x.pdf"), "There is no journey 'nobody'"),
        (("first-purchase", "-o", "x.pdf", "--paper", "a9"), "a9"),
    ],
)
def test_mistakes_are_told(run: Run, place: Path, arguments: tuple[str, ...], said: str) -> None:
    told = run("poster", *arguments, "-w", place)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err


def test_a_page_speaks_the_language_asked_for(run: Run, place: Path) -> None:
    file = place / "page.html"
    told = run("page", "first-purchase", "-w", place, "-o", file, "--lang", "fr")
    assert "La page est dans" in told.out
    page = file.read_text("utf-8")
    assert '<html lang="fr">' in page
    assert "Points de contact" in page


def test_the_map_opens_into_its_journeys_and_back(run: Run, place: Path) -> None:
    assert run("map", "-w", place, "-o", place / "map.html", "--journeys").code == 0
    addresses = set(re.findall(r'href="([^#"]+)"', (place / "map.html").read_text("utf-8")))
    assert addresses == {"map-first-purchase.html"}
    back = re.findall(r'href="([^#"]+)"', (place / "map-first-purchase.html").read_text("utf-8"))
    assert back == ["map.html"]
