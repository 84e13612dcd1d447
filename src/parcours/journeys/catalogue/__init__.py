"""Ready metrics, from visits to revenue, in English and in French: to read, to copy into a workspace, to change.

Each is a document like those that people write; so are the sources of feedback that four of them read. Same ids and
formulas in both languages. They name the events of the usual tracking plan: where yours are called otherwise, change
the copy."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.metrics import MetricDocument
from parcours.yaml_files import load_model

Language = Literal["en", "fr"]

# By what they speak of, in the order of the stages that most shops draw.
SECTIONS: dict[str, tuple[str, ...]] = {
    "awareness": ("visits", "sign-ups", "search-ranking", "social-engagement", "followers", "new-customers"),
    "consideration": ("open-rate", "click-rate", "click-through-rate", "cost-per-click", "engagement"),
    "purchase": (
        "sales", "orders", "revenue", "average-order-value", "conversion-rate", "leads", "cost-per-conversion",
        "acquisition-cost",
    ),
    "retention": (
        "retention-rate", "churn-rate", "repeat-rate", "upsell-rate", "csat", "effort", "comments", "return-rate",
        "support-contacts",
    ),
    "advocacy": ("nps", "good-reviews", "referrals", "mentions"),
}  # fmt: skip
FEEDBACK = ("recommendation", "satisfaction", "effort", "reviews")


def catalogue_names() -> tuple[str, ...]:
    """The ids of all ready metrics."""
    return tuple(name for names in SECTIONS.values() for name in names)


def metric_text(name: str, language: Language = "en") -> str:
    """The YAML text of a ready metric, comments included; raises QueryError for one that does not exist."""
    if name not in catalogue_names():
        raise QueryError(f"There is no ready metric {name!r}.", hint=did_you_mean(name, catalogue_names()))
    return (files(__package__) / f"{name}.{language}.yaml").read_text(encoding="utf-8")


def feedback_text(name: str, language: Language = "en") -> str:
    """The YAML text of a source of feedback; raises QueryError for one that does not exist."""
    if name not in FEEDBACK:
        raise QueryError(f"There is no ready source of feedback {name!r}.", hint=did_you_mean(name, FEEDBACK))
    return (files(__package__) / "feedback" / f"{name}.{language}.yaml").read_text(encoding="utf-8")


def ready_metric(name: str, language: Language = "en") -> MetricDocument:
    """A ready metric as a document."""
    return load_model(metric_text(name, language), MetricDocument, file=f"{name}.{language}.yaml")


def ready_feedback(name: str, language: Language = "en") -> FeedbackDocument:
    """A source of feedback as a document."""
    return load_model(feedback_text(name, language), FeedbackDocument, file=f"{name}.{language}.yaml")
