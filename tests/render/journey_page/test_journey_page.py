"""The journey page is whole, offline, the same for the same value, and lets nobody's words out of their place."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from importlib import resources
from time import process_time
from typing import TYPE_CHECKING

import pytest

import extreme_journeys
import made_journey
from parcours.render.figure_words import FigureWords
from parcours.render.journey_page import render
from parcours.render.journey_page.context import JourneyContext

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.words import Language

JOURNEYS = extreme_journeys.every()
VOID = {"meta", "br", "img", "link", "input", "hr"}
EVIL = "\"><img src=x onerror=alert(1)><script>alert(2)</script></style></title>' {{ 1234*5678 }} javascript:alert(3)"


class Reader(HTMLParser):
    """Checks that elements close in order; collects ids, references, addresses and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs), f"an attribute of <{tag}> is given twice"
        assert not [name for name in values if name.startswith("on")], tag
        self.ids += [values["id"]] if "id" in values else []
        self.addresses += [values[name] for name in ("href", "src", "srcset", "action") if name in values]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", JOURNEYS)
def test_every_page_is_whole_and_offline(name: str, language: Language) -> None:
    page = render(JOURNEYS[name], language=language)
    seen = read(page)
    assert f'<html lang="{language}">' in page
    assert len(seen.ids) == len(set(seen.ids))
    assert {one.removeprefix("#") for one in seen.addresses} <= set(seen.ids)
    assert seen.seen.count("h1") == seen.seen.count("main") == seen.seen.count("script") == 1
    assert set(re.findall(r"url\((?!#)([^,)]{0,22})", page)) == {"data:font/woff2;base64"}
    assert "@import" not in page
    assert len(page.encode()) < 600_000


def test_the_same_value_gives_the_same_bytes() -> None:
    measured = made_journey.first_purchase()
    assert render(measured, language="fr") == render(measured, language="fr")


def evil() -> MeasuredJourney:
    """Everything that a user may write, written by one who means harm."""
    worded = extreme_journeys.in_other_words(EVIL)
    return replace(
        worded,
        workspace=EVIL,
        source=EVIL,
        expectation=EVIL,
        company_goal=EVIL,
        touchpoints=tuple(
            replace(
                point,
                rule=EVIL,
                reused_from=EVIL,
                sub_journey=EVIL,
                measured=tuple(replace(one, title=EVIL, conversion=EVIL) for one in point.measured),
                cards=tuple(replace(one, meaning=EVIL, definition=EVIL) for one in point.cards),
                solutions=tuple(replace(one, link=EVIL, expected_metric=EVIL) for one in point.solutions),
            )
            for point in worded.touchpoints
        ),
        coverage=replace(worded.coverage, needed_but_missing=(EVIL,), never_used=(EVIL,)),
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_breaks_out_of_its_place(language: Language) -> None:
    page = render(evil(), language=language)
    seen = read(page)
    assert "img" not in seen.seen
    assert seen.seen.count("script") == 1
    assert seen.seen.count("style") == 1
    assert not any("javascript" in one for one in seen.addresses)
    assert str(1234 * 5678) not in page
    assert sum(EVIL in one for one in seen.words) > 30


def test_an_address_of_the_lifecycle_page_is_the_only_way_out() -> None:
    page = render(made_journey.first_purchase(), home='map.html"><b>')
    assert {one for one in read(page).addresses if not one.startswith("#")} == {'map.html"><b>'}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_cell_opens_to_its_detail_with_its_figures(language: Language) -> None:
    measured = made_journey.first_purchase()
    words, said = FigureWords(language), " ".join(read(render(measured, language=language)).words)
    for point in measured.touchpoints:
        flow = point.flow
        assert flow is not None
        assert point.rule in said
        assert words.number(flow.reached) in said
        if flow.share_moving_on is not None and flow.share_moving_on.n >= 30:
            share = flow.share_moving_on
            assert words.interval(share.low, share.high, share.n) in said
        for one in point.measured:
            assert words.signed_decimal(one.low) in said
            assert one.conversion in said
        for card in point.cards:
            assert card.definition in said
        for statement in (*point.doing, *point.thinking):
            assert all(source in said for source in statement.sources)


def test_a_share_of_few_is_never_written() -> None:
    said = " ".join(read(render(made_journey.one_customer())).words)
    assert "100%" not in said.replace("100%;", "")
    assert "too few" in said


def test_the_template_reads_the_whole_context() -> None:
    folder = resources.files("parcours.render") / "templates"
    template = (folder / "journey.html.jinja").read_text("utf-8")
    read_names = set(re.findall(r"page\.(\w+)", template))
    assert read_names == {field.name for field in fields(JourneyContext)}


def test_is_quick() -> None:
    measured = made_journey.crowded(7, 20)
    render(measured)
    started = process_time()
    render(measured)
    assert process_time() - started < 1
