"""Short texts of the command line as settings of a question."""

from __future__ import annotations

from typing import Any

import pytest

from parcours.cli.question_texts import event_of, setting_of, where_of
from parcours.errors import ParcoursError
from parcours.timelines.matchers import Where


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["channel=email"], {"channel": {"eq": "email"}}),
        (["value>=100", "value<200"], {"value": {"gte": 100, "lt": 200}}),
        (["country=FR,BE"], {"country": {"in": ["FR", "BE"]}}),
        (["channel!=ads,mail"], {"channel": {"not_in": ["ads", "mail"]}}),
        (["profile.country = France"], {"profile.country": {"eq": "France"}}),
        (["page~cart"], {"page": {"contains": "cart"}}),
        (["member=true"], {"member": {"eq": True}}),
        (["{channel: {not_contains: ads}}"], {"channel": {"not_contains": "ads"}}),
        (["channel: [email, ads]"], {"channel": ["email", "ads"]}),
    ],
)
def test_conditions_are_those_of_the_language(texts: list[str], expected: dict[str, Any]) -> None:
    assert where_of(texts) == expected
    assert Where.model_validate(where_of(texts)).properties.keys() == expected.keys()


@pytest.mark.parametrize("texts", [["nonsense"], ["[a, b]"], ["a=1", "a=2"], ["{a: 1"], ["a=1", "{a: 2}"]])
def test_what_is_no_condition_is_told(texts: list[str]) -> None:
    with pytest.raises(ParcoursError):
        where_of(texts)


def test_events_and_settings() -> None:
    assert event_of("order_completed", "STEPS") == "order_completed"
    assert event_of("[ordered, paid]", "STEPS") == {"event": ["ordered", "paid"]}
    assert event_of("{event: ordered}", "STEPS") == {"event": "ordered"}
    assert setting_of("window=7d") == ("window", "7d")
    assert setting_of("unit=null") == ("unit", None)
    assert setting_of("hold=[channel, campaign]") == ("hold", ["channel", "campaign"])
    with pytest.raises(ParcoursError, match="sets nothing"):
        setting_of("window")
