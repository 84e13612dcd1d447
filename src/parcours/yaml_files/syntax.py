"""YAML text to plain values, each with the line it was written on.

YAML 1.2, core schema: ``yes`` and ``2024-05-01`` are texts, ``0o17`` is a number. Only plain values come out;
tags that would make objects are refused. Keys are texts, and none may be written twice in a mapping. The
limits below keep a small file from filling the memory through aliases or nesting.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from parcours.errors import DocumentError

MAX_CHARACTERS = 500_000
MAX_DEPTH = 60
MAX_VALUES = 100_000  # after aliases are written out

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAG = "tag:yaml.org,2002:"


@dataclass(eq=False)
class Node:
    """One written value: ``value`` is plain Python; ``entries`` and ``items`` are its parts."""

    line: int
    value: Any
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    weight: int = 1
    closed: bool = True


@dataclass
class _Open:
    """A list or mapping whose end has not been read yet; ``key`` waits for its value."""

    node: Node
    key: str | None = None
    key_line: int = 0


def parse(text: str, *, file: str) -> Node:
    """The document in ``text``; raises DocumentError with file and line if it is not one YAML document."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_CHARACTERS:
        raise DocumentError(f"the file is longer than {MAX_CHARACTERS:,} characters.", file=file)
    try:
        root = _Composer(file).compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentError(
            f"the character U+{ord(text[error.position]):04X} cannot stand in a YAML file; remove it.",
            file=file,
            line=line,
        ) from None
    except MarkedYAMLError as error:
        message, mark = _in_plain_words(error, text)
        raise DocumentError(f"{message}.", file=file, line=mark) from None
    except (
        ValueError,
        OverflowError,
    ):  # the parser lets these through for an escape beyond the last character
        raise DocumentError(
            "an escape such as \\U00110000 stands for no character.",
            file=file,
            line=_line_of_bad_escape(text),
        ) from None
    except YAMLError as error:
        raise DocumentError(f"this is not YAML: {str(error).splitlines()[0]}.", file=file, line=1) from None
    if root is None or (root.value is None and not root.entries):
        raise DocumentError("the file is empty.", file=file, line=1)
    return root


