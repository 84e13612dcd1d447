"""Write the pages that come out of the code: docs/reference and the listing in ARCHITECTURE.md.

    python tools/make_reference.py

A test compares what this would write with what is committed.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from parcours.cli.analyses import FIELDS_FILE
from parcours.errors import ParcoursError

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- listing -->", "<!-- end of listing -->"
WRITTEN = "<!-- Written by tools/make_reference.py; edit the code that it describes. -->"
HELP_WIDTH = 96


def pages() -> dict[Path, str]:
    """Every page that the code describes, by file."""
    return {
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "measures.md": measures_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "errors.md": errors_page(),
        REFERENCE / "documents.md": documents_page(),
        **{REFERENCE / f"{kind}.schema.json": text for kind, text in schemas().items()},
        FIELDS_FILE: field_texts(),
        ARCHITECTURE: architecture_page(ARCHITECTURE.read_text(encoding="utf-8")),
    }


def cli_page() -> str:
    """The help of every command."""
    from parcours.cli.app import COMMANDS

    parts = [WRITTEN, "# The command line", _block(_help()), _EXIT_CODES]
    for name, *_ in COMMANDS:
        parts += [f"## parcours {name}", _block(_help(*name.split()))]
    return _joined(parts)


def measures_page() -> str:
    """What every measure answers, and the fields of its question."""
    from parcours.measures.contract import measures

    parts = [WRITTEN, "# Measures", _MEASURES]
    for name, measure in measures().items():
        module = inspect.getmodule(type(measure))
        parts += [
            f"## {name}",
            inspect.cleandoc(module.__doc__ or "").replace("``", "`"),
            "The question:",
            _fields(measure.question),
        ]
    return _joined(parts)


def field_texts() -> str:
    """What the commands' flags mean, in the words of the questions' fields, to be read without loading those."""
    from parcours.cli.analyses import ANALYSES, COMPARABLE
    from parcours.measures.contract import measures

    texts = {
        one.measure: {
            flag.field: measures()[one.measure].question.model_fields[flag.field].description
            for flag in one.flags
        }
        for one in (*ANALYSES, *COMPARABLE)
    }
    return json.dumps(texts, indent=2, ensure_ascii=False) + "\n"


def settings_page() -> str:
    """Every setting of a workspace."""
    from parcours.settings import FILE_NAME, Settings

    return _joined(
        [
            WRITTEN,
            "# Settings",
            _SETTINGS.format(file=FILE_NAME),
            _fields(Settings),
        ]
    )


def errors_page() -> str:
    """Every error with the code that scripts may test."""
    rows = [
        f"| `{error.code}` | `{error.__name__}` | {_first_line(error.__doc__ or '')} |"
        for error in _tree(ParcoursError)
    ]
    return _joined(
        [
            WRITTEN,
            "# Errors",
            _ERRORS,
            "\n".join(["| code | class | meaning |", "| --- | --- | --- |", *rows]),
        ]
    )


def documents_page() -> str:
    """Every kind of document and every part of one, with its fields."""
    from parcours.journeys.documents import KINDS
    from parcours.journeys.reading import path_of

    parts, told = [WRITTEN, "# Documents", _DOCUMENTS], []
    for kind, model in KINDS.items():
        parts += [
            f"## {kind}",
            f"`{path_of(kind, 'ID')}` – {_first_line(model.__doc__ or '')}",
            _fields(model),
        ]
        told += [part for part in _parts(model) if part not in told]
    parts += ["## Parts", "What stands inside a document. Events and conditions are [matchers](matchers.md)."]
    for part in told:
        parts += [f"### {part.__name__}", _first_line(part.__doc__ or ""), _fields(part, _MUST)]
    return _joined(parts)


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The parts that a document is made of, those of the language of events left out."""
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            if part.__module__.startswith("parcours.journeys"):
                yield part
                yield from _parts(part)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def schemas() -> dict[str, str]:
    """The JSON Schema of every kind of document, for editors."""
    from parcours.journeys.documents import KINDS
    from parcours.journeys.editor_schema import schema_for_editors

    return {
        kind: json.dumps(schema_for_editors(model), indent=2, ensure_ascii=False) + "\n"
        for kind, model in KINDS.items()
    }


