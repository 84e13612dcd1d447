"""A folder of YAML files, one document a file, read into documents; all mistakes of all files are told at once.

    lifecycle.yaml   journeys/   personas/   channels/   metrics/   feedback/
    pain-points/     opportunities/   solutions/   segments/

The folder of a kind holds documents of that kind only, in sub-folders too. A document may also stand beside
``lifecycle.yaml``; other files there, such as mappings, are none of ours and are left alone. The text of a file is
kept as it is, comments and all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from parcours.errors import DocumentError, DocumentsError
from parcours.journeys.documents import KINDS, Document, Documents
from parcours.journeys.findings import Finding
from parcours.yaml_files import load_model, read_text
from parcours.yaml_files.problems import reached, written_path
from parcours.yaml_files.syntax import Node, parse

# kind -> the folder of its documents; the lifecycle has a file of its own
FOLDERS = {
    "journey": "journeys",
    "persona": "personas",
    "channel": "channels",
    "metric": "metrics",
    "feedback": "feedback",
    "pain-point": "pain-points",
    "opportunity": "opportunities",
    "solution": "solutions",
    "segment": "segments",
}
LIFECYCLE_FILE = "lifecycle.yaml"
ENDINGS = (".yaml", ".yml")
Key = tuple[str, str]  # kind, id

_KIND = re.compile(r"""^(?:\ufeff)?kind:[ \t]*["']?([A-Za-z_ -]+?)["']?[ \t]*(?:#.*)?$""", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """A document as it is written: its text, where that stands (``path``, relative, with slashes), and its model."""

    path: str
    text: str
    document: Document
    file: str = field(default="", compare=False)  # the name to show; "" shows the path

    @property
    def key(self) -> Key:
        return self.document.kind, self.document.id

    @cached_property
    def _root(self) -> Node:
        return parse(self.text, file=self.shown)

    @property
    def shown(self) -> str:
        """The name of the file, as people see it."""
        return self.file or self.path

    def line(self, place: Sequence[str | int]) -> int:
        """The line (from 1) on which the value at a place of the document is written, or what holds it."""
        return self._written(place)[0]

    def mistake(self, place: Sequence[str | int], message: str, hint: str | None = None) -> DocumentError:
        """An error about a place of this document."""
        line, written = self._written(place)
        return DocumentError(
            message, file=self.shown, line=line, field=written_path(written) or None, hint=hint
        )

    def _written(self, place: Sequence[str | int]) -> tuple[int, list[str | int]]:
        """The line of a place, and the parts of it that are written: one thing needs no list around it."""
        _, line, kept = reached(self._root, place)
        return line, kept


@dataclass(frozen=True)
class WrittenDocuments:
    """Documents as they are written, by kind and id, in the order of kinds, then ids."""

    written: Mapping[Key, Written]

    @cached_property
    def documents(self) -> Documents:
        """The models alone."""
        return gathered(one.document for one in self.written.values())

    @property
    def texts(self) -> dict[str, str]:
        """The texts by path."""
        return {one.path: one.text for one in self.written.values()}

    def located(self, finding: Finding) -> Finding:
        """A finding about a document, with the file and the line of its place."""
        kind, _, id_ = (finding.document or "").partition("/")
        one = self.written.get((kind, id_))
        return finding if one is None else replace(finding, file=one.path, line=one.line(finding.place))


def path_of(kind: str, id_: str) -> str:
    """Where a document of a kind stands by default."""
    return LIFECYCLE_FILE if kind == "lifecycle" else f"{FOLDERS[kind]}/{id_}.yaml"


def gathered(documents: Iterable[Document]) -> Documents:
    """Models by kind and id."""
    found: dict[str, Any] = {folder.replace("-", "_"): {} for folder in FOLDERS.values()}
    lifecycle = None
    for document in documents:
        if document.kind == "lifecycle":
            lifecycle = document
        else:
            found[FOLDERS[document.kind].replace("-", "_")][document.id] = document
    return Documents(lifecycle=lifecycle, **found)


def each(documents: Documents) -> Iterator[Document]:
    """Every document, in the order of kinds."""
    if documents.lifecycle is not None:
        yield documents.lifecycle
    for folder in FOLDERS.values():
        yield from getattr(documents, folder.replace("-", "_")).values()


def read_folder(folder: Path) -> WrittenDocuments:
    """The documents of a folder.

    Raises DocumentError when one is wrong, DocumentsError when several are, or when two have the same id; a folder
    without documents gives none."""
    if not folder.is_dir():
        what = "this is not a folder" if folder.exists() else "the folder does not exist"
        raise DocumentError(f"{what}.", file=str(folder), hint="Give the folder of the documents.")
    texts: dict[str, str] = {}
    errors = list(_misnamed_folders(folder))
    for path in _files(folder):
        try:
            texts[path.relative_to(folder).as_posix()] = read_text(path, keep_mark=True)
        except DocumentError as error:
            errors.append(error)
    return read_texts(texts, shown_in=folder, errors=errors)


def read_texts(
    texts: Mapping[str, str], *, shown_in: Path | None = None, errors: Iterable[DocumentError] = ()
) -> WrittenDocuments:
    """Documents from texts by path (``journeys/returns.yaml``); as ``read_folder``.

    ``shown_in`` is the folder to name in errors, ``errors`` what is known to be wrong already."""
    found: dict[Key, Written] = {}
    wrong = list(errors)
    for path, text in texts.items():
        file = path if shown_in is None else str(shown_in / path)
        try:
            kind = _kind(path, text, file)
            if kind is None:
                continue
            one = Written(path, text, load_model(text, KINDS[kind], file=file), file)
            _add(found, one)
        except DocumentError as error:
            wrong.append(error)
    raise_all(wrong)
    order = list(KINDS)
    return WrittenDocuments(
        dict(sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])))
    )


