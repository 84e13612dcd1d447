"""Reading YAML documents into models, with errors that say where, what, and what was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from parcours.errors import DocumentError
from parcours.yaml_files.problems import Problem, problems
from parcours.yaml_files.syntax import parse

__all__ = ["load_model", "read_model", "read_text"]

M = TypeVar("M", bound=BaseModel)
MAX_SHOWN = 20


def load_model(text: str, model: type[M], *, file: str) -> M:
    """The document in ``text`` as ``model``.

    Raises DocumentError; its ``line`` (from 1) and ``field`` (``stages[2].lapse.after``, as written) are
    those of the first problem, its message tells all of them. ``file`` is the name to show.
    """
    root = parse(text, file=file)
    if not isinstance(root.value, dict):
        kind = "a list" if isinstance(root.value, list) else "a single value"
        raise DocumentError(
            f"expected keys with values, such as 'title: …', but the document is {kind}.",
            file=file,
            line=root.line,
        )
    try:
        return model.model_validate(root.value)
    except ValidationError as error:
        reports = error.errors(include_url=False)
        raise _document_error(problems(root, model, reports), file) from None


def read_model(path: Path, model: type[M]) -> M:
    """The document in a file as ``model``; raises DocumentError, also for a missing file or one not UTF-8."""
    return load_model(read_text(path), model, file=str(path))


def read_text(path: Path, *, keep_mark: bool = False) -> str:
    """The text of a UTF-8 file; raises DocumentError. A byte-order mark is left out unless it is to be kept."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError("there is no such file.", file=str(path)) from None
    except IsADirectoryError:
        raise DocumentError("this is a folder, not a file.", file=str(path)) from None
    except OSError as error:
        raise DocumentError(f"the file cannot be read: {error.strerror}.", file=str(path)) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError("the file is in UTF-16; save it as UTF-8.", file=str(path), line=1)
    try:
        return content.decode("utf-8" if keep_mark else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"the byte 0x{content[error.start]:02x} is not UTF-8; the file is probably in another encoding.",
            file=str(path),
            line=content.count(b"\n", 0, error.start) + 1,
            hint="Save it as UTF-8 in your editor.",
        ) from None


def _document_error(found: Sequence[Problem], file: str) -> DocumentError:
    first, *others = found
    if not others:
        return DocumentError(
            first.sentence, file=file, line=first.line, field=first.field or None, hint=first.advice or None
        )
    lines = [
        _with_advice(first),
        f"{len(others)} more {'problem' if len(others) == 1 else 'problems'} in this file:",
    ]
    for problem in others[: MAX_SHOWN - 1]:
        where = f"line {problem.line}" + (f", field {problem.field}" if problem.field else "")
        lines.append(f"  {where}: {_with_advice(problem)}")
    if len(found) > MAX_SHOWN:
        lines.append(f"  … and {len(found) - MAX_SHOWN} more.")
    return DocumentError("\n".join(lines), file=file, line=first.line, field=first.field or None)


def _with_advice(problem: Problem) -> str:
    return f"{problem.sentence} {problem.advice}".rstrip()
