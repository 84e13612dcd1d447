"""Elapsed time in words."""

from __future__ import annotations

import pytest

from parcours.cli.elapsed import elapsed


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (0, "0 s", "0 s"),
        (1.25, "1.2 s", "1,2 s"),
        (59.6, "1 min", "1 min"),
        (939, "15 min 39 s", "15 min 39 s"),
        (3_600, "1 h", "1 h"),
        (86_399, "1 d", "1 j"),
        (93_784, "1 d 2 h", "1 j 2 h"),
        (1_080_000, "12 d 12 h", "12 j 12 h"),
    ],
)
def test_the_units_that_matter(seconds: float, english: str, french: str) -> None:
    assert elapsed(seconds, "en") == english
    assert elapsed(seconds, "fr") == french
