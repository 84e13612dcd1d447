"""JSON Schema of documents for editors: what the models declare, plus the short forms that they read.

A model's own schema knows the long form only. Editors would underline ``enter: order_completed`` although it
is right; the two tables below say which parts may be written shorter, and how.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT = {"type": "string", "minLength": 1}
_SCALAR = {"type": ["string", "number", "boolean"]}

# A part of this name may also be written so.
_SHORT_FORMS: dict[str, list[dict[str, Any]]] = {
    "Condition": [_SCALAR, {"type": "array", "items": _SCALAR}],
    "Count": [{"type": "integer", "minimum": 1}],
    "Rule": [_TEXT],
    "Selector": [_TEXT],
    "Did": [_TEXT],
    "Step": [_TEXT],
    "Pattern": [_TEXT],
    "Then": [_TEXT],
    "Strategy": [_TEXT],
    "Item": [_TEXT],
    "Card": [_TEXT],
    "Emotion": [{"type": "number", "minimum": -2, "maximum": 2}],
}
# A list of this name may be written without brackets when it holds one thing …
_ONE_OR_MANY = frozenset(
    {
        "activity", "cells", "channels", "doing", "emotion", "enter", "event", "events", "feedback", "frustrations",
        "goals", "journeys", "keep", "metrics", "must_improve", "needs", "opportunities", "pain_points", "personas",
        "sources", "stage", "stages", "strategies", "tags", "thinking", "touchpoints", "values", "works",
    }
)  # fmt: skip
# … but for those of these parts, which are lists of parts of their own.
_ALWAYS_LISTS = frozenset({("Phase", "touchpoints"), ("LifecycleDocument", "stages")})


def schema_for_editors(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of ``model``, with short forms; the order of its keys is that of the fields."""
    schema = _without_noise(model.model_json_schema(by_alias=True))
    parts = schema.pop("$defs", {})
    for name, part in [(model.__name__, schema), *parts.items()]:
        _allow_single_items(name, part)
    if "Absence" in parts:
        no = parts["Absence"]["properties"]["no"]
        no["anyOf"] = [{"$ref": no.pop("$ref")}, {"type": "array", "items": _TEXT, "minItems": 1}]
    if "Where" in parts:
        parts["Where"]["additionalProperties"] = {"$ref": "#/$defs/Condition"}
    for name, forms in _SHORT_FORMS.items():
        if name in parts:
            long_form = parts[name]
            parts[name] = {"description": long_form.pop("description", ""), "anyOf": [*forms, long_form]}
    return {
        "$schema": DIALECT,
        "title": model.model_config.get("title", model.__name__),
        **schema,
        "$defs": parts,
    }


def _allow_single_items(part_name: str, part: dict[str, Any]) -> None:
    for name, field in part.get("properties", {}).items():
        if name not in _ONE_OR_MANY or (part_name, name) in _ALWAYS_LISTS:
            continue
        lists = [field.get("additionalProperties"), *field.get("patternProperties", {}).values()]
        for inner in [one for one in lists if isinstance(one, dict)] or [field]:
            _allow_single(inner)


def _allow_single(field: dict[str, Any]) -> None:
    """Let a list be written as the one thing that it holds."""
    kept = {key: field.pop(key) for key in ("description", "default") if key in field}
    forms = field.pop("anyOf", None) or [dict(field)]
    single = [form["items"] for form in forms if form.get("type") == "array"]
    field.clear()
    field.update(
        kept | ({"anyOf": [*single, *forms]} if single else forms[0] if len(forms) == 1 else {"anyOf": forms})
    )


def _without_noise(schema: Any) -> Any:
    """Without titles made from field names and defaults that say nothing; descriptions as Markdown."""
    if isinstance(schema, list):
        return [_without_noise(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned: dict[str, Any] = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            cleaned[key] = {name: _without_noise(part) for name, part in value.items()}
        elif key == "description":
            cleaned[key] = " ".join(value.replace("``", "`").split())
        elif key != "title" and not (key == "default" and value in (None, [], "")):
            cleaned[key] = _without_noise(value)
    return cleaned