def raise_all(errors: Sequence[DocumentError]) -> None:
    """Raise the one error, or several as one; nothing when there is none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise DocumentsError(errors)


def _files(folder: Path) -> Iterator[Path]:
    beside = [path for path in sorted(folder.iterdir()) if path.is_file()]
    within = [path for name in sorted(FOLDERS.values()) for path in sorted((folder / name).rglob("*"))]
    for path in [*beside, *within]:
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in ENDINGS and path.is_file() and not hidden:
            yield path


def _misnamed_folders(folder: Path) -> Iterator[DocumentError]:
    names = set(FOLDERS.values())
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or path.name in names or path.name.startswith("."):
            continue
        meant = get_close_matches(path.name.lower().replace("_", "-"), names, n=1, cutoff=0.8)
        if meant and any(part.suffix.lower() in ENDINGS for part in path.iterdir()):
            yield DocumentError(
                "the files in this folder would not be read.",
                file=str(path),
                hint=f"Did you mean {meant[0]!r}? Rename the folder.",
            )


def _kind(path: str, text: str, file: str) -> str | None:
    """The kind of the document in a file; None for a file beside the lifecycle that is no document."""
    home = next((kind for kind, name in FOLDERS.items() if path.startswith(f"{name}/")), None)
    wanted = "lifecycle" if path == LIFECYCLE_FILE else home
    found = _KIND.search(text)
    kind = found[1] if found else None
    if kind in KINDS and (wanted is None or kind == wanted):
        return kind
    if kind in KINDS:
        raise DocumentError(
            f"a document of the kind {kind!r} does not belong here.",
            file=file,
            line=_line_of(text, found),
            field="kind",
            hint=f"Move it to {'the file ' + LIFECYCLE_FILE if kind == 'lifecycle' else FOLDERS[kind] + '/'}.",
        )
    if wanted is not None:
        return wanted  # the model says what is wrong with the kind, and with the rest
    meant = get_close_matches(kind or "", KINDS, n=1, cutoff=0.75)
    if not meant:
        return None
    raise DocumentError(
        f"there is no kind {kind!r}; did you mean {meant[0]!r}?",
        file=file,
        line=_line_of(text, found),
        field="kind",
        hint=f"Allowed: {', '.join(KINDS)}.",
    )


def _line_of(text: str, found: re.Match[str] | None) -> int:
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _add(found: dict[Key, Written], one: Written) -> None:
    other = found.get(one.key)
    if other is not None:
        raise one.mistake(
            ("id",), f"the {one.key[0]} {one.key[1]!r} is already in {other.shown}.", "Give it another id."
        )
    lifecycles = [key for key in found if key[0] == "lifecycle"]
    if one.key[0] == "lifecycle" and lifecycles:
        raise one.mistake(("kind",), f"there is already a lifecycle in {found[lifecycles[0]].shown}.")
    found[one.key] = one
