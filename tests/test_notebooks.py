"""Every notebook of the documentation is run; what its cells print and what its text says must be what is committed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "docs" / "notebooks").glob("*.ipynb"))
read: Any = nbformat.read  # has no types
FIGURE = re.compile(r"\*\*([^*]*\d[^*]*)\*\*")


def printed(notebook: Any) -> list[str]:
    """What each cell of code prints."""
    return [
        "".join(output.text for output in cell.outputs if output.output_type == "stream")
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def figures(notebook: Any) -> list[str]:
    """The figures that the text stresses; "Finding 1." is none."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return [figure for figure in FIGURE.findall(text) if not figure.startswith("Finding")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_what_its_cells_find(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    committed = read(path, as_version=4)
    fresh = read(path, as_version=4)
    NotebookClient(
        fresh, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert printed(fresh) == printed(committed)
    told = "\n".join(printed(fresh))
    assert figures(committed)
    assert [figure for figure in figures(committed) if figure not in told] == []


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
