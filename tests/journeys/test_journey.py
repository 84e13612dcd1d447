"""Journeys and what belongs to them: the examples of the modules read, and mistakes told."""

from __future__ import annotations

import textwrap
from types import ModuleType

import pytest

from parcours.errors import DocumentError
from parcours.events.comparisons import Part
from parcours.journeys import channels, feedback, improvements, journey, personas
from parcours.journeys.documents import KINDS
from parcours.journeys.journey import JourneyDocument
from parcours.journeys.metrics import MetricDocument
from parcours.yaml_files import load_model


def examples(module: ModuleType) -> list[str]:
    """The indented YAML documents of a module's docstring."""
    text = module.__doc__ or ""
    found = textwrap.dedent(
        "\n".join(line for line in text.splitlines() if line.startswith("    ") or not line)
    )
    return ["kind: " + part.strip() + "\n" for part in found.split("kind: ")[1:]]


@pytest.mark.parametrize("module", [channels, feedback, improvements, journey, personas])
def test_the_examples_of_the_module_are_documents(module: ModuleType) -> None:
    texts = examples(module)
    assert texts
    for text in texts:
        kind = text.split("\n", 1)[0].removeprefix("kind: ")
        document: Part = load_model(text, KINDS[kind], file="example.yaml")
        assert document.model_dump()["kind"] == kind


def a_journey(touchpoint: str = "{id: visit, title: Visit}", more: str = "") -> str:
    return (
        f"kind: journey\nid: one\ntitle: I visit\n{more}phases:\n"
        f"  - id: first\n    title: First\n    touchpoints:\n      - {touchpoint}\n"
    )


def test_short_forms_are_read() -> None:
    text = a_journey("{id: visit, title: Visit, events: seen, emotion: -1, doing: Looks, metrics: visits}")
    touchpoint = load_model(text, JourneyDocument, file="one.yaml").touchpoints[0]
    assert touchpoint.events[0].event == ("seen",)
    assert touchpoint.emotion[0].score == -1
    assert touchpoint.doing[0].text == "Looks"
    assert touchpoint.metrics[0].metric == "visits"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (a_journey("{id: visit}"), "needs a 'title'"),
        (a_journey("{id: visit, title: V, next: [{to: nowhere}]}"), "no touchpoint 'nowhere'"),
        (a_journey("{id: visit, title: V, cells: {backstage: Works}}"), "no lane 'backstage'"),
        (a_journey("{id: visit, title: V, emotion: 3}"), "must be at most 2"),
        (a_journey(more="variant: to_be\n"), "go together"),
        (a_journey("{id: visit, title: V}\n      - {id: visit, title: W}"), "'visit' is used twice"),
    ],
)
def test_a_mistake_in_a_journey_is_told(text: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_model(text, JourneyDocument, file="one.yaml")
    assert said in str(caught.value)


def test_a_metric_has_one_way_to_be_computed() -> None:
    text = "kind: metric\nid: m\ntitle: M\nunit: share\nfigure: {events: seen}\nrepeat: {events: seen}\n"
    with pytest.raises(DocumentError, match="exactly one of figure, ratio"):
        load_model(text, MetricDocument, file="m.yaml")
