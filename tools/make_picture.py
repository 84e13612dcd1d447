"""Draw the README's picture: the map of the demo's grocery shop, as a browser shows it.

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

from parcours.render.lifecycle_page import render
from parcours.samples.demo import build_demo

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "lifecycle.png"
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1280, 860


def chromium() -> str:
    """Path of the browser: ``CHROMIUM`` from the environment, or the first that is installed."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SystemExit("error: the picture needs Chromium. Install it, or set CHROMIUM to its path.")
    return found


def main() -> int:
    """Build the demo, draw its map, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = build_demo(Path(folder) / "shop", "grocery", now=datetime(2026, 1, 1, tzinfo=UTC))
        page_file = Path(folder) / "map.html"
        page_file.write_text(render(workspace.map(), language="en"), encoding="utf-8")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
            page.goto(page_file.as_uri())
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURE)
            browser.close()
    print(f"drew {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
