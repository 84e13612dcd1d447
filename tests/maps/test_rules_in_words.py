"""Entry rules told in one line are what a document may say: read back, they are the same rules."""

from __future__ import annotations

from typing import Any

import pytest

from parcours.journeys.lifecycle import load_lifecycle
from parcours.journeys.templates import template, template_names
from parcours.lifecycle.rules import StageRules
from parcours.maps.lifecycle_map import in_words

RULES: list[Any] = [
    "order_completed",
    ["order_completed", {"event": ["a", "b"]}],
    {"event": "a", "where": {"value": {"gte": 100}, "channel": ["email"], "any": [{"x": 1}, {"y": "p: q"}]}},
    {"event": "a", "where": {"all": [{"x": "1"}], "not": {"profile.country": {"is_set": True}}}},
    {"event": "a", "count": {"gte": 2}, "within": "30d"},
    {"event": "a", "first": True, "then": {"event": "b", "within": "2d"}},
    {"sequence": "a -> no b within 2d -> c after 1h"},
]


def read_back(words: str) -> StageRules:
    rules = "\n".join(f"      - {rule}" for rule in words.split(" | "))
    text = f"kind: lifecycle\nid: x\ntitle: x\nstages:\n  - id: s\n    title: s\n    enter:\n{rules}\n"
    return load_lifecycle(text, file="told").stages[0].rules


@pytest.mark.parametrize("enter", RULES, ids=str)
def test_what_is_told_can_be_read_back(enter: Any) -> None:
    rules = StageRules.model_validate({"id": "s", "enter": enter})
    assert read_back(in_words(rules.enter)).enter == rules.enter


@pytest.mark.parametrize("name", template_names())
def test_every_template_is_told_as_it_is(name: str) -> None:
    for stage in template(name, "en").stages:
        assert read_back(in_words(stage.enter)).enter == stage.rules.enter
