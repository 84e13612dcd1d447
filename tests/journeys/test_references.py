"""What documents say of each other: every missing id with its line, both ways, and circles."""

from __future__ import annotations

import pytest

from made_documents import SHOP, changed, full
from parcours.errors import DocumentError, DocumentsError
from parcours.journeys.documents import KINDS
from parcours.journeys.reading import read_texts
from parcours.journeys.references import check_references, references, unused


def check(texts: dict[str, str]) -> None:
    check_references(read_texts(texts))


def test_documents_that_fit_together_pass() -> None:
    check(SHOP)


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("journeys/one.yaml", "stage: purchase", "stage: purchas",
         "one.yaml:4, field stage: there is no stage 'purchas'. Did you mean 'purchase'?"),
        ("journeys/one.yaml", "claire", "clare", "one.yaml:5, field personas: there is no persona 'clare'"),
        ("journeys/one.yaml", "[web]", "[wep]",
         "one.yaml:10, field phases[0].touchpoints[0].channels[0]: there is no channel 'wep'"),
        ("journeys/one.yaml", "metric: rate", "metric: rat", "there is no metric 'rat'. Did you mean 'rate'?"),
        ("journeys/one.yaml", "feedback: stars", "feedback: star", "there is no feedback 'star'"),
        ("journeys/one.yaml", "feedback: stars", "doing: {text: x, persona: tom}, feedback: stars",
         "there is no persona 'tom'"),
        ("journeys/one.yaml", "feedback: stars", "use: one/nothing", "there is no touchpoint 'one/nothing'"),
        ("journeys/one.yaml", "feedback: stars", "journey: returns", "there is no journey 'returns'"),
        ("journeys/one.yaml", "stage: purchase", "stage: purchase\nparent: whole", "there is no journey 'whole'"),
        ("lifecycle.yaml", "[one]", "[two]",
         "lifecycle.yaml:6, field stages[0].journeys[0]: there is no journey 'two'"),
        ("metrics/rate.yaml", "repeat: {events: order}", "churn: {stage: buying}", "there is no stage 'buying'"),
        ("metrics/rate.yaml", "repeat: {events: order}", "score: {feedback: star, take: mean}",
         "there is no feedback 'star'"),
        ("pain-points/late.yaml", "one/guide", "one/guid",
         "there is no touchpoint 'one/guid'. Did you mean 'one/guide'?"),
        ("opportunities/early.yaml", "late", "lat", "there is no pain point 'lat'"),
        ("solutions/date.yaml", "metric: rate", "metric: rte",
         "date.yaml:5, field expected.metric: there is no metric 'rte'"),
        ("segments/french.yaml", "{profile: {country: FR}}", "{all: [{stage: [purchas]}]}",
         "field condition.all[0].stage[0]: there is no stage 'purchas'"),
        ("personas/claire.yaml", "name: Claire", "name: Claire\nsegment: frensh",
         "there is no segment 'frensh'. Did you mean 'french'?"),
    ],
)  # fmt: skip
def test_an_id_that_does_not_exist_is_told_with_its_line(path: str, old: str, new: str, told: str) -> None:
    with pytest.raises(DocumentError) as caught:
        check(changed(path, old, new))
    assert told in str(caught.value)


def test_customers_in_no_stage_are_a_stage_of_segments() -> None:
    check(changed("segments/french.yaml", "{profile: {country: FR}}", "{stage: (none)}"))


def test_without_any_of_a_kind_the_way_out_is_told() -> None:
    with pytest.raises(DocumentError, match=r"Write it into personas/claire\.yaml, or leave the name out"):
        check({"journeys/one.yaml": "kind: journey\nid: one\ntitle: O\npersonas: claire\nphases:\n"
               "  - {id: p, title: P, touchpoints: [{id: t, title: T}]}\n"})  # fmt: skip


def test_a_stage_and_its_journeys_must_agree() -> None:
    with pytest.raises(DocumentError, match="lists the journey 'one', which does not name this stage"):
        check(changed("journeys/one.yaml", "stage: purchase\n", ""))
    two = {"journeys/two.yaml": SHOP["journeys/one.yaml"].replace("id: one", "id: two")}
    with pytest.raises(DocumentError, match=r"two\.yaml:4, field stage: .* whose list of journeys lacks it"):
        check(SHOP | two)
    check(changed("lifecycle.yaml", ", journeys: [one]", "") | two)  # no list: left to the journeys


def test_a_phase_may_name_the_stage() -> None:
    texts = changed("journeys/one.yaml", "stage: purchase\n", "")
    texts["journeys/one.yaml"] = texts["journeys/one.yaml"].replace(
        "Discover\n", "Discover\n    stage: purchase\n"
    )
    check(texts)


def test_circles_are_told_once() -> None:
    two = (
        SHOP["journeys/one.yaml"].replace("id: one", "id: two\nparent: one").replace("stage: purchase\n", "")
    )
    texts = changed("journeys/one.yaml", "stage: purchase", "stage: purchase\nparent: two")
    with pytest.raises(DocumentError, match="'parent' goes in a circle: one → two → one"):
        check(texts | {"journeys/two.yaml": two})
    uses = changed("journeys/one.yaml", "feedback: stars", "use: one/basket")
    uses["journeys/one.yaml"] = uses["journeys/one.yaml"].replace("events: added", "use: one/guide")
    with pytest.raises(DocumentError, match="'use' goes in a circle: one/guide → one/basket → one/guide"):
        check(uses)
    with pytest.raises(DocumentError, match="'parent' goes in a circle: one → one"):
        check(changed("journeys/one.yaml", "stage: purchase", "stage: purchase\nparent: one"))


def test_several_mistakes_are_told_together() -> None:
    texts = changed("journeys/one.yaml", "claire", "clare")
    texts |= {"solutions/date.yaml": SHOP["solutions/date.yaml"].replace("early", "erly")}
    with pytest.raises(DocumentsError) as caught:
        check(texts)
    assert [error.line for error in caught.value.errors] == [5, 4]


def test_what_nothing_names_is_unused() -> None:
    assert unused(read_texts(SHOP).documents) == ()
    loose = changed("journeys/one.yaml", "personas: claire\n", "")
    assert [one.id for one in unused(read_texts(loose).documents)] == ["claire"]


def test_every_reference_of_the_full_examples_is_seen() -> None:
    seen = {(kind, one.kind) for kind in KINDS for one in references(full(kind))}
    assert seen >= {
        ("lifecycle", "metric"), ("lifecycle", "journey"), ("journey", "stage"), ("journey", "persona"),
        ("journey", "journey"), ("journey", "touchpoint"), ("journey", "channel"), ("journey", "feedback"),
        ("journey", "metric"), ("pain-point", "touchpoint"), ("pain-point", "stage"), ("pain-point", "persona"),
        ("opportunity", "pain-point"), ("solution", "opportunity"), ("solution", "metric"),
    }  # fmt: skip
