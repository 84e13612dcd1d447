from __future__ import annotations

import pytest

from parcours.render.chart_texts import shortened, unit_word
from parcours.render.words import Words


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
def test_names_units(unit: str, english: str, french: str) -> None:
    assert unit_word(unit, Words("en")) == english  # type: ignore[arg-type]
    assert unit_word(unit, Words("fr")) == french  # type: ignore[arg-type]
