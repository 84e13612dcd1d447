"""Draw the README's pictures: the map of the demo's grocery shop as a browser shows it, and a journey's poster.

python tools/make_picture.py
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from parcours.render import poster
from parcours.render.lifecycle_page import render
from parcours.samples.demo import build_demo

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1280, 860


def chromium() -> str:
    """Path of the browser: ``CHROMIUM`` from the environment, or the first that is installed."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SystemExit("error: the picture needs Chromium. Install it, or set CHROMIUM to its path.")
    return found


def main() -> int:
    """Build the demos, draw a map and a poster, take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        draw_map(Path(folder), IMAGES / "lifecycle.png")
        draw_poster(Path(folder), IMAGES / "journey.png")
    print(f"drew {IMAGES}")
    return 0


def draw_map(folder: Path, picture: Path) -> None:
    """The lifecycle map of real data, as a browser shows its head."""
    workspace = build_demo(folder / "grocery", "grocery", now=NOW)
    page_file = folder / "map.html"
    page_file.write_text(render(workspace.map(), language="en"), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        page.goto(page_file.as_uri())
        page.screenshot(path=picture)
        browser.close()


def draw_poster(folder: Path, picture: Path) -> None:
    """The journey map of the simulated shop."""
    workspace = build_demo(folder / "shop", "shop", now=NOW)
    measured = workspace.journey("first-purchase")
    picture.write_bytes(poster.render(measured, paper="a3", form="png").files[0])


if __name__ == "__main__":
    sys.exit(main())
