"""A change in words, English and French: "target: 62% → 65%", "touchpoint “Open the guide” moved to Consideration"."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from parcours.journeys.diff import Change
from parcours.journeys.field_words import FIELDS, KIND_WORDS

Language = Literal["en", "fr"]
_LONGEST = 80  # characters of a value that are shown
_NOTHING = {"en": "none", "fr": "rien"}
_YES_NO = {"en": ("yes", "no"), "fr": ("oui", "non")}

_SENTENCES: dict[str, dict[Language, str]] = {
    "document-added": {"en": "{kind} added: {name}", "fr": "{kind} : ajout de {name}"},
    "document-removed": {"en": "{kind} removed: {name}", "fr": "{kind} : suppression de {name}"},
    "added": {"en": "{one} added: {after}", "fr": "{one} : ajout de {after}"},
    "removed": {"en": "{one} removed: {before}", "fr": "{one} : retrait de {before}"},
    "changed": {"en": "{field}: {before} → {after}", "fr": "{field} : {before} → {after}"},
    "moved": {"en": "moved to {after} (from {before})", "fr": "passe de {before} à {after}"},
    "reordered": {"en": "{field} in another order: {after}", "fr": "{field}, nouvel ordre : {after}"},
    "redefined": {
        "en": "redefined: trend broken here ({field}: {before} → {after})",
        "fr": "nouvelle définition : la tendance s’interrompt ici ({field} : {before} → {after})",
    },
}


def said(change: Change, language: Language = "en") -> str:
    """The change in a sentence, without the name of its document."""
    about = change.what == "document"
    key = f"document-{change.kind}" if about else change.kind
    one, field = ("", "") if about else FIELDS[_field(change)][language]
    sentence = _SENTENCES[key][language].format(
        kind=KIND_WORDS[change.document[0]][language],
        name=_quoted(change.title, language),
        one=one,
        field=field,
        before=_value(change, change.before, language),
        after=_value(change, change.after, language),
    )
    if change.within:
        parts = (f"{KIND_WORDS[kind][language]} {_quoted(title, language)}" for kind, title in change.within)
        colon = " :" if language == "fr" else ":"
        sentence = f"{', '.join(parts)}{colon} {sentence}"
    return _kept_together(sentence) if language == "fr" else sentence


def document_said(change: Change, language: Language = "en") -> str:
    """The document of a change, as a heading: its kind, its title, its id."""
    kind = KIND_WORDS[change.document[0]][language]
    told = f"{kind[0].upper()}{kind[1:]} {_quoted(change.title, language)} ({change.document[1]})"
    return _kept_together(told) if language == "fr" else told


def _field(change: Change) -> str:
    """The field to name; an emotion is its score."""
    return "emotion" if change.what == "score" and "emotion" in change.place else change.what


def _value(change: Change, value: Any, language: Language) -> str:
    if change.what == "touchpoints" and isinstance(value, str):
        return _quoted(value, language)
    return _shortened(_in_words(value, change.unit, language))


def _in_words(value: Any, unit: str, language: Language) -> str:
    if value is None or value in ("", [], {}):
        return _NOTHING[language]
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if isinstance(value, (int, float, Decimal)):
        return _number(value, unit, language)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return _flow(value)


def _number(value: int | float | Decimal, unit: str, language: Language) -> str:
    exact = Decimal(str(value)) * (100 if unit == "share" else 1)
    text = f"{exact.normalize():f}"
    if language == "fr":
        text = text.replace(".", ",")
    if unit != "share":
        return text
    return f"{text} %" if language == "fr" else f"{text}%"


def _flow(value: Any) -> str:
    """A rule as it could be written in one line of YAML."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(part)}' for key, part in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_flow(part) for part in value)}]"
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _quoted(text: str, language: Language) -> str:
    return f"« {text} »" if language == "fr" else f"“{text}”"


def _kept_together(text: str) -> str:
    """No line breaks before the signs that French sets apart."""
    for plain, kept in (("« ", "«\u00a0"), (" »", "\u00a0»"), (" :", "\u00a0:"), (" %", "\u202f%")):
        text = text.replace(plain, kept)
    return text


def by_document(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by ``kind/id`` of their document, in their order."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault("/".join(change.document), []).append(change)
    return found
