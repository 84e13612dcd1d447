"""Properties of events as SQL: what a line keeps of each, and the JSON object that an event carries."""

from __future__ import annotations

from typing import Final

from parcours.events.mapping import Property
from parcours.events.problems import Problem
from parcours.events.table import Table

_NUMERIC: Final = ("INT", "DECIMAL", "DOUBLE", "FLOAT")
_PLAIN_NUMBER: Final = "-?(0|[1-9][0-9]*)([.][0-9]+)?"
_TRUE: Final = "('true', 'yes', 'y', 't', '1')"
_FALSE: Final = "('false', 'no', 'n', 'f', '0')"


def columns(prop: Property, number: int, table: Table) -> dict[str, str]:
    """What a line keeps: ``p<n>``, ready to be taken or summed up, and ``s<n>``, whether there is a text at all."""
    if prop.column is None:
        return {}
    text = table.text(prop.column)
    if _sums(prop, table):
        kept = table.number(prop.column)
    elif prop.take in {"count", "count_distinct", "min", "max"}:
        kept = text
    else:
        kept = _json(prop, text, table)
    return {f"p{number}": kept, f"s{number}": f"{text} IS NOT NULL"}


def problem(prop: Property, number: int, table: Table) -> Problem | None:
    """A text that is not of the property's kind."""
    if prop.column is None or (_kind(prop, table) == "text" and not _sums(prop, table)):
        return None
    return Problem("bad-property", prop.column, f"p{number} IS NULL AND s{number}", table.text(prop.column))


def json_of_group(prop: Property, number: int, table: Table) -> str:
    """SQL of the JSON of a property, over the lines of a group."""
    kept = f"p{number}"
    match prop.take:
        case "first":
            return f"min_by({kept}, ordinal)"
        case "last":
            return f"max_by({kept}, ordinal)"
        case "count":
            return f"CAST(count({kept if prop.column else '*'}) AS VARCHAR)"
        case "count_distinct":
            return f"CAST(count(DISTINCT {kept}) AS VARCHAR)"
    total = f"{prop.take}({kept})"
    return _shortest(total) if _sums(prop, table) else f"CAST(to_json({total}) AS VARCHAR)"


def is_object(text: str) -> str:
    """SQL: the text is a JSON object."""
    return f"CASE WHEN json_valid({text}) THEN json_type({text}) = 'OBJECT' ELSE false END"


def sorted_object(text: str) -> str:
    """SQL of a JSON object with its keys sorted and its nulls left out; NULL when nothing is left."""
    member = f"json_extract({text}, '$.\"' || replace(key, '\"', '\\\"') || '\"')"
    kept = f"list_filter(list_sort(json_keys({text})), lambda key: json_type({member}) <> 'NULL')"
    pairs = f"list_transform({kept}, lambda key: CAST(to_json(key) AS VARCHAR) || ':' || CAST({member} AS VARCHAR))"
    whole = f"nullif('{{' || array_to_string({pairs}, ',') || '}}', '{{}}')"
    return f"CASE WHEN {is_object(text)} THEN {whole} END"


def _kind(prop: Property, table: Table) -> str:
    if prop.as_ is not None or prop.column is None:
        return prop.as_ or "number"
    kind = table.types[table.column(prop.column)]
    if prop.take == "sum" or any(word in kind for word in _NUMERIC):
        return "number"
    return "boolean" if kind == "BOOLEAN" else "text"


def _sums(prop: Property, table: Table) -> bool:
    return prop.take in {"sum", "min", "max"} and _kind(prop, table) == "number"


def _json(prop: Property, text: str, table: Table) -> str:
    """JSON of a property from its text; NULL when it is missing or of another kind."""
    kind = _kind(prop, table)
    if kind == "number" and prop.column is not None:
        plain = f"regexp_full_match({text}, '{_PLAIN_NUMBER}')"
        return f"CASE WHEN {plain} THEN {text} ELSE {_shortest(table.number(prop.column))} END"
    if kind == "boolean":
        return (
            f"CASE WHEN lower({text}) IN {_TRUE} THEN 'true' WHEN lower({text}) IN {_FALSE} THEN 'false' END"
        )
    return f"CAST(to_json({text}) AS VARCHAR)"


def _shortest(number: str) -> str:
    """The text of a decimal without zeros at its end."""
    return f"regexp_replace(CAST({number} AS VARCHAR), '[.]?0+$', '')"
