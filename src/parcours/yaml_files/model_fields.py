"""The fields of a model at a place inside it: what may be written there, and what it says of itself."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel


def owners(model: type[BaseModel], loc: Iterable[str | int]) -> list[type[BaseModel]]:
    """The models that a place of the validation library lies in (several where a union allows several)."""
    here: list[Any] = [model]
    for part in loc:
        below = [inner for annotation in here for inner in _below(annotation, part)]
        here = below or here  # a part that is no field names the branch of a union
    return [annotation for annotation in _branches(here) if _is_model(annotation)]


def _below(annotation: Any, part: str | int) -> list[Any]:
    found: list[Any] = []
    for branch in _branches([annotation]):
        if _is_model(branch):
            if part in _tags(branch):
                return [branch]  # a tagged union: the place names the branch by its tag
            found += [
                field.annotation
                for name, field in branch.model_fields.items()
                if part in (name, field.alias, field.validation_alias)
            ]
            continue
        origin, arguments = get_origin(branch), get_args(branch)
        if isinstance(part, int) and origin in (list, tuple, set, frozenset, Sequence):
            found.append(arguments[0])
        elif origin in (dict, Mapping):
            found.append(arguments[1])
    return found


def _tags(model: type[BaseModel]) -> set[Any]:
    """The words of fields that can only hold fixed words."""
    return {
        word
        for field in model.model_fields.values()
        if get_origin(field.annotation) is Literal
        for word in get_args(field.annotation)
    }


def _branches(annotations: Iterable[Any]) -> list[Any]:
    """Annotations with Annotated and unions opened."""
    found: list[Any] = []
    for annotation in annotations:
        if get_origin(annotation) is Annotated:
            found += _branches([get_args(annotation)[0]])
        elif get_origin(annotation) in (Union, types.UnionType):
            found += _branches(get_args(annotation))
        else:
            found.append(annotation)
    return found


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def keys_of(models: Iterable[type[BaseModel]]) -> list[str]:
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def description(model: type[BaseModel], loc: Sequence[str | int]) -> str:
    """What the field says of itself, for values of the wrong form."""
    for owner in owners(model, loc[:-1]):
        for name, field in owner.model_fields.items():
            if loc and loc[-1] in (name, field.alias):
                return field.description or ""
    return ""
