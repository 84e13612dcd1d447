from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from parcours.render.lifecycle_story import story

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language


def test_tells_the_shop_in_five_lines(shop: MeasuredLifecycle) -> None:
    assert story(shop, "en") == (
        (
            "31 Oct 2026: 95,660 of 243,920 known customers in a stage, 148,260 lapsed; "
            "the largest stage is Retention (31,250)."
        ),
        "October 2026: 25,430 new customers, 21,900 advances, 23,780 lapsed, 2,855 came back.",
        (
            "Awareness gains most customers, but 58.1% of customers are lost at Purchase. "
            "Of 64,300 stays at Purchase, 58.1% lapse within 180 days (95% interval 57.6–58.6)."
        ),
        (
            "First thing seen of 1,790 customers who lapsed from Purchase: "
            "email opened 44.0%, nothing seen 33.0%, order returned 23.0%."
        ),
        (
            "September 2026: 38,570 active customers, of whom 11,970 new, 24,150 returning and "
            "2,450 resurrected; 8,680 fell silent."
        ),
    )


def test_tells_it_in_french(shop: MeasuredLifecycle) -> None:
    told = story(shop, "fr")
    assert len(told) == 5
    assert told[1] == (
        "Octobre 2026\xa0: 25\u202f430 nouveaux clients, 21\u202f900 progressions, "
        "23\u202f780 décrochés, 2\u202f855 réactivés."
    )
    assert "Sur 64\u202f300 passages par l’étape Purchase, 58,1\u202f% décrochent" in told[2]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_share_comes_with_its_number(any_lifecycle: MeasuredLifecycle, language: Language) -> None:
    told = story(any_lifecycle, language)
    assert len(told) == (5 if any_lifecycle.events else 2)
    for line in told:
        assert line
        assert "\n" not in line
        assert not re.search(r"</?b>|&amp;|&lt;", line)
        if "%" in line:
            assert re.search(r"\d+ (customers|stays|clients|passages)", line), line


def test_tells_an_empty_log(any_lifecycle: MeasuredLifecycle) -> None:
    if any_lifecycle.events:
        assert "no events" not in story(any_lifecycle, "en")[2]
    else:
        assert story(any_lifecycle, "en") == (
            "The log holds no events yet.",
            "Import events and this page fills with figures.",
        )
