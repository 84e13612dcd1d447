"""The fields of a model at a place inside it: what may be written there, and what it says of itself.

A place is a path as the validation library gives it. Some of its parts are no keys that anybody wrote, but names of
the branches of a union; ``written`` tells them apart.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag

Place = Sequence[str | int]


@dataclass(frozen=True)
class _Branch:
    """One possible type at a place, and the name by which a place may choose it."""

    annotation: Any
    tag: str | None


def owners(model: type[BaseModel], place: Place) -> list[type[BaseModel]]:
    """The models that a place lies in; several where a union allows several."""
    return [branch.annotation for branch in _walk(model, place)[0] if _is_model(branch.annotation)]


def written(model: type[BaseModel], place: Place) -> list[str | int]:
    """The place without the names of branches."""
    return _walk(model, place)[1]


def keys_of(models: Iterable[type[BaseModel]]) -> list[str]:
    """The keys that may be written into any of the models, each once."""
    keys = [field.alias or name for model in models for name, field in model.model_fields.items()]
    return list(dict.fromkeys(keys))


def description(model: type[BaseModel], place: Place) -> str:
    """What the field says of itself, for values of the wrong form."""
    for owner in owners(model, place[:-1]):
        for name, field in owner.model_fields.items():
            if place and place[-1] in (name, field.alias):
                return field.description or ""
    return ""


def _walk(model: type[BaseModel], place: Place) -> tuple[list[_Branch], list[str | int]]:
    """What may stand at the place, and its parts that are keys and positions."""
    here = [_Branch(model, None)]
    kept: list[str | int] = []
    for part in place:
        chosen = [branch for branch in here if branch.tag == part or _has_word(branch.annotation, part)]
        if len(here) > 1 and chosen:
            here = [_Branch(branch.annotation, None) for branch in chosen]
            continue
        kept.append(part)
        below = [inner for branch in here for inner in _below(branch.annotation, part)]
        here = below or here  # such as the branch of a union that is named after its type
    return here, kept


def _has_word(annotation: Any, part: str | int) -> bool:
    """Whether a model is the branch that one of its fixed words names: ``kind: csv``."""
    return _is_model(annotation) and any(
        get_origin(field.annotation) is Literal and part in get_args(field.annotation)
        for field in annotation.model_fields.values()
    )


def _below(annotation: Any, part: str | int) -> list[_Branch]:
    if _is_model(annotation):
        fields = annotation.model_fields.items()
        return _branches(field.annotation for name, field in fields if part in (name, field.alias))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(part, int) and origin in (list, tuple, set, frozenset, Sequence):
        return _branches(arguments[:1])
    return _branches(arguments[1:]) if origin in (dict, Mapping) else []


def _branches(annotations: Iterable[Any], tag: str | None = None) -> list[_Branch]:
    """Annotations with Annotated, unions and models that only wrap a value opened."""
    found: list[_Branch] = []
    for annotation in annotations:
        if get_origin(annotation) is Annotated:
            inner, *notes = get_args(annotation)
            tags = [note.tag for note in notes if isinstance(note, Tag)]
            found += _branches([inner], tags[0] if tags else tag)
        elif get_origin(annotation) in (Union, types.UnionType):
            found += _branches(get_args(annotation), tag)
        elif _is_model(annotation) and issubclass(annotation, RootModel):
            found += _branches([annotation.model_fields["root"].annotation], tag)
        else:
            found.append(_Branch(annotation, tag))
    return found


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
