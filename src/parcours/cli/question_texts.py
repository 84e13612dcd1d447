"""What people type on the command line, as settings of a question: events, conditions and single settings.

order_completed                       an event
{event: order_completed, where: …}    an event with conditions, in YAML
[order_completed, order_paid]         any of several events
channel=email  value>=100  country=FR,BE  channel!=ads  page~cart      a condition
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNS = {"=": "eq", "!=": "ne", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "~": "contains"}
_CONDITION = re.compile(r"\s*([^\s=!<>~:{}]+)\s*(!=|>=|<=|=|>|<|~)\s*(.*?)\s*", re.DOTALL)
NOTHING = {"": "", "null": None, "~": None}
_LISTS = {"eq": "in", "ne": "not_in"}


def yaml_value(text: str, option: str) -> Any:
    """The value of a short YAML text; raises DocumentError that names the option."""
    from parcours.yaml_files.syntax import parse

    if text.strip() in NOTHING:  # a file of these would be empty
        return NOTHING[text.strip()]
    return parse(text, file=option).value


def event_of(text: str, option: str) -> Any:
    """An event as a question takes it: a name, or a mapping from YAML."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    value = yaml_value(text, option)
    return {"event": value} if isinstance(value, list) else value


def where_of(texts: Sequence[str], option: str = "--where") -> dict[str, Any]:
    """Conditions that must all hold; raises QueryError for a text that is none."""
    properties: dict[str, Any] = {}
    for text in texts:
        found = _CONDITION.fullmatch(text)
        if found is not None:
            name, sign, written = found.groups()
            _add(properties, name, _condition(sign, written, option), text)
            continue
        value = yaml_value(text, option)
        if not isinstance(value, dict):
            raise QueryError(
                f"{option} {text!r} is no condition.",
                hint="For example channel=email, value>=100, country=FR,BE or '{channel: {contains: mail}}'.",
            )
        for name, condition in value.items():
            _add(properties, str(name), condition, text)
    return properties


def setting_of(text: str, option: str = "--set") -> tuple[str, Any]:
    """``window=7d`` as a field and its value, which is read as YAML."""
    field, equals, written = text.partition("=")
    if not equals or not field.strip():
        raise QueryError(
            f"{option} {text!r} sets nothing.", hint="Write a field and its value, for example window=7d."
        )
    return field.strip(), yaml_value(written, option)


def _condition(sign: str, written: str, option: str) -> dict[str, Any]:
    word = _SIGNS[sign]
    if word == "contains":
        return {word: written}
    if word in _LISTS and "," in written:
        return {_LISTS[word]: [yaml_value(part, option) for part in written.split(",")]}
    return {word: yaml_value(written, option)}


def _add(properties: dict[str, Any], name: str, condition: Any, text: str) -> None:
    """Several conditions on one property must all hold, so none may say the same thing twice."""
    present = properties.get(name)
    if present is None:
        properties[name] = condition
        return
    if not isinstance(present, dict) or not isinstance(condition, dict) or present.keys() & condition.keys():
        raise QueryError(f"--where names {name!r} twice: {text!r}.", hint="Join both in one condition.")
    properties[name] = present | condition
