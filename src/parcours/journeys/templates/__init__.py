"""Templates to start from, each in English and in French: same ids and rules, the words of each language.

A template is a lifecycle, and journeys with their personas, channels, metrics, feedback sources, pain points and
solutions. Targets stay empty: they are each team's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.documents import Document
from parcours.journeys.lifecycle import LifecycleDocument, load_lifecycle
from parcours.journeys.reading import LIFECYCLE_FILE, path_of
from parcours.journeys.templates import bundles
from parcours.journeys.writing import text_of

Language = Literal["en", "fr"]

# In the order in which they are offered.
_NAMES = (
    "ecommerce",
    "ecommerce-short",
    "aida",
    "seven-stages",
    "saas",
    "subscription",
    "omnichannel",
    "service-encounter",
    "support-case",
    "service-blueprint",
    "onboarding",
)
_HEADS: dict[Language, str] = {
    "en": """# How to read it
#   enter   the event that brings a customer into the stage (one rule, or a list of which any one is enough)
#   keep    events that show that the customer is still there; left out: every event that any stage names
#   lapse   after how long a silence the customer has left: 30d, 6w, 36h; left out: never
# Change everything below: it is yours. `parcours check` says which events never occur in your log.
""",
    "fr": """# Comment le lire
#   enter   l’événement qui fait entrer un client dans l’étape (une règle, ou une liste dont une seule suffit)
#   keep    les événements qui montrent qu’il est encore là ; sans cette ligne : tout événement cité par une étape
#   lapse   après quel silence le client est parti : 30d, 6w, 36h ; sans cette ligne : jamais
# Changez tout ce qui suit : c’est à vous. `parcours check` dit quels événements n’apparaissent jamais.
""",
}


@dataclass(frozen=True)
class Template:
    """One template in one language: its name, the title of its map and the titles of its stages."""

    name: str
    title: str
    stages: tuple[str, ...]


def template_names() -> tuple[str, ...]:
    """The names of all templates, the most general first."""
    return _NAMES


def template_text(name: str, language: Language = "en") -> str:
    """The YAML text of a template's lifecycle, comments included; raises QueryError for a name that does not exist."""
    place = files(__package__) / f"{known(name)}.{language}.yaml"
    if place.is_file():
        return place.read_text(encoding="utf-8")
    (lifecycle,) = (one for one in bundles.own_documents(known(name), language) if one.kind == "lifecycle")
    return f"{_HEADS[language]}\n{text_of(lifecycle)}"


def template(name: str, language: Language = "en") -> LifecycleDocument:
    """A template's lifecycle as a document; raises QueryError for a name that does not exist."""
    return load_lifecycle(template_text(name, language), file=f"{name}.{language}.yaml")


def template_files(name: str, language: Language = "en") -> Mapping[str, str]:
    """All files of a workspace that begins with a template: their texts by path, the lifecycle's first.

    Raises QueryError for a name that does not exist.
    """
    return files_of(template_text(name, language), bundles.own_documents(known(name), language), language)


def files_of(lifecycle: str, own: Iterable[Document], language: Language) -> Mapping[str, str]:
    """The files of a lifecycle's text and of documents, with the common ones that these name."""
    written = [one for one in own if one.kind != "lifecycle"]
    common = bundles.common_documents((load_lifecycle(lifecycle, file=LIFECYCLE_FILE), *written), language)
    return {LIFECYCLE_FILE: lifecycle} | {
        path_of(document.kind, document.id): text_of(document) for document in (*written, *common)
    }


def templates(language: Language = "en") -> tuple[Template, ...]:
    """All templates, for a list to choose from."""
    documents = ((name, template(name, language)) for name in _NAMES)
    return tuple(
        Template(name, document.title, tuple(stage.title for stage in document.stages))
        for name, document in documents
    )


def known(name: str) -> str:
    """The template's own name for a name as people write it: ``e-commerce`` is ``ecommerce``."""
    plain = {_letters(one): one for one in _NAMES}
    if _letters(name) not in plain:
        raise QueryError(f"there is no template {name!r}.", hint=did_you_mean(name, _NAMES))
    return plain[_letters(name)]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
