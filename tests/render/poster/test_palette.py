"""Every text of the poster can be read on its ground; marks stand out from the paper."""

from __future__ import annotations

import pytest

from parcours.render.poster.palette import palette

TEXTS = [
    ("ink", "paper"), ("ink", "band"), ("ink", "pain-bg"), ("ink", "idea-bg"), ("ink", "focus"), ("ink", "focus-band"),
    ("muted", "paper"), ("muted", "band"), ("muted", "pain-bg"), ("muted", "idea-bg"), ("muted", "focus"),
    ("muted", "focus-band"), ("idea", "idea-bg"), ("idea", "paper"), ("route-2", "paper"), ("route-2", "focus"),
    ("bad", "focus-band"), ("bad", "band"), ("paper", "route"), ("paper", "route-2"), ("goal", "route-2"),
    ("paper", "bad"), ("none", "band"), ("v-2", "paper"), ("v2", "paper"), ("route", "paper"),
]  # fmt: skip
MARKS = ["good", "watch", "bad", "none", "v-2", "v2", "p1", "p2", "p3", "route"]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(front: str, back: str) -> float:
    light, dark = sorted((luminance(palette()[front]), luminance(palette()[back])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("front", "back"), TEXTS)
def test_texts_can_be_read_on_their_ground(front: str, back: str) -> None:
    assert contrast(front, back) >= 4.5


@pytest.mark.parametrize("mark", MARKS)
def test_marks_stand_out_from_the_paper(mark: str) -> None:
    assert contrast(mark, "paper") >= 3


def test_the_route_and_those_who_leave_differ_in_grey() -> None:
    assert contrast("route", "route-3") >= 3
    assert contrast("v-2", "paper") >= 4.5
