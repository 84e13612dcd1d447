"""The lifecycle document: what may be written, what it means, and that nothing is lost between file and value."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from parcours.errors import DocumentError
from parcours.journeys.lifecycle import (
    LifecycleDocument,
    Strategy,
    json_schema,
    load_lifecycle,
    read_lifecycle,
)
from parcours.lifecycle.rules import Lapse, LifecycleRules, StageRules
from parcours.timelines.matchers import Rule, Selector
from parcours.values import Duration

SHOP = """\
kind: lifecycle
id: shop
title: Our customers
owner: Marketing
activity: order_completed
stages:
  - id: awareness
    title: Awareness
    enter: page_viewed
    lapse: {after: 30d}
    channels: [Ads, Search]
    strategies:
      - Guides
      - {text: Ads on maps, verdict: must_improve}
      - Films
    works: [Guides]
    must_improve: [Posters]
  - id: purchase
    title: Purchase
    purpose: They buy.
    enter:
      - order_completed
      - {event: [subscribed, renewed], where: {value: {gte: 0.1}}}
    keep: [order_completed, {event: page_viewed, where: {channel: email}}]
    channels: Shop
"""


def shop() -> LifecycleDocument:
    return load_lifecycle(SHOP, file="shop.yaml")


def told(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        load_lifecycle(text, file="shop.yaml")
    return caught.value


def test_the_rules_are_those_of_the_stages_without_the_words() -> None:
    rules = shop().rules
    assert type(rules) is LifecycleRules
    assert {type(stage) for stage in rules.stages} == {StageRules}
    assert rules.ids == ("awareness", "purchase")
    awareness, purchase = rules.stages
    assert awareness == StageRules(
        id="awareness", enter=(Rule(event=("page_viewed",)),), lapse=Lapse(after=Duration.parse("30d"))
    )
    assert purchase.enter[1].where is not None
    assert purchase.enter[1].where.properties["value"].gte == Decimal("0.1")
    assert purchase.keep is not None
    assert [selector.event for selector in purchase.keep] == [("order_completed",), ("page_viewed",)]
    assert purchase.lapse is None


def test_words_do_not_change_the_rules() -> None:
    reworded = SHOP.replace("title: Purchase", "title: Achat").replace("They buy.", "Ils achètent.")
    assert load_lifecycle(reworded, file="shop.yaml").rules == shop().rules


def test_strategies_come_together_each_once_with_the_last_word() -> None:
    assert shop().stage("awareness").strategies == (
        Strategy(text="Guides", verdict="works"),
        Strategy(text="Ads on maps", verdict="must_improve"),
        Strategy(text="Films", verdict="in_use"),
        Strategy(text="Posters", verdict="must_improve"),
    )
    assert shop().stage("purchase").strategies == ()


def test_a_single_channel_and_a_single_activity_need_no_list() -> None:
    assert shop().stage("purchase").channels == ("Shop",)
    assert shop().activity == (Selector(event=("order_completed",)),)


def test_an_unknown_stage_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shop().stage("retention")


def test_a_document_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    assert read_lifecycle(path) == shop()


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP.replace("lapse:", "laspe:"), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_lifecycle(path)
    assert caught.value.message == (
        f"{path}:10, field stages[0].laspe: unknown key 'laspe'; did you mean 'lapse'?"
    )
    assert caught.value.hint == (
        "Allowed keys: id, enter, keep, lapse, title, purpose, channels, strategies, works, must_improve, "
        "customer_goal, company_goal, metrics, journeys."
    )


ID = "lower-case letters a-z, digits, '-' and '_', starting with a letter or a digit."


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        (
            "kind: lifecycle",
            "kind: journey",
            1,
            "kind",
            "the text 'journey' is not allowed here. Allowed: lifecycle.",
        ),
        (
            "id: purchase",
            "id: Purchase!",
            18,
            "stages[1].id",
            f"the text 'Purchase!' does not have the right form. A short name that stays when the title changes: {ID}",
        ),
        (
            "  - id: purchase\n",
            "  -\n",
            19,
            "stages[1].id",
            f"the key 'id' is missing. A short name that stays when the title changes: {ID}",
        ),
        (
            "id: purchase",
            "id: awareness",
            6,
            "stages",
            "two stages have the id 'awareness'; ids must differ.",
        ),
        (
            "[Posters]",
            "[Guides]",
            7,
            "stages[0]",
            "'Guides' stands under works and under must_improve; choose one.",
        ),
        (
            "verdict: must_improve",
            "verdict: improve",
            14,
            "stages[0].strategies[1].verdict",
            (
                "the text 'improve' is not allowed here; did you mean 'must_improve'? "
                "Allowed: in_use, works, must_improve."
            ),
        ),
        (
            "title: Purchase",
            "title: 2024",
            19,
            "stages[1].title",
            'expected text, but this is the number 2024. Put it in quotes: "2024".',
        ),
        (
            "{gte: 0.1}",
            "{gte: much}",
            23,
            "stages[1].enter[1].where.value.gte",
            "expected a number, but this is the text 'much'.",
        ),
        (
            "{channel: email}",
            "{channel: {is: email}}",
            24,
            "stages[1].keep[1].where.channel.is",
            (
                "unknown key 'is'. Allowed keys: eq, ne, in, not_in, gt, gte, lt, lte, is_set, contains, "
                "not_contains."
            ),
        ),
        (
            "activity: order_completed",
            "activity: {evnt: order_completed, event: x}",
            5,
            "activity.evnt",
            "unknown key 'evnt'; did you mean 'event'? Allowed keys: event, where.",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(old: str, new: str, line: int, field: str, message: str) -> None:
    assert SHOP.count(old) == 1
    error = told(SHOP.replace(old, new))
    assert (error.line, error.field) == (line, field)
    assert str(error) == f"shop.yaml:{line}, field {field}: {message}"


def test_the_names_inside_the_program_are_no_keys() -> None:
    error = told(SHOP.replace("    strategies:", "    written_strategies:"))
    assert "unknown key 'written_strategies'" in error.message


# What people write, short forms included; numbers as YAML can hold them.

words = st.text(min_size=1, max_size=12).filter(str.strip)
names = st.sampled_from(
    ["page_viewed", "order_completed", "Order Completed", "*", "été ☀", "a: b", "- x", "yes"]
)
numbers = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)
plain_values = words | st.booleans() | numbers
durations = st.sampled_from(["30d", "1d12h", "45s", "2w", "0.5h"])


def some_of(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings of one or more of these keys."""
    return st.fixed_dictionaries({}, optional=keys).filter(bool)


