"""The journey page as a reader meets it: widths, schemes, keys, filters, no scripts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import extreme_journeys
import made_journey
from parcours.render.journey_page import render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    place = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    wanted = {
        "first": made_journey.first_purchase(),
        "rambling": extreme_journeys.rambling(),
        "one word": extreme_journeys.in_other_words(extreme_journeys.TEXTS["one word"]),
        "arabic": extreme_journeys.in_other_words(extreme_journeys.TEXTS["arabic"]),
        "bare": extreme_journeys.bare(),
    }
    for name, measured in wanted.items():
        (folder / f"{name}.html").write_text(render(measured), "utf-8")
    return {name: folder / f"{name}.html" for name in wanted}


def opened(browser: Browser, file: Path, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.goto(file.as_uri())
    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
    return page


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
@pytest.mark.parametrize("name", ["first", "rambling", "one word", "arabic", "bare"])
def test_nothing_sticks_out_of_the_window(
    chromium: Browser, files: dict[str, Path], name: str, width: int
) -> None:
    page = opened(chromium, files[name], width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_cells_open_by_key_and_shut_again(chromium: Browser, files: dict[str, Path]) -> None:
    page = opened(chromium, files["first"], 1280)
    page.locator('a.open[href="#d5-flow"]').focus()
    page.keyboard.press("ArrowRight")
    panel = page.locator(".panel")
    assert "Find out when it will arrive" in panel.inner_text()
    assert "131" in panel.inner_text()
    page.keyboard.press("ArrowUp")
    assert "Was this page" not in panel.inner_text()
    assert "CES" in panel.inner_text()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.hash") == "#d6-emotion"
    page.close()


def test_lanes_and_personas_can_be_hidden_without_a_script(chromium: Browser, files: dict[str, Path]) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(files["first"].as_uri())
    assert page.locator(".cell.lane-thinking").first.is_visible()
    page.locator("label:has(#show-thinking)").click()
    assert not page.locator(".cell.lane-thinking").first.is_visible()
    assert page.locator(".dot.of-1").first.is_visible()
    page.locator("label:has(#only-0)").click()
    assert not page.locator(".dot.of-1").first.is_visible()
    assert page.locator(".dot.of-0").first.is_visible()
    page.goto(files["first"].as_uri() + "#d6-flow")
    assert page.locator("#d6-flow").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_their_ground(chromium: Browser, files: dict[str, Path], scheme: str) -> None:
    page = opened(chromium, files["first"], 1280)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    pairs = page.evaluate(
        """() => [...document.querySelectorAll('main p, main h1, main h3, main h4, main b, main small, main dd')]
        .filter(one => one.checkVisibility() && one.textContent.trim()).map(one => {
          let ground = one;
          const bare = el => getComputedStyle(el).backgroundColor.match(/, 0\\)$|transparent|\\/ 0\\./);
          while (ground.parentElement && bare(ground)) ground = ground.parentElement;
          const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
          const read = colour => {
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const back = getComputedStyle(ground).backgroundColor;
          return [one.className || one.tagName, read(getComputedStyle(one).color), read(back)];
        })"""
    )
    assert len(pairs) > 150
    poor = [(name, front, back) for name, front, back in pairs if contrast(front, back) < 4.5]
    assert poor == []
    page.close()


def contrast(front: list[int], back: list[int]) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: list[int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
