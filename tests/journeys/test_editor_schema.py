"""The schemas for editors: what is right passes, in short forms too, and what is wrong does not."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from made_documents import FULL, SHOP, SMALL
from parcours.journeys.documents import KINDS
from parcours.journeys.editor_schema import schema_for_editors
from parcours.yaml_files.syntax import parse

SHORT = {
    "journey": """
kind: journey
id: one
title: I buy
stage: purchase
personas: claire
phases:
  - id: p
    title: P
    metrics: rate
    touchpoints:
      - {id: t, title: T, events: seen, emotion: -1.5, doing: Looks, thinking: {text: Hm}, cells: {back: Works},
         metrics: [rate, {metric: rate, target: 0.5}], channels: web, feedback: stars}
lanes: [{id: back, title: Back}]
""",
    "persona": "kind: persona\nid: p\nname: P\ngoals: One\nsegment: french\nevidence: {sources: Talks}\n",
    "pain-point": "kind: pain-point\nid: p\ntext: P\nseverity: 3\ntouchpoints: one/two\nstages: purchase\n",
    "segment": "kind: segment\nid: s\ntitle: S\ncondition: {stage: loyal, did: order}\n",
    "metric": "kind: metric\nid: m\ntitle: M\nunit: number\nfigure: {events: order}\n",
}
WRONG = {
    "journey": ("emotion: -1.5", "emotion: 3"),
    "persona": ("id: p", "id: P!"),
    "pain-point": ("one/two", "one"),
    "segment": ("title: S", "titel: S"),
    "metric": ("unit: number", "unit: numbers"),
}


def mistakes(kind: str, text: str) -> list[Any]:
    schema = schema_for_editors(KINDS[kind])
    Draft202012Validator.check_schema(schema)
    return list(Draft202012Validator(schema).iter_errors(parse(text, file="x").value))


@pytest.mark.parametrize("kind", KINDS)
def test_right_documents_pass(kind: str) -> None:
    for text in (FULL[kind], SMALL[kind], *(text for text in SHOP.values() if f"kind: {kind}\n" in text)):
        assert mistakes(kind, text) == []


@pytest.mark.parametrize("kind", SHORT)
def test_short_forms_pass_and_mistakes_do_not(kind: str) -> None:
    assert mistakes(kind, SHORT[kind]) == []
    right, wrong = WRONG[kind]
    assert right in SHORT[kind]
    assert mistakes(kind, SHORT[kind].replace(right, wrong))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_explained(kind: str) -> None:
    schema = schema_for_editors(KINDS[kind])
    assert [name for name, field in schema["properties"].items() if not field.get("description")] == []


def test_a_phase_needs_a_list_of_touchpoints() -> None:
    assert mistakes(
        "journey", SMALL["journey"].split("    touchpoints:")[0] + "    touchpoints: {id: t, title: T}\n"
    )
