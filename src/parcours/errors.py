"""Every error that Parcours raises, in one tree.

    ParcoursError
    ├── InputError                 what the user gave cannot be used
    │   ├── SourceError            a file cannot be read as events
    │   ├── MappingError           a mapping does not fit its file
    │   ├── DocumentError          a YAML document is wrong (file, line, field)
    │   │   └── DocumentsError     several documents are wrong, or do not fit together
    │   ├── ConflictError          somebody else has changed the same thing in the meantime
    │   ├── QueryError             a question makes no sense
    │   ├── UnknownCustomerError   no such customer in the log
    │   └── TooManyBadRowsError    an import was stopped before it committed
    ├── WorkspaceError             the workspace itself
    │   ├── WorkspaceNotFoundError
    │   ├── WorkspaceExistsError
    │   ├── WorkspaceBusyError     another process holds the import lock for too long
    │   │   └── WritingTakenOverError  a writer was silent for so long that another one took over
    │   └── StoreError             an object store is out of reach, or refuses
    ├── ClusterError               a Spark cluster cannot answer
    └── MissingExtraError          an optional package is not installed

Each class carries a stable ``code`` that scripts may test; the message says what was wrong and where,
``hint`` what to do about it.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ParcoursError(Exception):
    """Base of all errors meant for the user."""

    code: ClassVar[str] = "parcours"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class InputError(ParcoursError):
    """What the user gave cannot be used."""

    code = "input"


class SourceError(InputError):
    """A file cannot be read as events."""

    code = "source"


class MappingError(InputError):
    """A mapping does not fit its file."""

    code = "mapping"


class DocumentError(InputError):
    """A YAML document is wrong; ``file``, ``line`` and ``field`` say where."""

    code = "document"

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.field = field
        place = ":".join(str(part) for part in (file, line) if part is not None)
        where = ", ".join(part for part in (place, f"field {field}" if field else "") if part)
        super().__init__(f"{where}: {message}" if where else message, hint=hint)


class DocumentsError(DocumentError):
    """Several documents are wrong, or do not fit together; ``errors`` tells each."""

    code = "documents"

    def __init__(self, errors: Iterable[DocumentError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        told = [f"{len(self.errors)} mistakes in the documents:", *(f"- {one}" for one in self.errors)]
        super().__init__("\n".join(told))
        self.file, self.line, self.field = first.file, first.line, first.field


class ConflictError(InputError):
    """Somebody else has changed the same thing in the meantime; nothing was written."""

    code = "conflict"


class QueryError(InputError):
    """A question makes no sense as asked."""

    code = "query"


class UnknownCustomerError(InputError):
    """No such customer in the log."""

    code = "unknown-customer"


class TooManyBadRowsError(InputError):
    """An import was stopped before it committed, because too many of its rows are bad."""

    code = "too-many-bad-rows"


class WorkspaceError(ParcoursError):
    """The workspace itself cannot be used."""

    code = "workspace"


class WorkspaceNotFoundError(WorkspaceError):
    """There is no workspace in this folder."""

    code = "workspace-not-found"


class WorkspaceExistsError(WorkspaceError):
    """A workspace would overwrite what is there."""

    code = "workspace-exists"


class WorkspaceBusyError(WorkspaceError):
    """Another process holds the workspace's import lock for too long."""

    code = "workspace-busy"


class WritingTakenOverError(WorkspaceBusyError):
    """A writer to an object store was silent for so long that another one took over; nothing of it was kept."""

    code = "writing-taken-over"


class StoreError(WorkspaceError):
    """An object store is out of reach, or refuses what was asked of it."""

    code = "store"


class ClusterError(ParcoursError):
    """A Spark cluster is out of reach, or cannot answer as it is set up."""

    code = "cluster"


class MissingExtraError(ParcoursError):
    """An optional package is not installed; the hint names the install command."""

    code = "missing-extra"

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs an optional package that is not installed.",
            hint=f"Install it with: pip install 'parcours[{extra}]'",
        )


def did_you_mean(given: str, known: Iterable[str]) -> str | None:
    """The hint that lists what exists and what was probably meant."""
    names = list(known)
    close = get_close_matches(given, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    if not names:
        return None
    shown = ", ".join(sorted(names)[:12])
    return f"Known: {shown}{', …' if len(names) > 12 else ''}."
