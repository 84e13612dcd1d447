"""What a format could not carry, as plain values that can be said in English and in French."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parcours.journeys.findings import Language

_MESSAGES: dict[str, dict[Language, str]] = {
    "score-limited": {
        "en": "Scores outside {detail}, brought to its nearest end: {count}.",
        "fr": "Notes hors de {detail}, ramenées à la borne la plus proche : {count}.",
    },
    "score-rounded": {
        "en": "Scores rounded to whole numbers: {count} ({detail}).",
        "fr": "Notes arrondies à l’entier : {count} ({detail}).",
    },
    "score-missing": {
        "en": "Touchpoints without an emotion, which the format needs, now at neutral: {count} ({detail}).",
        "fr": "Points de contact sans émotion, que le format exige, mis à neutre : {count} ({detail}).",
    },
    "signs-replaced": {
        "en": "Texts with signs that the format keeps for itself, replaced by look-alikes: {count} ({detail}).",
        "fr": "Textes avec des signes réservés par le format, remplacés par d’autres : {count} ({detail}).",
    },
    "not-carried": {
        "en": "Without a place in the format: {detail} ({count}).",
        "fr": "Sans place dans le format : {detail} ({count}).",
    },
    "not-read": {
        "en": "Not understood and left out: {count} ({detail}).",
        "fr": "Non compris et laissé de côté : {count} ({detail}).",
    },
    "merged": {
        "en": "Cells in which several texts stand together: {count} ({detail}).",
        "fr": "Cellules où plusieurs textes sont réunis : {count} ({detail}).",
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
    "statements-beyond": {
        "en": "statements beyond the first three of a cell",
        "fr": "énoncés au-delà des trois premiers d’une cellule",
    },
    "lanes-beyond": {
        "en": "lanes without room on their slide",
        "fr": "lignes sans place sur leur diapositive",
    },
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


def not_read(names: Iterable[str]) -> tuple[Loss, ...]:
    """The loss of parts of a file that were not understood; none when all were."""
    listed = list(names)
    return (Loss("not-read", len(listed), named(listed)),) if listed else ()


def named(names: Iterable[str], limit: int = 5) -> str:
    """A few names, and how many more."""
    listed = list(dict.fromkeys(names))
    more = f" … (+{len(listed) - limit})" if len(listed) > limit else ""
    return ", ".join(_short(name) for name in listed[:limit]) + more


def _short(name: str, most: int = 80) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"
