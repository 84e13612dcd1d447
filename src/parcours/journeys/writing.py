"""A document as YAML text that a person would have written: fields in their order, defaults left out, short forms.

What is read back is the same document. Comments have no place in a model; texts that carry them are kept as they are.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from pydantic import BaseModel, RootModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from parcours.journeys.journey import Emotion, Item
from parcours.journeys.lifecycle import Strategy
from parcours.journeys.metrics import Card
from parcours.timelines.matchers import Condition, Selector, Where
from parcours.values import Duration

_WIDTH = 108
# A part of this kind with this key alone may be written as its bare value.
_BARE: tuple[tuple[type[BaseModel], str], ...] = (
    (Item, "text"), (Strategy, "text"), (Emotion, "score"), (Card, "metric"), (Condition, "eq"), (Condition, "in"),
)  # fmt: skip
_FLOW_LENGTH = 90  # what is shorter stands in one line
# Lists of these names may be written without brackets when they hold one thing.
_ONE_OR_MANY = frozenset(
    {"events", "emotion", "doing", "thinking", "channels", "personas", "stage", "feedback", "touchpoints", "metrics",
     "pain_points", "opportunities", "journeys", "enter", "keep", "activity"}
)  # fmt: skip
_ONE_PART = frozenset({"events", "emotion", "doing", "thinking", "metrics", "enter", "keep"})  # parts, too
_SIGNS = tuple(
    "?-:"
)  # texts that begin with one of these are quoted: readers differ about them within brackets
_FIRST = ("kind", "id", "title", "name", "text")  # what a reader looks for, before the rest in its own order
_BLOCKS = frozenset({"phases", "touchpoints", "stages", "lanes"})  # always one part a line


def text_of(document: BaseModel) -> str:
    """The YAML text of a document."""
    stream = StringIO()
    writer = YAML()
    writer.width = _WIDTH
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(_shaped(plain(document)), stream)
    return stream.getvalue()


def short_form(value: Any) -> Any:
    """Any part of a document, or a single value, as plain values in the shortest form that reads the same."""
    return _plain(value)


def plain(document: BaseModel) -> dict[str, Any]:
    """A document as plain values in the forms that people write, defaults left out."""
    fields = type(document).model_fields
    found: dict[str, Any] = {}
    for name in sorted(fields, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)):
        field, value = fields[name], getattr(document, name)
        if field.is_required() or value != field.get_default(call_default_factory=True):
            found[field.alias or name] = _single(name, _plain(value))
    return found


def _single(name: str, value: Any) -> Any:
    """A list of one thing without its brackets, where such a list may be written so."""
    if (
        name in _ONE_OR_MANY
        and isinstance(value, list)
        and len(value) == 1
        and not isinstance(value[0], dict)
    ):
        return value[0]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, RootModel):
        return _plain(value.root)
    if isinstance(value, BaseModel):
        return _short(value)
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, (Duration, date)):
        return str(value)
    if isinstance(value, (Decimal, float)):
        return int(value) if value == int(value) else float(value)
    return value


def _short(model: BaseModel) -> Any:
    """The shortest form that reads the same."""
    part = plain(model)
    if isinstance(model, Where):
        return {**part.pop("properties", {}), **part}
    if isinstance(model, Selector) and len(model.event) == 1:
        part["event"] = model.event[0]
        return model.event[0] if len(part) == 1 else part
    bare = next((key for kind, key in _BARE if isinstance(model, kind) and set(part) == {key}), None)
    return part if bare is None else part[bare]


def _shaped(value: Any, key: str = "") -> Any:
    """Short lists and mappings on one line, long texts folded by the writer."""
    if isinstance(value, dict):
        mapping = CommentedMap((name, _shaped(part, name)) for name, part in value.items())
        if key and key not in _BLOCKS and _fits(value):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        inner = "" if key in _BLOCKS else key
        sequence = CommentedSeq(_shaped(part, inner) for part in value)
        if key not in _BLOCKS and _fits(value):
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, str) and value[:1] in _SIGNS:
        return DoubleQuotedScalarString(value)
    return value


def _fits(value: Any) -> bool:
    return len(str(value)) <= _FLOW_LENGTH and "\n" not in str(value)
