"""Lifecycles to start from, each in English and in French: same ids and rules, the words of each language."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.lifecycle import LifecycleDocument, load_lifecycle

Language = Literal["en", "fr"]

# In the order in which they are offered.
_NAMES = ("ecommerce", "aida", "seven-stages", "saas", "subscription")


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
    """The YAML text of a template, comments included; raises QueryError for a name that does not exist."""
    if name not in _NAMES:
        raise QueryError(f"there is no template {name!r}.", hint=did_you_mean(name, _NAMES))
    return (files(__package__) / f"{name}.{language}.yaml").read_text(encoding="utf-8")


def template(name: str, language: Language = "en") -> LifecycleDocument:
    """A template as a document; raises QueryError for a name that does not exist."""
    return load_lifecycle(template_text(name, language), file=f"{name}.{language}.yaml")


def templates(language: Language = "en") -> tuple[Template, ...]:
    """All templates, for a list to choose from."""
    documents = ((name, template(name, language)) for name in _NAMES)
    return tuple(
        Template(name, document.title, tuple(stage.title for stage in document.stages))
        for name, document in documents
    )
