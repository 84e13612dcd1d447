"""The narrative says nothing that is not on the map, and no rate without what it rests on; in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest

from made_journey import crowded, drawn_only, first_purchase, nobody, one_customer
from parcours.maps.measured_journey import MeasuredJourney
from parcours.maps.narrative import Narrative, narrative
from parcours.maps.narrative_texts import TEXTS
from parcours.maps.narrative_words import day, days, listed, major, money, percent
from parcours.settings import Language

MAPS: dict[str, Callable[[], MeasuredJourney]] = {
    "full": first_purchase, "nobody": nobody, "one": one_customer, "drawn": drawn_only, "crowded": crowded,
}  # fmt: skip
LANGUAGES: tuple[Language, ...] = get_args(Language)
NUMBER = re.compile(r"\d+(?:[\u202f,.]\d+)*")
RATE = re.compile(r"(\d[\d.,]*)\u202f?%(?! ?\(n\u00a0=\u00a0[\d\u202f,]+\))")


@pytest.fixture(params=[(name, language) for name in MAPS for language in LANGUAGES], ids=str)
def told(request: pytest.FixtureRequest) -> tuple[MeasuredJourney, Language, Narrative]:
    name, language = request.param
    journey = MAPS[name]()
    return journey, language, narrative(journey, language)


def known(value: Any) -> Iterator[float]:
    """Every number of a map: those in texts too, and what follows from two of them alone."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from known(getattr(value, field.name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from known(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from known(part)
    elif isinstance(value, (datetime, date)):
        yield from (float(value.day), float(value.year))
    elif isinstance(value, str):
        yield from (float(digits) for digits in re.findall(r"\d+", value))
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        yield float(value)


def figures(journey: MeasuredJourney) -> set[str]:
    """The map's numbers as a reader may meet them, without signs and spaces: whole, with one or two digits, in percent,
    in major units of money, in days, hours or minutes."""
    plain = set(known(journey)) | {0.0, 2.0, 5.0, 100.0}  # the ends of the scales
    for point in journey.touchpoints:
        if point.flow and point.flow.reached:
            plain.add(point.flow.dropped / point.flow.reached)
    coverage = journey.coverage
    if coverage.customers_with_two:
        plain.add(coverage.conforming / coverage.customers_with_two)
    if coverage.events:
        plain.add(coverage.unclaimed_events / coverage.events)
    if coverage.share_on_the_path:
        plain.add(round(coverage.customers_on_the_path / coverage.share_on_the_path))
    plain |= {round(one.customers / one.share) for one in journey.personas if one.customers and one.share}
    forms = {scale * abs(number) for number in plain for scale in (1, 100, 0.01, 24, 1440)}
    return {f"{number:.{digits}f}" for number in forms for digits in (0, 1, 2)}


def spoken(text: str, language: Language) -> Iterator[str]:
    """The numbers of a text, as Python writes them."""
    for found in NUMBER.findall(text):
        digits = found.replace("\u202f", "")
        yield digits.replace(",", ".") if language == "fr" else digits.replace(",", "")


def test_every_number_is_the_map_s(told: tuple[MeasuredJourney, Language, Narrative]) -> None:
    journey, language, story = told
    allowed = figures(journey)
    for paragraph in story.paragraphs:
        for sentence in paragraph.sentences:
            strange = [one.rstrip(".") for one in spoken(sentence, language)]
            unknown = [one for one in strange if one not in allowed and f"{float(one):.1f}" not in allowed]
            assert not unknown, (unknown, sentence)


def test_no_rate_stands_without_its_n(told: tuple[MeasuredJourney, Language, Narrative]) -> None:
    journey, _, story = told
    targets = {card.target for phase in journey.phases for card in phase.cards}
    targets |= {card.target for point in journey.touchpoints for card in point.cards}
    shares = {percent(float(one), "en").rstrip("%") for one in targets if one is not None}
    for paragraph in story.paragraphs:
        for sentence in paragraph.sentences:
            assert {one.replace(",", ".") for one in RATE.findall(sentence)} <= shares, sentence


def test_french_keeps_its_signs_together() -> None:
    text = narrative(first_purchase(), "fr").text()
    assert not re.search(r"(?<=[a-zé]) [;:!?%»]", text.replace("Was this page useful?", ""))
    assert "«\u00a0" in text
    assert "44\u202f%" in text
    assert "1\u202f240 clients" in text


def test_the_page_is_read_from_who_to_how_sure() -> None:
    english = narrative(first_purchase())
    assert [one.heading for one in english.paragraphs] == [
        "Who it is about", "How many get through", "Discover", "Choose", "Buy", "Receive", "What costs most",
        "Against the targets", "How sure this is",
    ]  # fmt: skip
    assert "1,240 customers set out" in english.text()
    assert english.text().startswith("I find a birthday gift online")
    assert english.markdown().startswith("# I find a birthday gift online")
    assert "## What costs most" in english.markdown()


def test_what_is_not_measured_is_not_said() -> None:
    told = narrative(drawn_only()).text()
    assert "nothing is measured" in told
    assert "What costs most" not in told
    assert "nobody set out" in narrative(nobody()).text()
    assert "one customer set out" in narrative(one_customer()).text()


def test_who_may_still_spend_is_said() -> None:
    later = replace(first_purchase(), value_assumption="as-those-who-moved-on-so-far")
    assert "may still spend" in narrative(later).text()
    assert "may still spend" not in narrative(first_purchase()).text()


def test_both_languages_fill_the_same_places() -> None:
    for key, said in TEXTS.items():
        places = {language: set(re.findall(r"{(\w+)}", said[language])) for language in LANGUAGES}
        assert places["en"] == places["fr"], key


def test_figures_in_words() -> None:
    assert money(1_211_226, "EUR", "en") == "€12,112"
    assert money(1_211_226, "EUR", "fr") == "12\u202f112\u00a0€"
    assert money(-4999, "EUR", "en") == "−€49.99"
    assert major(Decimal("12.5"), "", "en") == "12.5"
    assert (days(13.62, "en"), days(1.0, "en"), days(0.5, "fr"), days(0.01, "en")) == (
        "13.6\u00a0days", "1\u00a0day", "12\u00a0heures", "14.4\u00a0minutes",
    )  # fmt: skip
    assert day(date(2026, 3, 1), "fr") == "1er mars 2026"
    assert listed(["a", "b", "c"], "en") == "a, b, and c"
    assert listed(["a, 1", "b, 2"], "fr") == "a, 1\u202f; b, 2"
