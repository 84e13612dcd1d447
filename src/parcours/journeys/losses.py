"""What a format could not carry, as plain values that can be said in English and in French."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parcours.journeys.findings import Language

_MESSAGES: dict[str, dict[Language, str]] = {
    "score-limited": {
        "en": "{count} scores lie outside {detail} and were brought to its nearest end.",
        "fr": "{count} notes hors de {detail} ont été ramenées à la borne la plus proche.",
    },
    "score-rounded": {
        "en": "{count} scores were rounded to whole numbers: {detail}.",
        "fr": "{count} notes ont été arrondies à l’entier : {detail}.",
    },
    "score-missing": {
        "en": "{count} touchpoints have no emotion; the format needs one, so they stand at neutral: {detail}.",
        "fr": "{count} points de contact sans émotion ; le format en exige une, ils sont notés neutres : {detail}.",
    },
    "signs-replaced": {
        "en": "Signs that the format keeps for itself were replaced by look-alikes in {count} texts: {detail}.",
        "fr": "Des signes réservés par le format ont été remplacés par d’autres dans {count} textes : {detail}.",
    },
    "not-carried": {
        "en": "The format has no place for {detail} ({count}).",
        "fr": "Le format n’a pas de place pour : {detail} ({count}).",
    },
    "not-read": {
        "en": "{count} parts were not understood and left out: {detail}.",
        "fr": "{count} éléments n’ont pas été compris et sont laissés de côté : {detail}.",
    },
    "merged": {
        "en": "{count} texts stand together in one cell: {detail}.",
        "fr": "{count} textes sont réunis dans une même cellule : {detail}.",
    },
}

# What formats leave out, in words.
_THINGS: dict[str, dict[Language, str]] = {
    "numbers": {"en": "measured figures", "fr": "chiffres mesurés"},
    "emotions-measured": {"en": "measured emotions", "fr": "émotions mesurées"},
    "emotions": {"en": "emotions", "fr": "émotions"},
    "quotes": {"en": "quotes", "fr": "citations"},
    "cells": {"en": "statements in lanes", "fr": "énoncés des lignes de la carte"},
    "pain-points": {"en": "pain points", "fr": "irritants"},
    "opportunities": {"en": "opportunities", "fr": "opportunités"},
    "solutions": {"en": "solutions", "fr": "solutions"},
    "channels": {"en": "channels beyond the first", "fr": "canaux au-delà du premier"},
    "channels-all": {"en": "channels", "fr": "canaux"},
    "cards": {"en": "metric cards", "fr": "cartes d’indicateurs"},
    "personas": {"en": "descriptions of personas", "fr": "descriptions des personas"},
    "evidence": {"en": "evidence of statements", "fr": "sources des énoncés"},
    "moments": {"en": "moments of truth", "fr": "moments de vérité"},
    "goals": {"en": "goals, scenario and expectation", "fr": "objectifs, scénario et attentes"},
    "rules": {"en": "event rules of touchpoints", "fr": "règles d’événements des points de contact"},
    "persona-links": {"en": "who feels or says it", "fr": "à qui appartient l’énoncé"},
    "trends": {"en": "trends of metrics", "fr": "évolutions des indicateurs"},
}


@dataclass(frozen=True)
class Loss:
    """One kind of thing that was left out or changed: how often, and which."""

    code: str
    count: int
    detail: str = ""  # a thing's key, or names

    def say(self, language: Language) -> str:
        """The loss as a sentence."""
        thing = _THINGS.get(self.detail)
        detail = thing[language] if thing else self.detail
        return _MESSAGES[self.code][language].format(count=self.count, detail=detail)


def not_carried(counts: Iterable[tuple[str, int]]) -> tuple[Loss, ...]:
    """The losses of a format without places for these things; a thing that does not occur is no loss."""
    return tuple(Loss("not-carried", count, thing) for thing, count in counts if count)


def named(names: Iterable[str], limit: int = 5) -> str:
    """A few names, and how many more."""
    listed = list(dict.fromkeys(names))
    more = f" … (+{len(listed) - limit})" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more