class _Composer:
    """Turns the parser's events into nodes, keeping count of depth and size."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.anchors: dict[str, Node] = {}
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0

    def compose(self, text: str) -> Node | None:
        reader = YAML(typ="safe", pure=True)
        reader.version = "1.2"
        for event in reader.parse(text):
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                self._start_document(line)
            elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                self._open(event, line)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self._close()
            elif isinstance(event, ScalarEvent):
                self._scalar(event, line)
            elif isinstance(event, AliasEvent):
                self._place(self._aliased(event.anchor, line), line)
        return self.root

    def _start_document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._error("a second document starts here ('---'); a file holds one document", line)

    def _open(self, event: MappingStartEvent | SequenceStartEvent, line: int) -> None:
        mapping = isinstance(event, MappingStartEvent)
        self._check_tag(event.tag, "map" if mapping else "seq", line)
        if len(self.stack) >= MAX_DEPTH:
            raise self._error(f"lists and mappings are nested more than {MAX_DEPTH} deep", line)
        if self.stack and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None:
            raise self._error("a key must be a text, not a list or a mapping; put it in quotes", line)
        node = Node(line, {} if mapping else [], closed=False)
        self._anchor(event.anchor, node)
        self.stack.append(_Open(node))

    def _close(self) -> None:
        node = self.stack.pop().node
        node.closed = True
        self._place(node, node.line)

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        parent = self.stack[-1] if self.stack else None
        if parent is not None and isinstance(parent.node.value, dict) and parent.key is None:
            self._key(parent, event, line)
            return
        node = Node(line, self._scalar_value(event, line))
        self._anchor(event.anchor, node)
        self._place(node, line)

    def _key(self, parent: _Open, event: ScalarEvent, line: int) -> None:
        self._check_tag(event.tag, "str", line)
        key = self._text(event, line)
        if key == "<<" and event.implicit[0]:
            raise self._error("merging with '<<' is not part of YAML 1.2; write the keys out", line)
        earlier = parent.node.key_lines.get(key)
        if earlier is not None:
            raise self._error(f"the key {key!r} is written twice; it is already in line {earlier}", line)
        self._anchor(event.anchor, Node(line, key))
        parent.key, parent.key_line = key, line

    def _place(self, node: Node, line: int) -> None:
        """Put a finished node into the list or mapping that is open."""
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent.node.value, list):
            parent.node.items.append(node)
            parent.node.value.append(node.value)
        elif parent.key is None:
            raise self._error("a key must be a text, not an alias", line)
        else:
            parent.node.entries[parent.key] = node
            parent.node.key_lines[parent.key] = parent.key_line
            parent.node.value[parent.key] = node.value
            parent.key = None
        parent.node.weight += node.weight
        if parent.node.weight > MAX_VALUES:
            raise self._error(
                f"the document holds more than {MAX_VALUES:,} values, aliases written out", line
            )

    def _anchor(self, name: str | None, node: Node) -> None:
        if name is not None:
            self.anchors[name] = node

    def _aliased(self, name: str, line: int) -> Node:
        node = self.anchors.get(name)
        if node is None:
            raise self._error(f"the alias *{name} has no anchor &{name} before it", line)
        if not node.closed:
            raise self._error(f"the alias *{name} stands inside its own anchor", line)
        return node

    def _text(self, event: ScalarEvent, line: int) -> str:
        """The characters of a scalar; JSON writes those outside the basic plane as two escapes."""
        text = str(event.value)
        if text.isascii():
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error(
                "an escape stands for half a character; write the character itself", line
            ) from None

    def _scalar_value(self, event: ScalarEvent, line: int) -> Any:
        text = self._text(event, line)
        if event.tag is None or event.tag == "!":
            return text if event.tag == "!" or not event.implicit[0] else self._plain(text, line)
        self._check_tag(event.tag, "str", line)
        return text

    def _plain(self, text: str, line: int) -> Any:
        """The value of an unquoted scalar."""
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            raise self._error(
                f"{text} cannot be compared with numbers; put it in quotes if it is a text", line
            )
        if _INT.fullmatch(text):
            if len(text) > 40:
                raise self._error("a number has more than 40 digits; put it in quotes if it is a text", line)
            prefix = {"0o": 8, "0x": 16}.get(text[:2])
            return int(text[2:], prefix) if prefix else int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                raise self._error(f"the number {text} is too large", line)
            return number
        return text

    def _check_tag(self, tag: str | None, plain: str, line: int) -> None:
        if tag is not None and str(tag) not in {_TAG + plain, "!"}:
            shown = str(tag).replace(_TAG, "!!")
            raise self._error(f"the tag {shown} is not allowed here; leave it out", line)

    def _error(self, message: str, line: int) -> DocumentError:
        return DocumentError(f"{message}.", file=self.file, line=line)


# What the parser says, what a person needs to hear; {opened} is the line where the construct began.
_PLAIN_WORDS = (
    ("'\\t'", "a tab is used for indentation; use spaces"),
    (
        "mapping values are not allowed",
        "a ': ' is not expected here; check the indentation or quote the text",
    ),
    (
        "expected <block end>",
        "the indentation does not fit the lines above; keys that belong together align",
    ),
    (
        "expected '<document start>'",
        "the indentation does not fit the lines above; keys that belong together align",
    ),
    ("could not find expected ':'", "a ':' is missing after a key"),
    ("unexpected end of stream", "a quote that is opened in line {opened} is never closed"),
    ("unexpected document separator", "a quote that is opened in line {opened} is never closed"),
    ("expected ',' or ']'", "the list opened with '[' in line {opened} lacks a comma or its ']'"),
    (
        "expected ',' or '}'",
        "the mapping opened with '{{' in line {opened} lacks a comma or its '}}'",
    ),
    (
        "found unknown escape character",
        "unknown escape in double quotes; use single quotes or double the backslash",
    ),
    (
        "sequence entries are not allowed",
        "a '- ' is not expected here; check the indentation or quote the text",
    ),
    ("mapping keys are not allowed", "a '? ' is not expected here; put the text in quotes"),
    ("expected the node content", "a value cannot start here; put it in quotes if it is a text"),
    ("cannot start any token", "a text cannot start with this character; put it in quotes"),
)


def _line_of_bad_escape(text: str) -> int | None:
    escapes = re.finditer(r"\\U([0-9a-fA-F]{8})", text)
    return next(
        (text.count("\n", 0, at.start()) + 1 for at in escapes if int(at[1], 16) > sys.maxunicode), None
    )


def _in_plain_words(error: MarkedYAMLError, text: str) -> tuple[str, int]:
    """A sentence for a syntax error, and its line."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    opened = error.context_mark.line + 1 if error.context_mark else line
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "a tab is used for indentation; use spaces", line
    problem = error.problem or "a part of it is missing"
    for sign, words in _PLAIN_WORDS:
        if sign in problem:
            return words.format(opened=opened), line
    return f"this is not YAML: {problem}", line