conditions = (
    plain_values
    | st.lists(plain_values, max_size=3)
    | some_of(
        **{"in": st.lists(plain_values, max_size=2)},
        eq=plain_values,
        not_in=st.lists(plain_values, max_size=2),
        contains=st.text(max_size=3),
        gte=numbers,
        lt=numbers,
        is_set=st.booleans(),
    )
)
properties = st.sampled_from(["value", "channel", "profile.city", "score", "properties_of", "größe"])
wheres = st.recursive(
    st.dictionaries(properties, conditions, max_size=2),
    lambda inner: some_of(
        all=st.lists(inner, max_size=2), any=st.lists(inner, min_size=1, max_size=2), **{"not": inner}
    ),
    max_leaves=3,
)
selectors = names | st.fixed_dictionaries(
    {"event": names | st.lists(names, min_size=1, max_size=2)}, optional={"where": wheres}
)
counts = st.integers(1, 9) | some_of(gte=st.integers(1, 4), lte=st.integers(4, 9))
rules = (
    selectors
    | st.fixed_dictionaries(
        {"event": names},
        optional={
            "then": st.fixed_dictionaries({"event": names}, optional={"within": durations}),
            "where": wheres,
        },
    )
    | st.fixed_dictionaries({"event": names, "count": counts}, optional={"within": durations})
)
strategies = words | st.fixed_dictionaries(
    {"text": words}, optional={"verdict": st.sampled_from(["in_use", "works", "must_improve"])}
)


def stages(ids: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.tuples(
        *[
            st.fixed_dictionaries(
                {
                    "id": st.just(name),
                    "title": words,
                    "enter": rules | st.lists(rules, min_size=1, max_size=2),
                },
                optional={
                    "keep": selectors | st.lists(selectors, max_size=2),
                    "lapse": st.fixed_dictionaries({"after": durations}),
                    "purpose": st.text(max_size=20),
                    "channels": words | st.lists(words, max_size=2),
                    "strategies": st.lists(strategies, max_size=2),
                    "works": st.lists(words, max_size=2),
                },
            )
            for name in ids
        ]
    ).map(list)


documents = st.lists(st.sampled_from(["a", "b-2", "3_c"]), min_size=1, unique=True).flatmap(
    lambda ids: st.fixed_dictionaries(
        {"kind": st.just("lifecycle"), "id": st.just("x"), "title": words, "stages": stages(ids)},
        optional={"activity": selectors, "owner": st.text(max_size=5)},
    )
)


def yaml_text(data: Any) -> str:
    stream = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.allow_unicode = True
    writer.default_flow_style = False  # in flow style the writer leaves '?x' bare and reads it as a key
    writer.dump(data, stream)
    return stream.getvalue()


@settings(deadline=None)
@given(documents)
def test_a_document_survives_its_way_to_a_file_and_back(data: dict[str, Any]) -> None:
    document = load_lifecycle(yaml_text(data), file="a.yaml")
    dumped = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert load_lifecycle(yaml_text(dumped), file="b.yaml") == document
    assert load_lifecycle(json.dumps(dumped), file="c.yaml") == document  # JSON is YAML


@settings(deadline=None)
@given(documents)
def test_the_schema_for_editors_accepts_what_is_read(data: dict[str, Any]) -> None:
    load_lifecycle(yaml_text(data), file="a.yaml")
    jsonschema.Draft202012Validator(json_schema()).validate(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: lifecycle", "kind: journey"),
        ("lapse:", "laspe:"),
        ("{after: 30d}", "30d"),
        ("{after: 30d}", "{after: 30}"),
        ("{gte: 0.1}", "{gtee: 0.1}"),
        ("id: purchase", "id: Purchase"),
        ("    title: Purchase\n", ""),
        ("verdict: must_improve", "verdict: bad"),
        ("[order_completed, {event: page_viewed,", "[order_completed, {evnt: page_viewed,"),
        ("channels: Shop", "channels: 5"),
    ],
)
def test_the_schema_for_editors_refuses_what_is_refused(old: str, new: str) -> None:
    wrong = SHOP.replace(old, new)
    assert wrong != SHOP
    told(wrong)
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(YAML(typ="safe", pure=True).load(SHOP))
    assert not validator.is_valid(YAML(typ="safe", pure=True).load(wrong))


def test_the_schema_is_a_schema_and_every_key_in_it_is_explained() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    stage = schema["$defs"]["Stage"]
    for place in (schema, stage):
        assert [name for name, field in place["properties"].items() if not field.get("description")] == []
    assert set(stage["required"]) == {"id", "title", "enter"}
