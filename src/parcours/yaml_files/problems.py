"""What is wrong with a document, in plain sentences: where, what, what is allowed, what was probably meant.

The validation library reports places in its own terms: it names branches of unions, and keys that a short
form was expanded to. Here each report is walked along what the user really wrote, so a place is a line and a
path of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from parcours.yaml_files.model_fields import description, keys_of, owners, written
from parcours.yaml_files.syntax import Node

Path = tuple[str | int, ...]
MAX_REPORTS = 1000  # more are not worth reading

# What was expected, by the type of the report.
_EXPECTED = {
    "string_type": "text",
    "string_sub_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "iterable_type": "a list",
    "dict_type": "keys with values",
    "mapping_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "dataclass_type": "keys with values",
    "none_required": "nothing",
    "date_type": "a date such as 2024-05-01",
    "date_parsing": "a date such as 2024-05-01",
    "date_from_datetime_parsing": "a date such as 2024-05-01",
    "datetime_type": "a date and time such as 2024-05-01T14:30:00Z",
    "datetime_parsing": "a date and time such as 2024-05-01T14:30:00Z",
    "datetime_from_date_parsing": "a date and time such as 2024-05-01T14:30:00Z",
}
# Where a report of a word that is not allowed keeps the words that are.
_CHOICES = {"literal_error": "expected", "enum": "expected", "union_tag_invalid": "expected_tags"}
# What to say of the rest; {shown} is the value in words, {size} its length, other names come with the report.
_SENTENCES = {
    "greater_than": "must be more than {gt}, but is {shown}",
    "greater_than_equal": "must be at least {ge}, but is {shown}",
    "less_than": "must be less than {lt}, but is {shown}",
    "less_than_equal": "must be at most {le}, but is {shown}",
    "multiple_of": "must be a multiple of {multiple_of}, but is {shown}",
    "too_short": "needs {min_length} or more items, but has {size}",
    "too_long": "has {size} items; at most {max_length} are allowed",
    "string_too_short": "needs {min_length} or more characters, but has {size}",
    "string_too_long": "has {size} characters; at most {max_length} are allowed",
    "string_pattern_mismatch": "{shown} does not have the right form",
    "union_tag_not_found": "the key {discriminator} is missing",
    "timezone_aware": "{shown} lacks a time zone; add one, for example +00:00",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: ``field`` is the path as written; ``advice`` says what is allowed, or ""."""

    line: int
    field: str
    text: str
    advice: str = ""
    expected: str = ""  # set when the report is about the kind of value, for joining the branches of a union

    @property
    def sentence(self) -> str:
        return self.text if self.text.endswith((".", "?", "!")) else f"{self.text}."


def problems(root: Node, model: type[BaseModel], reports: Sequence[ErrorDetails]) -> tuple[Problem, ...]:
    """The problems behind the reports, in the order of the file, each said once."""
    reports = reports[:MAX_REPORTS]
    places = [_place(root, model, report) for report in reports]
    deeper = {path[:depth] for path, _, _ in places for depth in range(len(path))}
    found: dict[tuple[Path, str], list[Problem]] = {}
    for report, (path, node, line) in zip(reports, places, strict=True):
        if _is_echo(report, path in deeper, node):
            continue
        problem = _problem(report, model, path, node, line)
        found.setdefault((path, "kind" if problem.expected else problem.text), []).append(problem)
    merged = [_join(group) for group in found.values()]
    return tuple(sorted(merged, key=lambda problem: problem.line))


def reached(root: Node, parts: Iterable[str | int]) -> tuple[Node, int, list[str | int]]:
    """The value at a place, its line, and the parts of the place that are written; the others are passed over."""
    node, line, kept = root, root.line, []
    for part in parts:
        if isinstance(part, str) and part in node.entries:
            line, node = node.key_lines[part], node.entries[part]
        elif isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            line = node.line
        else:
            continue
        kept.append(part)
    return node, line, kept


def _place(root: Node, model: type[BaseModel], report: ErrorDetails) -> tuple[Path, Node, int]:
    """Path, value and line of a report in the file; parts that the user did not write are left out."""
    node, line, path = reached(root, written(model, report["loc"]))
    if report["type"] == "missing":
        path.append(report["loc"][-1])
    return tuple(path), node, line


