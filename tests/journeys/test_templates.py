"""Every template is a right document, and the same lifecycle in both languages."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from parcours.errors import QueryError
from parcours.journeys.lifecycle import json_schema, load_lifecycle
from parcours.journeys.reading import read_texts
from parcours.journeys.references import check_references, stages_of, unused
from parcours.journeys.templates import (
    Language,
    Template,
    template,
    template_files,
    template_names,
    template_text,
    templates,
)
from parcours.journeys.templates.bundles import spaced

NAMES = template_names()
BOTH = [(name, language) for name in NAMES for language in ("en", "fr")]


def test_the_files_are_those_that_are_offered() -> None:
    folder = files("parcours.journeys.templates")
    there = {path.name for path in folder.iterdir() if path.name.endswith(".yaml")}
    assert there <= {f"{name}.{language}.yaml" for name, language in BOTH}
    bundles = {path.name for path in (folder / "documents").iterdir()}
    assert bundles == {f"{name}.yaml" for name in (*NAMES, "channels", "metrics")}


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_a_template_is_complete(name: str, language: str) -> None:
    document = template(name, language)
    assert document.id == name
    assert document.purpose
    for stage in document.stages:
        assert stage.purpose
        assert stage.lapse is not None
        assert stage.channels
        assert len(stage.strategies) >= 2


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_a_template_fits_the_schema_for_editors(name: str, language: str) -> None:
    data = YAML(typ="safe", pure=True).load(template_text(name, language))
    jsonschema.Draft202012Validator(json_schema()).validate(data)


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_comments_teach_the_three_words_and_fit_a_screen(name: str, language: str) -> None:
    text = template_text(name, language)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    for word in ("enter ", "keep ", "lapse ", "parcours check"):
        assert any(word in line for line in comments), word
    assert max(len(line) for line in text.splitlines()) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_are_one_lifecycle(name: str) -> None:
    english, french = template(name, "en"), template(name, "fr")
    assert english.rules == french.rules
    assert english.activity == french.activity
    assert english.title != french.title
    for one, other in zip(english.stages, french.stages, strict=True):
        assert len(one.channels) == len(other.channels)
        assert [item.verdict for item in one.strategies] == [item.verdict for item in other.strategies]
        assert not {item.text for item in one.strategies} & {item.text for item in other.strategies}


def test_the_first_template_is_that_of_a_shop() -> None:
    assert templates("fr")[0] == Template(
        "ecommerce",
        "Cycle de vie des clients de la boutique",
        ("Notoriété", "Considération", "Achat", "Fidélisation", "Recommandation"),
    )
    assert [offer.name for offer in templates()] == list(NAMES)


def test_retention_of_a_shop_is_the_second_order() -> None:
    (rule,) = template("ecommerce").stage("retention").enter
    assert rule.event == ("order_completed",)
    assert rule.count is not None
    assert rule.count.bounds == (2, None)


def test_what_the_comments_offer_can_be_written() -> None:
    """The annual payment of the subscription template, as its comment says."""
    text = template_text("subscription").replace("lapse: {after: 40d}", "lapse: {after: 400d}")
    document = load_lifecycle(text, file="mine.yaml")
    lapse = document.stage("active").lapse
    assert lapse is not None
    assert lapse.after.days == 400


def test_an_unknown_template_is_told_what_there_is() -> None:
    with pytest.raises(QueryError, match=r"no template 'ecomerce'\. Did you mean 'ecommerce'\?"):
        template_text("ecomerce")


def test_a_hyphen_more_or_less_is_no_mistake() -> None:
    assert template_text("E-Commerce") == template_text("ecommerce")


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_all_files_of_a_template_fit_together(name: str, language: Language) -> None:
    written = read_texts(template_files(name, language))
    check_references(written)
    documents = written.documents
    assert unused(documents) == ()
    assert documents.lifecycle is not None
    served = {stage for journey in documents.journeys.values() for stage in stages_of(journey)}
    assert served >= {stage.id for stage in documents.lifecycle.stages} - {"retention"}
    for journey in documents.journeys.values():
        assert 6 <= len(journey.touchpoints) <= 12 or name == "service-blueprint"
        assert all(
            point.events and point.doing and point.thinking and point.emotion for point in journey.touchpoints
        )
        assert sum(not point.optional for point in journey.touchpoints) >= 3
        assert any(point.moment_of_truth for point in journey.touchpoints)
        cards = [card for phase in journey.phases for card in phase.metrics]
        assert all(card.target is None for card in cards)
    assert len(documents.pain_points) >= 2
    assert documents.solutions


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_are_the_same_map(name: str) -> None:
    english, french = template_files(name, "en"), template_files(name, "fr")
    assert list(english) == list(french)
    for path in english:
        one, other = read_texts({path: english[path]}), read_texts({path: french[path]})
        (key,) = one.written
        assert without_words(one.written[key].document) == without_words(other.written[key].document), path


@pytest.mark.parametrize("name", NAMES)
def test_french_texts_are_french(name: str) -> None:
    english, french = template_files(name, "en"), template_files(name, "fr")
    for path in french:
        if path.startswith("journeys/"):
            assert english[path] != french[path]
            assert not re.search(r"\b(the|and|with|does|them)\b", french[path]), path
            assert " | " not in french[path] + english[path]


@pytest.mark.parametrize("name", NAMES)
def test_every_phase_and_stage_is_measured(name: str) -> None:
    documents = read_texts(template_files(name)).documents
    for journey in documents.journeys.values():
        assert all(phase.metrics for phase in journey.phases)
    assert documents.lifecycle is not None
    assert all(stage.metrics for stage in documents.lifecycle.stages)


@pytest.mark.parametrize("name", NAMES)
def test_no_line_breaks_before_a_french_sign(name: str) -> None:
    for path, text in template_files(name, "fr").items():
        words = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        spaced = re.findall(r".{0,20} [?!;»](?:[\s,.]|$)|« .{0,20}", re.sub(r"\s#.*", "", "\n".join(words)))
        assert spaced == [], path


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Combien ?", "Combien\u202f?"),
        ("Oui ! Non ; si", "Oui\u202f! Non\u202f; si"),
        ("« oui »", "«\u202foui\u202f»"),
        ("12 % de remise", "12\u202f% de remise"),
        ("a ?b", "a ?b"),
    ],
)
def test_french_signs_get_narrow_spaces(plain: str, set_: str) -> None:
    assert spaced(plain) == set_


def without_words(value: Any) -> Any:
    """A document without the texts that people read: ids, rules and numbers are left."""
    if isinstance(value, BaseModel):
        return {
            name: without_words(getattr(value, name))
            for name in type(value).model_fields
            if name not in WORDS
        }
    if isinstance(value, (list, tuple)):
        return [without_words(part) for part in value]
    if isinstance(value, dict):
        return {key: without_words(part) for key, part in value.items()}
    return value


WORDS = frozenset(
    {"title", "name", "role", "text", "quote", "goal", "goals", "needs", "frustrations", "scenario", "purpose",
     "meaning", "channels", "written_strategies", "works", "must_improve", "owner", "expectation", "label"}
)  # fmt: skip
