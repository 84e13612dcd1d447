"""The page as people see it: real Chromium, at the widths, themes and languages that the page promises."""

from __future__ import annotations

import re
from base64 import b64encode
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WIDTHS = (360, 390, 768, 1280, 1920, 2560)
LAYOUTS = (360, 768, 1280)  # where the drawing differs
WORDY = ("shop", "six", "seven", "hostile")  # where longer words could matter
A4_ACROSS = 1047  # pixels inside margins of 10 mm
NAMES = ("shop", "tiny", "empty", "one", "six", "seven", "skewed", "grocery", "hostile")

# every piece of text of the route, the funnel and the triangle: the lines of HTML texts, and the texts of the drawing
TEXT_BOXES = """
() => {
  const boxes = [];
  let number = 0;
  const nodes = [];
  for (const part of document.querySelectorAll(".route, .answers")) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
  }
  for (const node of nodes) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("title, desc, .unseen, h4, details")) continue;
    if (getComputedStyle(parent).visibility !== "visible") continue;
    const clipped = parent.closest(".event, .bar:not(.path) span, .triangle");
    const limit = clipped ? clipped.getBoundingClientRect() : null;
    number += 1;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width < 1 || r.height < 1) continue;
      if (limit && r.x > limit.right) continue;  // scrolled away
      const right = limit ? Math.min(r.right, limit.right) : r.right;
      boxes.push({text: node.textContent.trim(), x: r.x, y: r.y, right, bottom: r.bottom, number});
    }
  }
  return boxes;
}
"""

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

# texts whose colour is too near to the surface under them
FAINT = """
() => {
  // a mixed colour is written color(srgb 0.1 0.2 0.3)
  const parse = c => c.match(/[\\d.]+/g).map(Number).map((v, i) => c.startsWith("color") && i < 3 ? v * 255 : v);
  const lum = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("title, desc, script, style")) continue;
    let surface = parent, ground = null;
    while (surface && !ground) {
      const colour = parse(getComputedStyle(surface).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) ground = colour;
      surface = surface.parentElement;
    }
    if (parent.closest(".inside")) {
      ground = parse(getComputedStyle(document.querySelector(".stop-leap")).stopColor);
    }
    const style = getComputedStyle(parent);
    const ink = parse(parent.closest("svg") ? style.fill : style.color);
    const [a, b] = [lum(ink), lum(ground)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) faint.push(node.textContent.trim() + " " + ratio.toFixed(2));
    if (parseFloat(style.fontSize) < 11) faint.push(node.textContent.trim() + " " + style.fontSize);
  }
  return faint;
}
"""


def overlapping(boxes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap by more than a hair; a line's leading is not text."""

    def cut(one: dict[str, Any], other: dict[str, Any]) -> bool:
        across: float = min(one["right"], other["right"]) - max(one["x"], other["x"])
        down: float = min(one["bottom"], other["bottom"]) - max(one["y"], other["y"])
        return bool(one["number"] != other["number"]) and across > 1 and down > 4

    return [(one["text"], other["text"]) for one, other in combinations(boxes, 2) if cut(one, other)]


@pytest.mark.parametrize(
    ("name", "language"), [*((name, "en") for name in NAMES), *((name, "fr") for name in WORDY)]
)
def test_no_texts_overlap_and_nothing_is_wider_than_the_window(
    name: str, language: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(name, language)
    for width in WIDTHS if name in ("shop", "hostile") else LAYOUTS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) <= 0, f"wider than {width} pixels"
        if width not in LAYOUTS:
            continue  # the same drawing, enlarged
        boxes = page.evaluate(TEXT_BOXES)
        assert len(boxes) > 10
        assert overlapping(boxes) == [], width
        assert [box["text"] for box in boxes if box["x"] < -0.5 or box["right"] > width + 0.5] == [], width


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["shop", "six", "grocery", "hostile"])
def test_labels_of_drops_stay_clear_of_the_lines(
    name: str, language: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(name, language)
    assert page.locator(".drop p, .drop li, .segment p").count() > 15
    too_wide = page.evaluate(
        "[...document.querySelectorAll('.drop p, .drop li, .segment p')]"
        ".filter(line => line.scrollWidth > line.clientWidth + 1).map(line => line.textContent)"
    )
    assert too_wide == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["shop", "grocery", "tiny", "empty"])
def test_every_text_stands_out_from_its_ground(name: str, theme: str, open_page: Callable[..., Page]) -> None:
    page = open_page(name, "en", color_scheme=theme)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate(FAINT) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if theme == "light" else "rgb(18, 22, 28)")


def test_opens_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en", java_script_enabled=False)
    page.get_by_text("Tables: every figure of the map").click()
    assert page.get_by_role("table", name="Customers who moved, October 2026").is_visible()
    page.get_by_text("How it is counted: Purchase").click()
    assert page.get_by_text("first order_completed").is_visible()


