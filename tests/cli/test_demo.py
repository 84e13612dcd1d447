"""``parcours demo``: real data on a map with one command, and never over anybody's own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import parcours


def test_a_demo_has_a_map_and_a_story_and_may_be_made_again(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "boutique"
    ran = run("demo", folder, "--data", "giftshop", "--lang", "fr")
    assert ran.code == 0, ran.err
    source, above, *story, below, workspace, page = ran.out.splitlines()
    assert source.startswith("Données réelles")
    assert (above, len(story), below) == ("", 5, "")
    assert str(folder) in workspace
    assert str(folder / "map.html") in page
    assert '<html lang="fr"' in (folder / "map.html").read_text(encoding="utf-8")
    assert parcours.open(folder).log.event_count() > 10_000
    again = run("demo", folder, "--data", "giftshop", "--lang", "fr", "--replace")
    assert again.out == ran.out
    assert run("demo", folder).code == 2


def test_only_a_demo_is_replaced(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("mine")
    run("init", tmp_path / "mine")
    for name in ("letters", "mine"):
        before = sorted(path.name for path in (tmp_path / name).iterdir())
        ran = run("demo", tmp_path / name, "--replace")
        assert ran.code == 2
        assert "was not made by parcours demo" in ran.err
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == before


def test_an_unknown_demo_names_the_known_ones(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("demo", tmp_path / "x", "--data", "grocer")
    assert ran.code == 2
    assert "grocery" in ran.err


def test_the_simulated_shop_says_so_wherever_it_is_shown(run: Callable[..., Any], tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    assert run("demo", shop).out.startswith("Simulated data")
    assert "Simulated data." in run("stages", "-w", shop).out
    assert "Données simulées." in run("growth", "-w", shop, "--lang", "fr").out
    assert "Simulated" not in run("growth", "-w", shop, "--csv").out
    run("growth", "-w", shop, "--chart", tmp_path / "growth.svg")
    assert "Simulated data." in (tmp_path / "growth.svg").read_text(encoding="utf-8")
    assert "imulated" in (shop / "map.html").read_text(encoding="utf-8")
