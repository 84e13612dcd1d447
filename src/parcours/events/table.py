"""A file's rows under the names a mapping uses: columns found by name or alias, and their text, numbers and times."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from parcours.errors import MappingError, did_you_mean
from parcours.events.mapping import FileFormat, Mapping
from parcours.events.sources.loaded import Loaded
from parcours.events.sql_text import listed, literal, name
from parcours.events.sql_text import trimmed as trimmed_of

_FLOATS = {"DOUBLE", "FLOAT"}
_NUMBER = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?"


@dataclass(frozen=True)
class Table:
    """``relation`` can stand after FROM; ``types`` are the DuckDB types of its columns."""

    file: str
    relation: str
    types: dict[str, str]
    own_columns: tuple[str, ...]
    aliases: dict[str, tuple[str, ...]]
    format: FileFormat = field(default_factory=FileFormat)
    trimmed: bool = False

    @classmethod
    def of(cls, loaded: Loaded, mapping: Mapping) -> Table:
        """The table of a file that was read, before joins."""
        return cls(
            loaded.file,
            loaded.relation,
            dict(loaded.columns),
            tuple(loaded.columns),
            mapping.columns,
            mapping.format,
            loaded.trimmed,
        )

    def column(self, wanted: str) -> str:
        """The file's own name of a column; raises MappingError with what was probably meant."""
        for candidate in self.aliases.get(wanted, (wanted,)):
            if candidate in self.types:
                return candidate
        if wanted in self.types:
            return wanted
        spellings = self.aliases.get(wanted, (wanted,))
        other = f" (also tried: {', '.join(repr(text) for text in spellings)})" if len(spellings) > 1 else ""
        raise MappingError(
            f"{self.file} has no column {wanted!r}{other}.", hint=did_you_mean(wanted, self.types)
        )

    def text(self, wanted: str) -> str:
        """SQL of a column's text without blanks around it; NULL when there is none."""
        column = self.column(wanted)
        return self._text(column)

    def _text(self, column: str) -> str:
        quoted, kind = name(column), self.types[column]
        if kind in _FLOATS:
            # a whole number that only became a float because others are missing keeps its own spelling
            whole = f"{quoted} = trunc({quoted}) AND abs({quoted}) < 1e15"
            return (
                f"CASE WHEN {whole} THEN CAST(CAST({quoted} AS BIGINT) AS VARCHAR) "
                f"ELSE CAST({quoted} AS VARCHAR) END"
            )
        if kind != "VARCHAR":
            return f"CAST({quoted} AS VARCHAR)"
        trimmed = quoted if self.trimmed else trimmed_of(quoted)
        if self.format.missing:
            return f"CASE WHEN {trimmed} NOT IN {listed(self.format.missing)} THEN {trimmed} END"
        return trimmed

    def number(self, wanted: str, kind: str = "DECIMAL(30, 12)") -> str:
        """SQL of a column as an exact decimal; NULL when it is no number or too large."""
        column = self.column(wanted)
        if self.types[column] not in {"VARCHAR", *_FLOATS}:
            return f"TRY_CAST({name(column)} AS {kind})"
        text = self._text(column)
        if self.types[column] == "VARCHAR":
            if self.format.thousands:
                text = f"replace({text}, {literal(self.format.thousands)}, '')"
            if self.format.decimal == ",":
                text = f"replace({text}, ',', '.')"
            return f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN TRY_CAST({text} AS {kind}) END"
        return f"TRY_CAST({text} AS {kind})"

    def row_text(self) -> str:
        """SQL of the whole row as one text, the same whatever the order of columns: what identifies a row."""
        canonical = {self._canonical(column): column for column in self.own_columns}
        header = literal("\x1f".join(sorted(canonical)))
        texts = [self._text(canonical[key]) for key in sorted(canonical)]
        # concat takes NULL for an empty text, and is twice as fast as a chain of ||
        return f"concat({', chr(31), '.join([header, *texts])})"

    def row_json(self) -> str:
        """SQL of the whole row as a JSON object of texts."""
        pairs = ", ".join(f"{literal(column)}, {self._text(column)}" for column in self.own_columns)
        return f"CAST(json_object({pairs}) AS VARCHAR)"

    def json_field(self, wanted: str, row: str) -> str:
        """SQL of a column's text out of a row that is JSON."""
        return f"nullif(trim(json_extract_string({row}, {literal(_json_path(self.column(wanted)))})), '')"

    def _canonical(self, column: str) -> str:
        return next((key for key, spellings in self.aliases.items() if column in spellings), column)


def _json_key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False) + ":"


def _json_path(key: str) -> str:
    return '$."' + key.replace('"', '\\"') + '"'


def json_object(pairs: Iterable[tuple[str, str]]) -> str:
    """SQL of a JSON object with sorted keys from (key, SQL of a JSON value or NULL); NULL when all are."""
    # || of a NULL is NULL, and concat_ws leaves it out
    terms = [f"{literal(_json_key(key))} || {value}" for key, value in sorted(pairs)]
    return f"nullif('{{' || concat_ws(',', {', '.join(terms)}) || '}}', '{{}}')" if terms else "NULL"