def architecture_page(present: str) -> str:
    """ARCHITECTURE.md with its listing made from the modules' own first lines."""
    before, found, rest = present.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"ARCHITECTURE.md needs {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{listing()}\n{END}{after}"


def listing() -> str:
    """Every folder and module of the package with one line, in the order of the layers."""
    package = ROOT / "src" / "parcours"
    lines = [f"- `{path.name}` – {summary(path)}" for path in sorted(package.glob("*.py"))]
    for folder in sorted(path for path in package.iterdir() if (path / "__init__.py").is_file()):
        lines += ["", f"### {folder.name}/", "", summary(folder / "__init__.py"), ""]
        lines += [
            f"- `{path.relative_to(folder).as_posix()}` – {summary(path)}"
            for path in sorted(folder.rglob("*.py"))
            if path != folder / "__init__.py"
        ]
    return "\n".join(lines)


def summary(path: Path) -> str:
    """The first line of a module's docstring."""
    return _first_line(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")


def _first_line(text: str) -> str:
    """The first sentence or paragraph on one line, with single quotes of code."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return paragraph.replace("``", "`")


def _tree(error: type[ParcoursError]) -> Iterator[type[ParcoursError]]:
    yield error
    for child in error.__subclasses__():
        yield from _tree(child)


def _fields(model: type[BaseModel], required: str = "given by the workspace") -> str:
    rows = [
        f"| `{field.alias or name}` | {_default(field, required)} | {field.description or ''} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(["| field | default | meaning |", "| --- | --- | --- |", *rows])


def _default(field: FieldInfo, required: str) -> str:
    if field.is_required():
        return required
    value = field.get_default(call_default_factory=True)
    if value in (None, "", ()):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _help(*command: str) -> str:
    """What ``parcours … --help`` prints at a fixed width."""
    from parcours.cli.app import run

    out = io.StringIO()
    before = {name: os.environ.pop(name, None) for name in ("COLUMNS", "PARCOURS_WORKSPACE")}
    os.environ["COLUMNS"] = str(HELP_WIDTH)
    try:
        with contextlib.redirect_stdout(out):
            run([*command, "--help"])
    finally:
        del os.environ["COLUMNS"]
        os.environ.update({name: value for name, value in before.items() if value is not None})
    return out.getvalue()


def _block(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"```text\n{lines}\n```"


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


_EXIT_CODES = """\
| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | `check` found a problem; or a fault of Parcours itself, with a traceback to report |
| 2 | a mistake in what was asked; standard error says which and what to do |
| 130 | stopped with Ctrl-C |"""

_SETTINGS = """\
A workspace is set in its file `{file}`. An environment variable named `PARCOURS_` and the setting in capitals overrides
it, for example `PARCOURS_LANGUAGE=fr`."""

_ERRORS = """\
Every mistake raises one of these from `parcours.errors`: `message` says what was wrong and where, `hint` what to do
about it. On the command line it is printed on standard error with exit code 2; with `--json` as an object with `code`,
`message` and `hint`. Codes stay the same from release to release. A command line that cannot be understood has the code
`usage`."""

_MUST = "**must be given**"
_DOCUMENTS = """\
What a team writes, one document a YAML file; see
[how to write documents and keep their versions](../how-to/keep-documents.md).
One thing needs no list around it, and a statement, a metric or a score may be written bare: `doing: Looks`,
`metrics: [visits]`, `emotion: 1`. Beside this page lies the JSON Schema of each kind for editors, such as
`journey.schema.json`."""

_MEASURES = """\
A measure answers one question. It is asked in Python (`workspace.stages(…)`) or on the command line
(`parcours stages`), and both give the same figures."""


def main() -> int:
    """Write every page that has changed."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
