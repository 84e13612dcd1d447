"""The pages about lifecycles say what is so: their examples load, their tables name every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parcours.events.comparisons import Part
from parcours.journeys.lifecycle import LifecycleDocument, load_lifecycle
from parcours.journeys.templates import templates
from parcours.timelines.matchers import Condition, Count, Rule, Selector, Then, Where

DOCS = Path(__file__).resolve().parents[2] / "docs"
HOW_TO = (DOCS / "how-to" / "write-a-lifecycle.md").read_text(encoding="utf-8")
MATCHERS = (DOCS / "reference" / "matchers.md").read_text(encoding="utf-8")


def examples(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)


def keys(part: type[Part]) -> set[str]:
    return {field.alias or name for name, field in part.model_fields.items()}


def as_lifecycle(rule: str) -> LifecycleDocument:
    indented = "".join(f"      {line}\n" for line in rule.splitlines())
    head = "kind: lifecycle\nid: a\ntitle: A\nstages:\n  - id: b\n    title: B\n    enter:\n"
    return load_lifecycle(head + indented, file="matchers.md")


def test_the_lifecycle_of_the_how_to_loads() -> None:
    document = load_lifecycle(examples(HOW_TO)[0], file="write-a-lifecycle.md")
    assert [stage.id for stage in document.stages] == ["curious", "customer", "regular", "ambassador"]
    assert [item.verdict for item in document.stage("customer").strategies] == ["works", "must_improve"]


def test_the_how_to_lists_the_templates() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", HOW_TO, re.MULTILINE)
    assert rows == [(offer.name, " · ".join(offer.stages)) for offer in templates()]


@pytest.mark.parametrize("example", examples(MATCHERS))
def test_every_example_of_the_matchers_is_a_rule(example: str) -> None:
    (stage,) = as_lifecycle(example).stages
    assert stage.enter


@pytest.mark.parametrize("part", [Condition, Where, Selector, Rule, Then, Count])
def test_every_key_of_the_matchers_is_on_their_page(part: type[Part]) -> None:
    named = set(re.findall(r"`([a-z_]+)[:`]", MATCHERS))
    assert keys(part) <= named


def test_the_tables_of_the_matchers_name_no_key_that_is_gone() -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)", MATCHERS, re.MULTILINE))
    assert rows <= keys(Condition) | keys(Where) | keys(Rule)
    assert keys(Condition) <= rows
