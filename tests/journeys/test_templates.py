"""Every template is a right document, and the same lifecycle in both languages."""

from __future__ import annotations

from importlib.resources import files

import jsonschema
import pytest
from ruamel.yaml import YAML

from parcours.errors import QueryError
from parcours.journeys.lifecycle import json_schema, load_lifecycle
from parcours.journeys.templates import Template, template, template_names, template_text, templates

NAMES = template_names()
BOTH = [(name, language) for name in NAMES for language in ("en", "fr")]


def test_the_files_are_those_that_are_offered() -> None:
    there = {
        path.name for path in files("parcours.journeys.templates").iterdir() if path.name.endswith(".yaml")
    }
    assert there == {f"{name}.{language}.yaml" for name, language in BOTH}


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
    with pytest.raises(QueryError, match=r"no template 'e-commerce'\. Did you mean 'ecommerce'\?"):
        template_text("e-commerce")
