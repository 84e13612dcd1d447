"""The house is as its plan says: every module has its line, and the layers are those of the design."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "parcours"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def listed() -> list[str]:
    """The modules that ARCHITECTURE.md lists, as paths under the package."""
    folder, found = "", []
    for line in TEXT.splitlines():
        if heading := re.fullmatch(r"### ([a-z_]+)/", line):
            folder = f"{heading[1]}/"
            found.append(f"{folder}__init__.py")
        elif item := re.match(r"- `([a-z0-9_/]+\.py)` – \S", line):
            found.append(folder + item[1])
    return sorted(found)


def test_every_module_is_listed_with_one_line_and_none_that_is_gone() -> None:
    assert listed() == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_a_box_for_anything(module: str) -> None:
    parts = {part.removesuffix(".py") for part in module.split("/")}
    assert not parts & {"utils", "util", "core", "common", "helpers", "models", "services", "misc"}


def test_every_folder_of_the_package_is_a_layer() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    layers = {layer.removeprefix("parcours.") for layer in contract["layers"]}
    there = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert there - {"__init__"} <= layers


def test_every_task_of_the_makefile_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    tasks = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    assert {"help", "demo", "test", "lint", "bench", "docs"} <= tasks
