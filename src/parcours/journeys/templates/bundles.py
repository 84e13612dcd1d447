"""The documents of a template, written once in both languages and made in one.

A text ``English | French`` is cut at the bar, and the French gets the narrow spaces of its signs; ids, events and
numbers are shared, so that both languages are the same map. What a template names of the common channels and metrics,
and of the catalogue, comes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ruamel.yaml import YAML

from parcours.journeys.catalogue import FEEDBACK, catalogue_names, ready_feedback, ready_metric
from parcours.journeys.documents import KINDS, Document
from parcours.journeys.references import references

Language = Literal["en", "fr"]
BAR = " | "
NARROW_SPACE = "\u202f"
_BEFORE_SIGNS = re.compile(r" (?=[?!;:»%€](?:\s|$|[.,…)]))")
_COMMON = ("channels", "metrics")


def own_documents(name: str, language: Language) -> tuple[Document, ...]:
    """The documents that are written for one template, in one language."""
    return tuple(_document(raw, language) for raw in _raw(name))


def common_documents(own: Iterable[Document], language: Language) -> Iterator[Document]:
    """The common documents that the given ones name, and those that these name in turn."""
    waiting = list(own)
    known = {_key(document) for document in waiting}
    for document in waiting:
        for one in references(document):
            found = None if (one.kind, one.id) in known else _common(one.kind, one.id, language)
            if found is not None:
                known.add((one.kind, one.id))
                waiting.append(found)
                yield found


def _common(kind: str, id_: str, language: Language) -> Document | None:
    """A document that all templates share: of a channel, a metric of theirs, or one of the catalogue."""
    shared = {(raw["kind"], raw["id"]): raw for part in _COMMON for raw in _raw(part)}
    if (kind, id_) in shared:
        return _document(shared[kind, id_], language)
    if kind == "metric" and id_ in catalogue_names():
        return ready_metric(id_, language)
    return ready_feedback(id_, language) if kind == "feedback" and id_ in FEEDBACK else None


def _key(document: Document) -> tuple[str, str]:
    return document.kind, document.id


def documents_in(text: str, language: Language) -> tuple[Document, ...]:
    """The documents of a bundle's text in one language."""
    return tuple(_document(raw, language) for raw in _parsed(text))


@cache
def _raw(name: str) -> list[dict[str, Any]]:
    return _parsed((files(__package__) / "documents" / f"{name}.yaml").read_text(encoding="utf-8"))


def _parsed(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(text)
    return found


def _document(raw: dict[str, Any], language: Language) -> Document:
    document: Document = KINDS[raw["kind"]].model_validate(_in(raw, language))
    return document


def spaced(french: str) -> str:
    """A French text written with plain spaces, with those that no line may break at before ``? ! ; : »``."""
    return _BEFORE_SIGNS.sub(NARROW_SPACE, french).replace("« ", f"«{NARROW_SPACE}")


def _in(value: Any, language: Language) -> Any:
    """A value in one language."""
    if isinstance(value, str):
        english, bar, french = value.partition(BAR)
        return spaced(french) if bar and language == "fr" else english
    if isinstance(value, dict):
        return {key: _in(part, language) for key, part in value.items()}
    if isinstance(value, list):
        return [_in(part, language) for part in value]
    return value