def test_reads_in_order_for_a_screen_reader(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    pictures = page.get_by_role("img").all()
    assert len(pictures) == 8  # the route, a sparkline a stage, two charts; the narrow drawings are hidden
    assert page.get_by_role("img", name="Customer lifecycle as a route").count() == 1
    tree = page.locator("body").aria_snapshot()
    for stage in ("Awareness", "Consideration", "Purchase", "Retention", "Advocacy"):
        assert f'region "{stage}"' in tree
        assert f'heading "{stage}" [level=3]' in tree


def test_the_triangle_is_a_table_and_the_funnel_a_list(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    triangle = page.get_by_role("table", name="24.3% come back the next month, 15.9% in month 5", exact=True)
    assert triangle.get_by_role("rowheader", name="Nov 2025").count() == 1
    assert triangle.get_by_role("columnheader", name="11").count() == 1
    assert triangle.get_by_role("cell", name="8.5 period not over").count() == 1
    funnel = page.get_by_role("region", name="13.7% go from “site visited” to “order completed”")
    names = funnel.locator("ol > li .name").all_inner_texts()
    assert names == ["Site visited", "Product viewed", "Product added", "Order completed"]
    assert funnel.get_by_role("list").first.locator("> li").count() == len(names)


def test_the_funnel_is_drawn_to_scale(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    widths = page.evaluate(
        "[...document.querySelectorAll('.steps > .step:first-child .strand.below')]"
        ".map(line => line.getBoundingClientRect().width).sort((one, other) => other - one)"
    )
    lost = [10_760, 6_180, 4_340, 3_410, 70, 60, 40]
    assert widths == pytest.approx([max(n * 88 / 24_860, 1.3) for n in lost], abs=0.05)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_wide_triangle_scrolls_by_itself(width: int, open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    page.set_viewport_size({"width": width, "height": 900})
    scrolls = page.evaluate(
        "(box => box.scrollWidth > box.clientWidth + 1)(document.querySelector('.triangle'))"
    )
    assert scrolls == (width == 390)


def test_works_from_the_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "fr")
    page.keyboard.press("Tab")
    focused = "document.activeElement.textContent.trim()"
    assert page.evaluate(focused) == "Aller aux tableaux"
    assert page.evaluate("document.activeElement.getBoundingClientRect().y") >= 0
    page.keyboard.press("Tab")
    assert page.evaluate(focused).startswith("Mode de calcul")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_opening_a_definition_keeps_the_columns(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    before = page.evaluate("document.querySelector('.across').getBoundingClientRect().y")
    page.evaluate("document.querySelectorAll('.definition').forEach(part => part.open = true)")
    assert page.evaluate("document.querySelector('.across').getBoundingClientRect().y") == before
    assert overlapping(page.evaluate(TEXT_BOXES)) == []


@pytest.mark.parametrize(("name", "drawing"), [("shop", ".across"), ("seven", ".stage .curves >> nth=0")])
def test_paper_is_light_and_shows_the_tables(name: str, drawing: str, open_page: Callable[..., Page]) -> None:
    page = open_page(name, "en", color_scheme="dark")
    page.set_viewport_size({"width": A4_ACROSS, "height": 720})
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(OVERFLOW) <= 0
    assert all(table.is_visible() for table in page.get_by_role("table", include_hidden=True).all())
    assert page.locator(drawing).is_visible()
    assert overlapping(page.evaluate(TEXT_BOXES)) == []


def test_prints_on_few_pages(open_page: Callable[..., Page]) -> None:
    printed = open_page("shop", "en").pdf(prefer_css_page_size=True, format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert pages <= 7
    sizes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([^\]]+)\]", printed)}
    assert all(right > bottom for _, _, right, bottom in sizes)  # landscape


def test_a_thick_line_is_as_thick_as_the_legend_says(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    scale = page.evaluate("document.querySelector('.across-only .scale').getBoundingClientRect().height")
    label = page.locator(".across-only").text_content()
    assert label is not None
    customers = int(re.sub(r"\D", "", label))
    drawn = page.evaluate(
        "[...document.querySelectorAll('.flow-advance')].map(line => Number(line.getAttribute('stroke-width')))"
    )
    assert drawn == pytest.approx([n * scale / customers for n in (10_900, 5_480, 3_410, 1_460)], abs=0.01)


# how many pixels of a picture have one of the colours
PIXELS = """
async ([png, colours]) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const counts = Object.fromEntries(colours.map(colour => [colour, 0]));
  const dots = canvas.getImageData(0, 0, picture.width, picture.height).data;
  for (let i = 0; i < dots.length; i += 4) {
    const colour = dots[i] + "," + dots[i + 1] + "," + dots[i + 2];
    if (colour in counts) counts[colour] += 1;
  }
  return {width: picture.width, counts};
}
"""


def test_a_screenshot_shows_every_colour_of_the_route(open_page: Callable[..., Page]) -> None:
    page = open_page("shop", "en")
    picture = page.locator(".across").screenshot(animations="disabled")
    line, rail, red = "36,59,90", "195,210,228", "179,38,30"  # moving on, lapsed, the one red drop
    seen = page.evaluate(PIXELS, [b64encode(picture).decode("ascii"), [line, rail, red]])
    assert seen["width"] == 1216
    assert all(count > 1_000 for count in seen["counts"].values()), seen
