"""Cards in words: units, targets, changes and places on a bar."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

import made_journey
from parcours.journeys.channels import Icon
from parcours.render.card_words import CardWriter
from parcours.render.figure_words import FigureWords
from parcours.render.icons import PATHS, commands
from parcours.render.words import Language

CARD = made_journey.first_purchase().touchpoint("date").cards[0]


@pytest.mark.parametrize(
    ("language", "whole", "target", "change"),
    [
        ("en", "72\u202f%", "≥\u202f80\u202f%", "−0.2\u202fpt"),
        ("fr", "72\u202f%", "≥\u202f80\u202f%", "−0,2\u202fpt"),
    ],
)
def test_a_share(language: Language, whole: str, target: str, change: str) -> None:
    figures = CardWriter(FigureWords(language)).figures(CARD)
    assert (figures.whole, figures.target, figures.change) == (whole, target, change)


@pytest.mark.parametrize(
    ("language", "whole", "change"), [("en", "€58.40", "+€1.30"), ("fr", "58,40\u202f€", "+1,30\u202f€")]
)
def test_money_stands_where_the_language_puts_it(language: Language, whole: str, change: str) -> None:
    assert CARD.before is not None
    card = replace(
        CARD,
        unit="money",
        currency="EUR",
        now=replace(CARD.now, value=58.4),
        before=replace(CARD.before, value=57.1),
        target=Decimal(55),
    )
    figures = CardWriter(FigureWords(language)).figures(card)
    assert (figures.whole, figures.change) == (whole, change)


def test_nothing_known_is_a_dash_and_has_no_bar() -> None:
    figures = CardWriter(FigureWords("en")).figures(
        replace(CARD, now=replace(CARD.now, value=None), before=None)
    )
    assert (figures.figure, figures.change, figures.bullet) == ("–", "", None)


@pytest.mark.parametrize(("value", "target"), [(0.72, "0.8"), (-30.0, "40"), (0.0, "0"), (900.0, "1")])
def test_everything_on_a_bar_lies_on_it(value: float, target: str) -> None:
    unit = "share" if abs(value) <= 1 else "score"
    card = replace(CARD, unit=unit, now=replace(CARD.now, value=value), target=Decimal(target), warn=None)
    bullet = CardWriter(FigureWords("en")).figures(card).bullet
    if bullet is not None:
        assert all(0 <= place <= 1 for place in (bullet.value, bullet.target, bullet.zero))
    assert (bullet is None) == (value == 0)


def test_every_icon_that_a_document_may_name_is_drawn() -> None:
    assert set(get_args(Icon)) <= set(PATHS)
    for name in PATHS:
        for path in commands(name):
            assert path[0][0] == "M"
            assert all(len(numbers) == {"M": 2, "L": 2, "C": 6, "Z": 0}[letter] for letter, numbers in path)
            assert all(-0.5 <= number <= 16.5 for _, numbers in path for number in numbers)
