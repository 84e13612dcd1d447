"""How a metric is computed, in words: the definition that stands beside every figure of the map."""

from __future__ import annotations

from parcours.journeys.documents import Documents
from parcours.journeys.metrics import Figure, MetricDocument, Score, StageRate
from parcours.maps.drawn_touchpoints import selectors_in_words
from parcours.settings import Language
from parcours.timelines.matchers import Rule, Selector, Where

_WORDS: dict[str, dict[Language, str]] = {
    "events": {"en": "number of events {of}", "fr": "nombre d’événements {of}"},
    "customers": {"en": "number of customers with {of}", "fr": "nombre de clients avec {of}"},
    "first_ever": {
        "en": "number of customers whose first {of} lies in the period",
        "fr": "nombre de clients dont le premier {of} tombe dans la période",
    },
    "sessions": {
        "en": "number of sessions (30 minutes idle) with {of}",
        "fr": "nombre de sessions (30 minutes d’inactivité) avec {of}",
    },
    "sum": {"en": "sum of {what} over {of}", "fr": "somme de {what} sur {of}"},
    "mean": {"en": "mean of {what} over {of}", "fr": "moyenne de {what} sur {of}"},
    "median": {"en": "median of {what} over {of}", "fr": "médiane de {what} sur {of}"},
    "observed_sum": {"en": "sum of the observed {of}", "fr": "somme des relevés de {of}"},
    "observed_mean": {"en": "mean of the observed {of}", "fr": "moyenne des relevés de {of}"},
    "observed_last": {"en": "last observed {of}", "fr": "dernier relevé de {of}"},
    "ratio": {"en": "{of} ÷ {per}", "fr": "{of} ÷ {per}"},
    "conversion": {
        "en": "customers with {of} in the period → {to} within {within}",
        "fr": "clients avec {of} dans la période → {to} dans les {within}",
    },
    "repeat": {
        "en": "customers whose first {of} lies in the period → a second one within {within}",
        "fr": "clients dont le premier {of} tombe dans la période → un deuxième dans les {within}",
    },
    "churn": {
        "en": "customers in the stage {stage} at the start of the period → lapsed in it",
        "fr": "clients dans l’étape {stage} au début de la période → partis pendant celle-ci",
    },
    "churn_cancelled": {
        "en": "customers in the stage {stage} at the start of the period → {of} in it",
        "fr": "clients dans l’étape {stage} au début de la période → {of} pendant celle-ci",
    },
    "retention": {
        "en": "customers in the stage {stage} at the start of the period → not lapsed in it",
        "fr": "clients dans l’étape {stage} au début de la période → toujours là à la fin",
    },
    "retention_cancelled": {
        "en": "customers in the stage {stage} at the start of the period → no {of} in it",
        "fr": "clients dans l’étape {stage} au début de la période → sans {of} pendant celle-ci",
    },
    "own_stage": {"en": "where the card stands", "fr": "où se trouve la carte"},
    "nps": {
        "en": "share of 9–10 minus share of 0–6 among the answers of {of}",
        "fr": "part des 9–10 moins part des 0–6 parmi les réponses à {of}",
    },
    "top_two": {
        "en": "share of the two best values among the answers of {of}",
        "fr": "part des deux meilleures valeurs parmi les réponses à {of}",
    },
    "mean_score": {"en": "mean of the answers of {of}", "fr": "moyenne des réponses à {of}"},
    "good": {
        "en": "share of {least} or better among the answers of {of}",
        "fr": "part de {least} ou mieux parmi les réponses à {of}",
    },
    "answers": {"en": "number of answers of {of}", "fr": "nombre de réponses à {of}"},
    "response_rate": {
        "en": "answers ÷ questions sent of {of}",
        "fr": "réponses ÷ questions envoyées de {of}",
    },
    "value": {"en": "value", "fr": "la valeur"},
    "where": {"en": "{said}, only where {where}", "fr": "{said}, seulement si {where}"},
}


def definition(
    metric: MetricDocument, documents: Documents, language: Language = "en", where: Where | None = None
) -> str:
    """The formula of a metric in one line, with the condition of its card."""
    said = _formula(metric, documents, language)
    if where is None:
        return said
    told = selectors_in_words((Selector(event=("*",), where=where),)).removeprefix('{event: "*", where: ')
    return _say("where", language, said=said, where=told.removesuffix("}"))


def _formula(metric: MetricDocument, documents: Documents, language: Language) -> str:
    if metric.figure is not None:
        return _figure(metric.figure, language)
    if metric.ratio is not None:
        of, per = (_figure(one, language) for one in (metric.ratio.of, metric.ratio.per))
        return _say("ratio", language, of=of, per=per)
    if metric.score is not None:
        return _score(metric.score, documents, language)
    return _of_customers(metric, documents, language)


def _of_customers(metric: MetricDocument, documents: Documents, language: Language) -> str:
    """Formulas that follow customers: conversion, repeat, churn, retention."""
    if metric.conversion is not None:
        one = metric.conversion
        return _say("conversion", language, of=_events(one.from_), to=_events(one.to), within=str(one.within))
    if metric.repeat is not None:
        return _say("repeat", language, of=_events(metric.repeat.events), within=str(metric.repeat.within))
    if metric.retention is not None:
        return _rate("retention", metric.retention, documents, language)
    return _rate("churn", metric.churn or StageRate(), documents, language)


def _figure(figure: Figure, language: Language) -> str:
    if figure.observations is not None:
        named = figure.observations
        if figure.dimensions:
            named += " (" + ", ".join(f"{name}: {value}" for name, value in figure.dimensions.items()) + ")"
        return _say(f"observed_{figure.take}", language, of=named)
    ways = ("events", "customers", "sessions", "sum", "mean", "median")
    way = next(one for one in ways if getattr(figure, one) is not None)
    what = _say("value", language) if figure.of == "value" else figure.of
    key = "first_ever" if figure.first_ever else way
    return _say(key, language, of=_events(getattr(figure, way)), what=what)


def _rate(kind: str, rate: StageRate, documents: Documents, language: Language) -> str:
    lifecycle = documents.lifecycle
    titles = {one.id: one.title for one in lifecycle.stages} if lifecycle else {}
    stage = titles.get(rate.stage, rate.stage) if rate.stage else _say("own_stage", language)
    if rate.cancelled is None:
        return _say(kind, language, stage=stage)
    return _say(f"{kind}_cancelled", language, stage=stage, of=_events(rate.cancelled))


def _score(score: Score, documents: Documents, language: Language) -> str:
    source = documents.feedback.get(score.feedback)
    named = (
        f"“{source.title}”"
        if source and language == "en"
        else f"« {source.title} »"
        if source
        else score.feedback
    )
    key = "mean_score" if score.take == "mean" else score.take
    return _say(key, language, of=named, least="" if score.at_least is None else str(score.at_least))


def _events(selector: Selector) -> str:
    return selectors_in_words((Rule(event=selector.event, where=selector.where),))


def _say(key: str, language: Language, **given: str) -> str:
    return _WORDS[key][language].format(**given)
