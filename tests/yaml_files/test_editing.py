"""One value changed in a text: the value is there, and all else is as it was written."""

from __future__ import annotations

from difflib import ndiff
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_documents import SHOP
from parcours.errors import DocumentError, QueryError
from parcours.journeys.templates import template_names, template_text
from parcours.yaml_files.editing import with_item, with_value, without_value
from parcours.yaml_files.syntax import parse

TEXT = """\
# The journey of a gift
kind: journey

id: gift          # stays
title: "I find a gift"
tags: [a, 'b']    # two of them
phases:
# first comes
- id: one
  touchpoints:    # in order
  - {id: t, emotion: 1}   # glad
  # the last word
"""
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(
        ["null", "~", "1.5", "1e3", "0x1F", "0o7", "yes", "true", ".inf", ".nan", "1_000", "12:30", "2024-01-01", "# x",
         "- a", "a: b", "a #b", "", " a", "a ", "<<", "=", "!x", "&a", "*a", "%", "@", "`", "'", '"', "a\nb", "\\"]
    )
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def value_of(text: str) -> Any:
    return parse(text, file="x").value


def differing(before: str, after: str) -> list[str]:
    """The lines that differ, with their sign."""
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def test_a_replaced_value_changes_its_line_alone() -> None:
    after = with_value(TEXT, ("phases", 0, "touchpoints", 0, "emotion"), -1)
    old, new = differing(TEXT, after)
    assert old == "-   - {id: t, emotion: 1}   # glad"
    assert new.split() == ["+", "-", "{id:", "t,", "emotion:", "-1}", "#", "glad"]
    assert differing(TEXT, with_value(TEXT, ("id",), "present")) == [
        "- id: gift          # stays", "+ id: present       # stays",
    ]  # fmt: skip


def test_a_new_key_an_item_and_a_removal() -> None:
    assert differing(TEXT, with_value(TEXT, ("phases", 0, "title"), "One"))[0].strip() == "+   title: One"
    assert "tags: [a, 'b', c] # two of them" in with_item(TEXT, ("tags",), "c")
    assert differing(TEXT, without_value(TEXT, ("title",))) == ['- title: "I find a gift"']
    assert "[a]" in without_value(TEXT, ("tags", 1))


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_template_keeps_every_other_line(name: str, language: Any) -> None:
    text = template_text(name, language)
    after = with_value(text, ("title",), "Another")
    assert value_of(after) == value_of(text) | {"title": "Another"}
    assert len(differing(text, after)) == 2


@given(path=st.sampled_from(sorted(SHOP)), value=VALUES)
def test_what_is_put_in_is_read_back_and_nothing_else_changes(path: str, value: Any) -> None:
    text = SHOP[path]
    after = with_value(text, ("title",), value)
    assert value_of(after) == value_of(text) | {"title": value}
    comments = [line[line.index("# ") :] for line in text.splitlines() if "# " in line]
    assert all(comment in after for comment in comments)
    assert value_of(without_value(after, ("title",))) == {
        key: part for key, part in value_of(text).items() if key != "title"
    }


def test_line_ends_and_mark_are_kept() -> None:
    text = "\ufeffid: a\r\ntitle: b  # c\r\n"
    assert with_value(text, ("id",), "z") == "\ufeffid: z\r\ntitle: b  # c\r\n"


@pytest.mark.parametrize(
    ("change", "place"),
    [(with_value, ()), (with_value, ("phases", 7, "id")), (with_value, ("id", "x")), (with_value, ("tags", 2)),
     (without_value, ("titel",)), (without_value, ("tags", 9)), (with_item, ("title",))],
)  # fmt: skip
def test_a_place_that_is_not_there_is_told(change: Any, place: tuple[str | int, ...]) -> None:
    arguments = (TEXT, place) if change is without_value else (TEXT, place, "x")
    with pytest.raises(QueryError, match="There is nothing at"):
        change(*arguments)


def test_what_is_no_yaml_is_told() -> None:
    with pytest.raises(DocumentError, match="lacks a comma"):
        with_value("a: [1, 2\n", ("a",), 1)