def _is_echo(report: ErrorDetails, has_deeper: bool, node: Node) -> bool:
    """Whether a report only follows from another one, deeper down."""
    if report["type"] == "too_short" and len(node.items or node.entries) >= report["ctx"]["min_length"]:
        return True
    return has_deeper and report["type"] in {*_EXPECTED, "too_short"}


def _join(group: list[Problem]) -> Problem:
    """One problem from the branches of a union."""
    first = group[0]
    wanted = list(dict.fromkeys(problem.expected for problem in group if problem.expected))
    if len(wanted) < 2:
        return first
    if "a number" in wanted and "a whole number" in wanted:
        wanted.remove("a whole number")
    wanted.sort(key=lambda words: " or " in words)
    text = first.text.replace(f"expected {first.expected}", f"expected {_listed(wanted)}", 1)
    return Problem(first.line, first.field, text)


def _problem(report: ErrorDetails, model: type[BaseModel], path: Path, node: Node, line: int) -> Problem:
    kind, field = report["type"], written_path(path)
    context: Mapping[str, Any] = report.get("ctx") or {}
    if kind == "extra_forbidden":
        key = str(report["loc"][-1])
        known = keys_of(owners(model, report["loc"][:-1]))
        return Problem(line, field, f"unknown key {key!r}{_meant(key, known)}", _allowed_keys(known))
    if kind == "missing":
        known = keys_of(owners(model, report["loc"][:-1]))
        advice = description(model, report["loc"]) or _allowed_keys(known)
        return Problem(line, field, f"the key {report['loc'][-1]!r} is missing", advice)
    if kind in _EXPECTED:
        keys = keys_of(owners(model, report["loc"]))
        expected = _EXPECTED[kind]
        return Problem(
            line,
            field,
            f"expected {expected}, but this is {_shown(node.value)}",
            _advice(path, node.value, expected, keys),
            expected,
        )
    if kind in _CHOICES:
        given = context.get("tag", node.value)
        return _choice(line, field, given, _choices(str(context[_CHOICES[kind]])))
    advice = description(model, report["loc"]) if kind not in {"value_error", "assertion_error"} else ""
    return Problem(line, field, _sentence(kind, context, node.value), advice)


def _sentence(kind: str, context: Mapping[str, Any], value: Any) -> str:
    if kind in {"value_error", "assertion_error"}:
        return str(context["error"])
    words = _SENTENCES.get(kind, "{shown} is not allowed here")
    size = len(value) if isinstance(value, (str, list, dict)) else 0
    return words.format(
        shown=_shown(value), size=size, **{name: _literal(bound) for name, bound in context.items()}
    )


def _choice(line: int, field: str, value: Any, choices: list[str]) -> Problem:
    text = f"{_shown(value)} is not allowed here{_meant(str(value), choices)}"
    return Problem(line, field, text, f"Allowed: {', '.join(choices)}.")


def _advice(path: Path, value: Any, expected: str, keys: list[str]) -> str:
    if expected == "keys with values":
        if len(keys) == 1 and path and not isinstance(value, (list, dict)) and value is not None:
            return f"Write {path[-1]}: {{{keys[0]}: {value}}}."
        return _allowed_keys(keys)
    if expected == "text" and isinstance(value, (bool, int, float)):
        return f'Put it in quotes: "{_literal(value)}".'
    return ""


def written_path(path: Iterable[str | int]) -> str:
    """``stages[2].lapse.after``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _shown(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return _literal(value)
    if isinstance(value, (int, float)):
        return f"the number {_literal(value)}"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 60 else f"the text {value[:57] + '…'!r}"
    return "a list" if isinstance(value, list) else "a mapping (keys with values)"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _meant(given: str, known: Iterable[str]) -> str:
    close = get_close_matches(given.lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def _allowed_keys(keys: list[str]) -> str:
    return f"Allowed keys: {', '.join(keys)}." if keys else ""


def _choices(expected: str) -> list[str]:
    """``'a', 'b' or 'c'`` as a list."""
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _listed(words: list[str]) -> str:
    comma = "," if len(words) > 2 or " or " in words[-1] else ""
    return f"{', '.join(words[:-1])}{comma} or {words[-1]}"
