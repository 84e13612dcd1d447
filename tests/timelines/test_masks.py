"""Selectors over real columns: every kind of condition on every kind of value, and amounts exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from made_logs import Row, append, made_log, made_timelines, row, timelines_over
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.masks import matches, number, satisfies
from parcours.timelines.matchers import Condition, Selector
from parcours.timelines.partition import Partition
from twins.logs import Log, lifecycles, logs
from twins.matching import satisfies as twin_satisfies
from twins.matching import selects
from twins.partitions import partition_of

MISSING = object()
VALUES: dict[str, Any] = {
    "missing": MISSING, "null": None, "empty": "", "space": " ", "text": "Email", "lower": "email",
    "accents": "Été ÀÉÎ", "sharp": "Straße", "emoji": "🛒", "quote": 'a "b" \'c\'', "lines": "a\nb\t\\",
    "five": 5, "five point": 5.0, "five text": "5", "padded": "05", "spaced": " 5 ", "plus": "+5",
    "tenth": 0.1, "tenth text": "0.10", "negative": -3.5,
    "big": 12345678901234567890, "exponent": "1e3", "nan": "NaN",
    "infinity": "Infinity", "true": True, "false": False, "true text": "true", "object": {"b": [1, None]},
    "list": ["email", 5], "empty list": [],
}  # fmt: skip
CONDITIONS: list[Any] = [
    {"eq": ""}, {"eq": "email"}, {"eq": "Email"}, {"eq": "5"}, {"eq": 5}, {"eq": 5.0}, {"eq": 0.1},
    {"eq": True}, {"eq": False}, {"eq": "true"}, {"eq": "🛒"}, {"eq": 1000}, {"eq": 12345678901234567890},
    {"ne": "email"}, {"ne": 5}, {"ne": True},
    {"in": ["email", 5, True]}, {"in": []}, {"not_in": ["email", 5]}, {"not_in": []},
    {"contains": "MAIL"}, {"contains": "été"}, {"contains": "STRASSE"}, {"contains": ""}, {"contains": "\""},
    {"not_contains": "mail"}, {"not_contains": ""},
    {"gt": 5}, {"gte": 5}, {"lt": 5}, {"lte": 5}, {"gte": "0.1", "lte": "0.1"}, {"gt": -4, "lt": 0},
    {"lt": 1e30}, {"is_set": True}, {"is_set": False},
    {"gte": 5, "ne": "5"}, {"contains": "e", "not_contains": "m"}, {"is_set": True, "not_in": [5]},
]  # fmt: skip


def as_written(value: Any) -> Any:
    """What the twin reads: nested values are their JSON text."""
    return json.dumps(value, separators=(",", ":")) if isinstance(value, (dict, list)) else value


def one_event_each(properties: list[Any]) -> list[Row]:
    return [row("ann", place, "seen", properties=held) for place, held in enumerate(properties)]


def matching(partition: Partition, selector: Any) -> list[int]:
    """The instants at which the selector matches; the rows above are told apart by them."""
    flags = matches(partition, Selector.model_validate(selector))
    return [int(instant) for instant in partition.timestamps[flags]]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Partition:
    held = [{} if value is MISSING else {"p": value} for value in VALUES.values()]
    return made_timelines(tmp_path_factory.mktemp("values"), one_event_each(held), buckets=1).partitions()[0]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_every_condition_on_every_value(condition: Any, values: Partition) -> None:
    parsed = Condition.model_validate(condition)
    expected = [
        name
        for name, value in VALUES.items()
        if twin_satisfies(parsed, None if value is MISSING else as_written(value))
    ]
    found = matching(values, {"event": "seen", "where": {"p": condition}})
    assert [list(VALUES)[place] for place in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", Decimal(5)), (" -5.50 ", Decimal("-5.5")), (".5", Decimal("0.5")), ("5.", Decimal(5)),
        ("1E3", Decimal(1000)), ("1_000", None), ("٥", None), ("1,5", None), ("0x10", None), ("NaN", None),
        ("-Infinity", None), ("", None), (" ", None), (None, None), ("1e9999999", None), ("5 5", None),
    ],
)  # fmt: skip
def test_a_number_is_what_is_written_as_one(text: str | None, expected: Decimal | None) -> None:
    assert number(text) == expected


def test_a_number_with_a_long_exponent_is_compared_at_once() -> None:
    assert satisfies("1e999999", Condition.model_validate({"gt": 5}))
    assert not satisfies("1e-999999", Condition.model_validate({"gt": 5}))


KEYS = (
    "plain", "with space", "with.dot", 'with "quotes"', "l'apostrophe", "back\\slash", 'both\\"', "*", "$",
    "$.plain", "[0]", "a[0]", "#", "/", "~", "a/b~1", "", "clé", "🛒", "line\nbreak", "Plain", "profile",
)  # fmt: skip


def test_a_key_may_be_any_text(tmp_path: Path) -> None:
    held = {key: f"value of {key}" for key in KEYS}
    partition = made_timelines(tmp_path, one_event_each([held, {}, None]), buckets=1).partitions()[0]
    for key in KEYS:
        where = {"properties": {key: f"value of {key}"}}
        assert matching(partition, {"event": "*", "where": where}) == [0], key
        assert matching(partition, {"event": "*", "where": {"properties": {key: {"is_set": False}}}}) == [
            1,
            2,
        ]


def test_columns_of_the_log_are_properties_too(tmp_path: Path) -> None:
    rows = [
        row("ann", 0, "seen", channel="email", campaign="Été 26", source="klaviyo", currency="EUR"),
        row("ann", 1, "seen", properties={"channel": "email", "campaign": "Été 26"}),
        row("ann", 2, "seen"),
    ]
    partition = made_timelines(tmp_path, rows, buckets=1).partitions()[0]
    for name, value in (
        ("channel", "email"), ("campaign", "Été 26"), ("source", "klaviyo"), ("currency", "EUR")
    ):  # fmt: skip
        assert matching(partition, {"event": "seen", "where": {name: value}}) == [0]
        assert matching(partition, {"event": "seen", "where": {name: {"is_set": False}}}) == [1, 2]


AMOUNTS: list[tuple[int | None, str | None]] = [
    (1000, "EUR"), (999, "EUR"), (1001, "EUR"), (10, "JPY"), (9, "JPY"), (10_000, "KWD"), (9_999, "KWD"),
    (1000, None), (0, "EUR"), (-1000, "EUR"), (None, "EUR"), (None, None), (1000, "RSD"), (10_000, "IQD"),
    (2**63 - 1, "EUR"), (-(2**63) + 1, "KWD"), (1000, "ZZZ"),
]  # fmt: skip


@pytest.fixture(scope="module")
def amounts(tmp_path_factory: pytest.TempPathFactory) -> Partition:
    rows = [
        row("ann", place, "paid", value_minor=minor, currency=currency)
        for place, (minor, currency) in enumerate(AMOUNTS)
    ]
    return made_timelines(tmp_path_factory.mktemp("amounts"), rows, buckets=1).partitions()[0]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"gte": 10}, lambda amount: amount >= 10),
        ({"gt": 10}, lambda amount: amount > 10),
        ({"lt": 10}, lambda amount: amount < 10),
        ({"lte": "9.99"}, lambda amount: amount <= Decimal("9.99")),
        ({"gt": "9.999"}, lambda amount: amount > Decimal("9.999")),
        ({"eq": 10}, lambda amount: amount == 10),
        ({"eq": 9.999}, lambda amount: amount == Decimal("9.999")),
        ({"gte": "92233720368547758.07"}, lambda amount: amount >= Decimal("92233720368547758.07")),
        ({"lte": "-9223372036854775.807"}, lambda amount: amount <= Decimal("-9223372036854775.807")),
        ({"is_set": True}, Decimal.is_finite),
    ],
    ids=lambda given: given.__name__ if callable(given) else str(given),
)  # fmt: skip
def test_amounts_are_compared_exactly_in_major_units(
    condition: dict[str, Any], holds: Callable[[Decimal], bool], amounts: Partition
) -> None:
    digits = {"JPY": 0, "KWD": 3, "IQD": 3}
    expected = [
        place
        for place, (minor, currency) in enumerate(AMOUNTS)
        if minor is not None and holds(Decimal(minor) / 10 ** digits.get(currency or "", 2))
    ]
    assert matching(amounts, {"event": "paid", "where": {"value": condition}}) == expected


def test_no_amount_is_missing_whatever_the_currency(amounts: Partition) -> None:
    missing = [place for place, (minor, _) in enumerate(AMOUNTS) if minor is None]
    assert matching(amounts, {"event": "paid", "where": {"value": {"is_set": False}}}) == missing
    assert matching(amounts, {"event": "paid", "where": {"value": {"ne": 10}, "currency": "EUR"}}) == [
        1, 2, 8, 9, 10, 14
    ]  # fmt: skip


def test_traits_are_those_that_hold_last(tmp_path: Path) -> None:
    rows = [row(customer, place, "seen") for place, customer in enumerate(("ann", "bob", "Zoë", "none"))]
    log = made_log(tmp_path, rows, buckets=1)
    append(log, [], "second", {"ann": {"country": "FR", "size": "5"}, "Zoë": {"country": "é🛒"}}, when=10)
    append(
        log, [], "third", {"ann": {"country": "DE"}, "bob": {"country": None}, "elsewhere": {"country": "FR"}}
    )
    partition = timelines_over(log, tmp_path).partitions()[0]

    def owners(condition: Any, trait: str = "country") -> list[str]:
        found = matching(partition, {"event": "*", "where": {f"profile.{trait}": condition}})
        return [("ann", "bob", "Zoë", "none")[place] for place in sorted(found)]

    assert owners("FR") == ["ann"]
    assert owners("é🛒") == ["Zoë"]
    assert owners({"is_set": False}) == ["bob", "none"]
    assert owners({"gte": 5}, "size") == ["ann"]
    assert owners({"is_set": True}, "unknown") == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"all": [{"p": {"gte": 2}}, {"p": {"lte": 3}}]}, [2, 3]),
        ({"any": [{"p": 1}, {"p": 3}]}, [1, 3]),
        ({"not": {"p": {"gte": 1}}}, [0]),
        ({"not": {"any": [{"p": 1}, {"p": 2}]}}, [0, 3]),
        ({"p": {"gte": 1}, "not": {"p": 2}, "any": [{"p": 2}, {"p": 3}]}, [3]),
        ({"all": [{"not": {"all": [{"p": 1}]}}]}, [0, 2, 3]),
        ({"all": []}, [0, 1, 2, 3]),
    ],
    ids=str,
)
def test_conditions_combine(where: Any, expected: list[int], tmp_path: Path) -> None:
    rows = one_event_each([{"p": place} for place in range(4)])
    partition = made_timelines(tmp_path, rows, buckets=1).partitions()[0]
    assert matching(partition, {"event": "seen", "where": where}) == expected


@settings(deadline=None)
@given(logs(), lifecycles())
def test_flags_are_those_of_the_twin(log: Log, rules: LifecycleRules) -> None:
    partition = partition_of(log.events, log.profiles)
    in_order = sorted(log.events, key=lambda one: (one.customer.encode(), one.timestamp_us, one.event_id))
    selectors: list[Selector] = [rule for stage in rules.stages for rule in stage.enter]
    selectors += [keep for stage in rules.stages for keep in stage.keep or ()]
    for selector in selectors:
        expected = [selects(selector, event, log.profiles[event.customer]) for event in in_order]
        assert matches(partition, selector).tolist() == expected


def test_names_decide_first_and_an_empty_partition_has_no_flags(tmp_path: Path) -> None:
    empty = made_timelines(tmp_path / "empty", [], buckets=1).partitions()[0]
    for selector in ("seen", "*", {"event": "*", "where": {"p": 1, "value": {"gt": 1}, "profile.x": 1}}):
        assert len(matches(empty, Selector.model_validate(selector))) == 0
    full = made_timelines(
        tmp_path / "full", [row("a", 1, "x"), row("a", 2, "y"), row("b", 3, "X")], buckets=1
    )
    partition = full.partitions()[0]
    assert matching(partition, {"event": ["x", "y"]}) == [1, 2]
    assert matching(partition, {"event": ["x", "*"]}) == [1, 2, 3]
    assert matching(partition, "nothing") == []
