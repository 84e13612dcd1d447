"""Ready metrics: complete, the same in both languages, and every one a document that can be copied."""

from __future__ import annotations

from importlib.resources import files
from typing import get_args

import pytest

from parcours.errors import QueryError
from parcours.journeys import catalogue
from parcours.journeys.catalogue import (
    FEEDBACK,
    catalogue_names,
    feedback_text,
    metric_text,
    ready_feedback,
    ready_metric,
)
from parcours.settings import Language

# What the product promises to measure, by the names of the promise.
PROMISED = {
    "visits", "sign-ups", "search-ranking", "social-engagement", "new-customers", "open-rate", "click-rate",
    "click-through-rate", "cost-per-click", "engagement", "sales", "conversion-rate", "leads", "cost-per-conversion",
    "acquisition-cost", "retention-rate", "churn-rate", "repeat-rate", "upsell-rate", "csat", "comments", "nps",
    "good-reviews", "referrals", "mentions", "average-order-value", "revenue",
}  # fmt: skip


def test_nothing_that_was_promised_is_missing() -> None:
    assert set(catalogue_names()) >= PROMISED
    assert len(set(catalogue_names())) == len(catalogue_names())


@pytest.mark.parametrize("name", catalogue_names())
def test_a_metric_is_the_same_in_both_languages(name: str) -> None:
    english, french = ready_metric(name, "en"), ready_metric(name, "fr")
    words = {"title", "meaning"}
    assert english.id == name
    assert english.model_dump(exclude=words) == french.model_dump(exclude=words)
    assert english.meaning
    assert english.meaning != french.meaning
    if english.score is not None:
        assert english.score.feedback in FEEDBACK


@pytest.mark.parametrize("name", FEEDBACK)
def test_a_source_of_feedback_is_the_same_in_both_languages(name: str) -> None:
    english, french = ready_feedback(name, "en"), ready_feedback(name, "fr")
    assert english.model_dump(exclude={"title"}) == french.model_dump(exclude={"title"})
    assert english.id == name


def test_every_file_is_in_the_list() -> None:
    found = {one.name for one in files(catalogue).iterdir() if one.name.endswith(".yaml")}
    assert found == {
        f"{name}.{language}.yaml" for name in catalogue_names() for language in get_args(Language)
    }


def test_what_does_not_exist_is_said() -> None:
    with pytest.raises(QueryError, match="no ready metric 'visit'"):
        metric_text("visit")
    with pytest.raises(QueryError, match="no ready source"):
        feedback_text("mood")
