from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from importlib import resources
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

from parcours.render import typeface
from parcours.render.lifecycle_page import render
from parcours.render.page_context import PageContext
from parcours.render.retention_view import all_cohorts
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.maps.measured import Count, MeasuredLifecycle
    from parcours.render.words import Language
    from parcours.values import Estimate

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Outline(HTMLParser):
    """Checks that every element is closed in order; collects texts, ids and references."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs), f"an attribute of <{tag}> is given twice"
        self.ids += [values["id"]] if "id" in values else []
        for name in ("aria-labelledby", "aria-describedby"):
            self.references += values.get(name, "").split()
        self.addresses += [values[name] for name in ("href", "src", "srcset", "action") if name in values]
        assert not [name for name in values if name.startswith("on")], tag
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_are_well_formed_and_whole(any_lifecycle: MeasuredLifecycle, language: Language) -> None:
    page = render(any_lifecycle, language=language)
    parsed = outline(page)
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in page
    assert len(parsed.ids) == len(set(parsed.ids))
    assert set(parsed.references) <= set(parsed.ids)
    assert len(page.encode()) < 500_000
    assert parsed.seen.count("h1") == 1
    assert parsed.seen.count("main") == 1
    assert parsed.seen.count("title") > 3


def test_pages_ask_nothing_of_the_network(any_lifecycle: MeasuredLifecycle) -> None:
    page = render(any_lifecycle)
    assert set(outline(page).addresses) <= {"#figures"}
    assert set(re.findall(r"url\((?!#)([^,)]{0,22})", page)) == {"data:font/woff2;base64"}
    assert "@import" not in page


def test_names_cannot_break_out_of_the_page(any_lifecycle: MeasuredLifecycle) -> None:
    parsed = outline(render(any_lifecycle))
    assert parsed.seen.count("script") == 1
    assert "img" not in parsed.seen
    assert "a" in parsed.seen
    assert parsed.seen.count("a") == 1  # the skip link
    words = " ".join(parsed.texts)
    for stage in any_lifecycle.stages:
        assert stage.title in words


def test_the_same_value_gives_the_same_bytes(shop: MeasuredLifecycle) -> None:
    first = render(shop, language="fr")
    typeface._subset.cache_clear()
    assert render(shop, language="fr") == first


def test_is_quick(shop: MeasuredLifecycle) -> None:
    render(shop)
    started = perf_counter()
    render(shop, language="en")
    assert perf_counter() - started < 0.3


def estimate_texts(estimate: Estimate | None, words: Words) -> set[str]:
    if estimate is None:
        return set()
    value, n = estimate.value, estimate.n
    return {words.percent(value, n), words.interval(estimate.low, estimate.high, n), words.number(n)}


def part_texts(counts: tuple[Count, ...], total: int, words: Words) -> set[str]:
    """Counts of a whole, and what the first three leave of it."""
    rest = total - sum(count.customers for count in counts[:3])
    return {
        text
        for n in (rest, *(count.customers for count in counts))
        for text in (words.number(n), words.percent(n / total, 0), words.percent(n / total, total))
    } | {words.number(total)}


def funnel_texts(measured: MeasuredLifecycle, words: Words) -> set[str]:
    if measured.funnel is None:
        return set()
    steps = measured.funnel.steps
    texts = {words.days(measured.funnel.window_days), words.number(sum(step.open for step in steps)), "100"}
    for number, step in enumerate(steps, 1):
        texts |= estimate_texts(step.share, words) | estimate_texts(step.share_before, words)
        texts |= {words.number(n) for n in (number, step.customers, step.dropped, step.open)}
        texts.add(words.percent(step.dropped / step.customers, step.customers))
        texts |= {words.days(step.median_days)} if step.median_days is not None else set()
        if step.dropped:
            texts |= part_texts(step.did_instead, step.dropped + step.open, words)
    return texts


def retention_texts(measured: MeasuredLifecycle, words: Words) -> set[str]:
    if measured.retention is None:
        return set()
    cohorts = measured.retention.cohorts
    texts = {words.number(period) for period in range(1, len(cohorts))}
    texts.add(words.number(sum(cohort.customers for cohort in cohorts)))
    for cohort in cohorts:
        texts |= {words.number(cohort.customers)} | {words.number(cell.returned) for cell in cohort.cells}
        for cell in cohort.cells:
            texts |= estimate_texts(cell.share, words)
    for period in range(len(cohorts) - 1):
        texts |= estimate_texts(all_cohorts(measured.retention, period), words)
    return texts


def path_texts(measured: MeasuredLifecycle, words: Words) -> set[str]:
    told = [stage.last_before_lapse for stage in measured.stages if stage.last_before_lapse]
    totals = [round(paths[0].customers / paths[0].share) for paths in told]
    return set().union(*(part_texts(paths, total, words) for paths, total in zip(told, totals, strict=True)))


def numbers_of(measured: MeasuredLifecycle, words: Words) -> set[str]:
    """Every figure that the page may show, written as the page writes it."""
    counts: set[int] = {measured.customers, measured.events, measured.lapsed, measured.lapsed_change, 30, 95}
    counts |= {flow.customers for flow in measured.flows} | set(measured.lapsed_trend)
    texts: set[str] = set()
    for stage in measured.stages:
        before = stage.size - stage.change
        counts |= {stage.size, stage.change, stage.entered, stage.left, stage.stays, stage.unfinished}
        counts |= set(stage.trend) | {len(stage.entry_channels[3:])}
        texts.add(words.percent(stage.change / before, before))
        texts.add(words.percent(stage.share or 0, sum(other.size for other in measured.stages)))
        for listed in (stage.next_after_lapse, stage.entry_channels):
            rest = listed[3:]
            counts |= {count.customers for count in listed} | {sum(count.customers for count in rest)}
            total = sum(count.customers for count in listed)
            texts |= {words.percent(count.share, n) for count in listed for n in (0, total)}
            texts.add(words.percent(sum(count.share for count in rest), 0))
        for estimate in (stage.advance, stage.lapse):
            if estimate:
                counts.add(estimate.n)
                texts.add(words.percent(estimate.value, estimate.n))
                texts.add(words.interval(estimate.low, estimate.high, estimate.n))
        for days in (stage.median_stay_days, stage.median_days_to_advance, stage.lapse_after_days):
            texts |= {words.days(days)} if days is not None else set()
    for period in measured.growth:
        counts |= {period.new, period.returning, period.resurrected, period.dormant}
    texts |= funnel_texts(measured, words) | retention_texts(measured, words) | path_texts(measured, words)
    new = [flow.customers for flow in measured.flows if flow.source == "(new)"]
    sums = {
        sum(new),
        sum(new[1:]),  # who start further on
        sum(flow.customers for flow in measured.flows if flow.target == "(lapsed)"),
        sum(flow.customers for flow in measured.flows if flow.source == "(lapsed)"),
        sum(stage.unfinished for stage in measured.stages),
    }
    written = {words.number(abs(count)) for count in counts | sums} | texts
    return {number for text in written for number in re.findall(r"\d[\d.,\u202f]*\d|\d", text)}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_number_comes_from_the_value(shop: MeasuredLifecycle, language: Language) -> None:
    words = Words(language)
    known = numbers_of(shop, words)
    dates = {"2025", "2026", "30", "31", "23", "59"}
    scales = {
        "5,000",
        "10,000",
        "15,000",
        "20,000",
        "25,000",
        "30,000",
        "40,000",
        "50,000",
        "75,000",
        "100,000",
        "125,000",
    }
    fixed = {"1.1", "180", "0", "7", "10", "3", "2"}  # licence, horizon, zero, words of the fixture
    known |= dates | fixed | {scale.replace(",", "\u202f" if language == "fr" else ",") for scale in scales}
    shown = "\n".join(outline(render(shop, language=language)).texts)
    unknown = {number for number in re.findall(r"\d[\d.,\u202f]*\d|\d", shown) if number not in known}
    assert unknown == set()


def test_shows_what_makes_up_each_change(shop: MeasuredLifecycle) -> None:
    words = " ".join(outline(render(shop)).texts)
    for stage in shop.stages:
        assert f"{stage.entered:,} entered − {stage.left:,} left" in words


def test_says_that_data_is_simulated_and_where_it_is_from(shop: MeasuredLifecycle) -> None:
    simulated = render(shop)
    real = render(replace(shop, simulated=False, source="Till receipts, CC0"))
    assert simulated.count('<span class="simulated">simulated data</span>') == 2
    assert '<span class="simulated">' not in real
    assert "Source: Till receipts, CC0" in real
    assert "does not state the source" in render(replace(shop, source=""))


def test_the_legend_holds_only_what_is_in_use(shop: MeasuredLifecycle) -> None:
    assert "largest share lost" in render(shop)
    stages = tuple(replace(stage, lapse=None, strategies=()) for stage in shop.stages)
    plain = render(replace(shop, stages=stages))
    for words in ("largest share lost", "must improve", "fewer than 30 customers", "no data"):
        assert words not in plain


def test_the_template_reads_every_field_of_its_context() -> None:
    folder = resources.files("parcours.render") / "templates"
    ours = [file for file in folder.iterdir() if not file.name.startswith("journey")]  # pages of their own
    sources = [file.read_text("utf-8") for file in ours if file.name.endswith(".jinja")]
    named = {name for source in sources for name in re.findall(r"\bpage\.(\w+)", source)}
    assert named == {field.name for field in fields(PageContext)}
