from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parcours.render.chart_texts import shortened, unit_word
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.timelines.calendar import Unit


def test_shortens_names() -> None:
    assert shortened("Awareness", 9) == "Awareness"
    assert shortened("Awareness stage", 9) == "Awarenes…"


@pytest.mark.parametrize(
    ("unit", "english", "french"),
    [
        ("day", "day", "jour"),
        ("week", "week", "semaine"),
        ("month", "month", "mois"),
        ("quarter", "quarter", "trimestre"),
        ("year", "year", "an"),
    ],
)
def test_names_units(unit: Unit, english: str, french: str) -> None:
    assert unit_word(unit, Words("en")) == english
    assert unit_word(unit, Words("fr")) == french
