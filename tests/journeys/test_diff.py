"""What changed: nothing where documents are equal, every field that differs, moves and definitions as such."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from made_documents import SHOP, changed, full, small
from parcours.journeys import diff as module
from parcours.journeys.change_words import document_said, said
from parcours.journeys.diff import Change, diff, diff_variants
from parcours.journeys.documents import KINDS
from parcours.journeys.field_words import FIELDS, KIND_WORDS
from parcours.journeys.reading import gathered, read_texts


def changes(texts: dict[str, str], before: dict[str, str] = SHOP) -> tuple[Change, ...]:
    return diff(read_texts(before).documents, read_texts(texts).documents)


def sentences(texts: dict[str, str], language: Any = "en") -> list[str]:
    return [said(change, language) for change in changes(texts)]


def mixed(part: BaseModel, other: BaseModel, fields: set[str]) -> Any:
    """A part with some fields taken from another."""
    return part.model_copy(update={field: getattr(other, field) for field in fields})


@pytest.mark.parametrize("kind", KINDS)
def test_equal_documents_do_not_differ(kind: str) -> None:
    state = gathered([full(kind)])
    assert diff(state, gathered([full(kind)])) == ()


@given(data=st.data(), kind=st.sampled_from(list(KINDS)))
def test_every_field_that_differs_is_named(data: st.DataObject, kind: str) -> None:
    before, other = small(kind), full(kind)
    fields = set(type(before).model_fields) - {"kind", "id"}
    taken = data.draw(st.sets(st.sampled_from(sorted(fields))))
    after = mixed(before, other, taken)
    found = diff(gathered([before]), gathered([after]))
    for field in fields:
        alias = type(before).model_fields[field].alias or field
        differs = getattr(before, field) != getattr(after, field)
        assert any(change.place[0] == alias for change in found) == differs
    assert all(said(change, language) for change in found for language in ("en", "fr"))


@given(data=st.data(), turned=st.booleans())
def test_every_field_of_a_touchpoint_that_differs_is_named(data: st.DataObject, turned: bool) -> None:
    one, other = small("journey"), full("journey")
    before, source = one.touchpoints[0], other.touchpoints[0]
    fields = set(type(before).model_fields) - {"id"}
    taken = data.draw(st.sets(st.sampled_from(sorted(fields))))
    after = mixed(before, source, taken)
    states = [gathered([_with_touchpoint(one, touchpoint)]) for touchpoint in (before, after)]
    found = diff(*(reversed(states) if turned else states))
    named = {
        change.place[4]
        for change in found
        if change.place[:4] == ("phases", "discover", "touchpoints", "visit")
    }
    assert named == {field for field in fields if getattr(before, field) != getattr(after, field)}


def _with_touchpoint(journey: Any, touchpoint: Any) -> Any:
    first = journey.phases[0]
    phase = first.model_copy(update={"touchpoints": (touchpoint, *first.touchpoints[1:])})
    return journey.model_copy(update={"phases": (phase,)})


def test_a_touchpoint_that_moves_has_moved() -> None:
    guide = "      - {id: guide, title: Open the guide, feedback: stars}\n"
    text = SHOP["journeys/one.yaml"].replace(guide, "").rstrip("\n") + "\n" + guide
    texts = SHOP | {"journeys/one.yaml": text}
    (change,) = changes(texts)
    assert (change.kind, change.before, change.after) == ("moved", "Discover", "Consideration")
    assert sentences(texts) == ["touchpoint “Open the guide”: moved to “Consideration” (from “Discover”)"]
    (french,) = sentences(texts, "fr")
    assert french.replace("\u00a0", " ") == (
        "point de contact « Open the guide » : passe de « Discover » à « Consideration »"
    )


def test_a_target_is_told_in_the_unit_of_its_metric() -> None:
    texts = changed("journeys/one.yaml", "0.62", "0.65")
    assert sentences(texts) == ["touchpoint “Visit”, metric “rate”: target: 62% → 65%"]
    assert sentences(texts, "fr")[0].endswith("cible\u00a0: 62\u202f% → 65\u202f%")
    effect = sentences(changed("solutions/date.yaml", "0.05", "0.06"))
    assert effect == ["expected change: 5% → 6%"]


def test_another_definition_breaks_the_trend() -> None:
    texts = changed("metrics/rate.yaml", "{events: order}", "{events: order, within: 90d}")
    (change,) = changes(texts)
    assert (change.kind, change.document) == ("redefined", ("metric", "rate"))
    assert "trend broken here" in said(change)
    assert [one.kind for one in changes(changed("metrics/rate.yaml", "Rate of", "Share of"))] == ["changed"]
    assert [one.kind for one in changes(changed("feedback/stars.yaml", "scale: stars", "scale: csat"))] == [
        "redefined"
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("lifecycle.yaml", "30d", "45d", "stage “Purchase”: lapse after: 30d → 45d"),
        ("lifecycle.yaml", "id: shop", "id: store", "id: shop → store"),
        ("journeys/one.yaml", "personas: claire", "personas: [tom, claire]", "persona added: tom"),
        ("journeys/one.yaml", "emotion: 1", "emotion: -1", "touchpoint “Visit”: emotion: 1 → -1"),
        ("journeys/one.yaml", ", emotion: 1", "", "touchpoint “Visit”: emotion removed: 1"),
        ("journeys/one.yaml", "channels: [web]", "moment_of_truth: true",
         "touchpoint “Visit”: moment of truth: no → yes"),
        ("journeys/one.yaml", "      - {id: guide, title: Open the guide, feedback: stars}\n", "",
         "phase “Discover”: touchpoint removed: “Open the guide”"),
        ("journeys/one.yaml", "title: Consideration", "title: Weighing",
         "phase “Weighing”: title: Consideration → Weighing"),
        ("segments/french.yaml", "FR", "[FR, BE]",
         "condition: {profile: {country: FR}} → {profile: {country: [FR, BE]}}"),
    ],
)  # fmt: skip
def test_changes_are_said_in_the_terms_of_the_map(path: str, old: str, new: str, told: str) -> None:
    assert told in sentences(changed(path, old, new))


def test_order_is_told() -> None:
    lines = SHOP["journeys/one.yaml"].splitlines(keepends=True)
    lines[9], lines[10] = lines[10], lines[9]
    assert sentences(SHOP | {"journeys/one.yaml": "".join(lines)}) == [
        "phase “Discover”: touchpoints in another order: guide, visit"
    ]


def test_documents_that_come_and_go() -> None:
    without = {path: text for path, text in SHOP.items() if not path.startswith("segments")}
    assert sentences(without) == ["segment removed: “French”"]
    (change,) = changes(SHOP, without)
    assert said(change, "fr") == "segment\u00a0: ajout de «\u00a0French\u00a0»"
    assert document_said(change) == "Segment “French” (french)"


def test_two_cards_of_one_metric_are_told_apart() -> None:
    two = "[{metric: rate, target: 0.62}, {metric: rate, where: {channel: web}}]"
    texts = changed("journeys/one.yaml", "[{metric: rate, target: 0.62}]", two)
    assert sentences(texts) == ["touchpoint “Visit”: metric added: {metric: rate, where: {channel: web}}"]


def test_a_journey_as_it_is_and_as_it_should_be() -> None:
    as_is = small("journey")
    to_be = as_is.model_copy(
        update={"id": "new", "variant": "to_be", "variant_of": "one", "title": "I buy faster"}
    )
    assert [said(change) for change in diff_variants(as_is, to_be)] == ["title: I buy → I buy faster"]
    assert diff_variants(as_is, as_is) == ()


def test_every_field_and_kind_has_its_words() -> None:
    models = [*KINDS.values(), *module._OPENED]
    fields = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert fields - FIELDS.keys() == set()
    assert FIELDS.keys() - fields == set()
    assert set(KINDS) <= KIND_WORDS.keys()
    assert {part.__name__.lower() for part in module._FOUND_BY} - {"emotion", "next"} <= KIND_WORDS.keys()
