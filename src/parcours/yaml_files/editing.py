"""Changing one value in a YAML text and leaving the rest as a person wrote it: comments, order, quotes.

Lists and mappings that are touched keep their style; what is put in is written as plainly as it can be.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from parcours.errors import QueryError, did_you_mean
from parcours.yaml_files.problems import written_path
from parcours.yaml_files.syntax import parse

Place = Sequence[str | int]
_WIDE = 100_000  # lines that a person wrote are never folded


def with_value(text: str, place: Place, value: Any) -> str:
    """The text with the value at a place replaced, or put into the mapping that it belongs to.

    ``value`` is plain: texts, numbers, lists, mappings. Raises QueryError when the place is not in the text,
    DocumentError when the text is no YAML."""

    def change(holder: Any, last: str | int) -> None:
        if isinstance(holder, CommentedMap) or _is_at(holder, last):
            holder[last] = value
        else:
            raise _no_place(place, holder)

    return _changed(text, place, change)


def without_value(text: str, place: Place) -> str:
    """The text without the value at a place, and without its key; raises as ``with_value`` does."""

    def change(holder: Any, last: str | int) -> None:
        if not (last in holder if isinstance(holder, CommentedMap) else _is_at(holder, last)):
            raise _no_place(place, holder)
        del holder[last]

    return _changed(text, place, change)


def with_item(text: str, place: Place, value: Any) -> str:
    """The text with an item added to the end of the list at a place; raises as ``with_value`` does."""

    def change(holder: Any, last: str | int) -> None:
        if not isinstance(holder[last] if _holds(holder, last) else None, list):
            raise _no_place(place, holder)
        holder[last].append(value)

    return _changed(text, place, change)


def _changed(text: str, place: Place, change: Callable[[Any, str | int], None]) -> str:
    parse(text, file="")  # ours is stricter, and says in plain words what is wrong
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark).replace("\r\n", "\n")
    editor: Any = YAML(typ="rt")
    editor.preserve_quotes, editor.width, editor.allow_unicode = True, _WIDE, True
    offset = _offset(body)
    editor.indent(mapping=2, sequence=offset + 2, offset=offset)
    root = editor.load(body)
    holder = root
    for part in place[:-1]:
        if not _holds(holder, part):
            raise _no_place(place, holder)
        holder = holder[part]
    if not place or not isinstance(holder, (dict, list)):
        raise _no_place(place, holder)
    change(holder, place[-1])
    out = io.StringIO()
    editor.dump(root, out)
    changed = out.getvalue()
    return mark + (changed.replace("\n", "\r\n") if "\r\n" in text else changed)


def _holds(holder: Any, part: str | int) -> bool:
    return part in holder if isinstance(holder, dict) else _is_at(holder, part)


def _is_at(holder: Any, position: str | int) -> bool:
    return isinstance(holder, list) and isinstance(position, int) and 0 <= position < len(holder)


def _offset(text: str) -> int:
    """By how much the text indents the items of a list below their key."""
    found = re.search(
        r"^( *)(?:- )?[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n(?:[ ]*(?:#[^\n]*)?\n)*( *)- ", text, re.MULTILINE
    )
    return max(0, len(found[2]) - len(found[1])) if found else 2


def _no_place(place: Place, holder: Any) -> QueryError:
    known = [str(key) for key in holder] if isinstance(holder, dict) else []
    hint = did_you_mean(str(place[-1]), known) if place and known else None
    return QueryError(
        f"There is nothing at {written_path(place) or 'an empty place'} in the text.", hint=hint
    )
