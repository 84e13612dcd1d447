"""Kernels are compiled once where their cache can be written, and work where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from counting import count
import numpy as np
print(count(np.arange(5)), sum(count.stats.cache_hits.values()))
"""
COUNTING = """
from parcours.timelines.kernel import kernel

@kernel
def count(values):
    total = 0
    for value in values:
        total += value
    return total
"""
NOWHERE = "/proc/no-such-folder"  # not even the superuser can make it


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "XDG", "IPY"))
    }
    return subprocess.Popen(
        [sys.executable, "-B", "-W", "error", "-c", PROGRAM, str(folder)],
        env=plain | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def source(folder: Path, *, writable: bool) -> Path:
    """A folder with a kernel in it; where it is not writable, its cache folder's name is taken by a file."""
    folder.mkdir()
    (folder / "counting.py").write_text(COUNTING)
    if not writable:
        (folder / "__pycache__").write_text("")
    return folder


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=60)
    assert errors == ""
    return output


def test_nowhere_to_write_is_no_error(tmp_path: Path) -> None:
    folder = source(tmp_path / "readonly", writable=False)
    process = start(folder, HOME=NOWHERE, XDG_CACHE_HOME=NOWHERE)
    assert finish(process) == "10 0\n"
    assert sorted(path.name for path in folder.iterdir()) == ["__pycache__", "counting.py"]


def test_a_cache_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    folder = source(tmp_path / "readonly", writable=False)
    assert finish(start(folder, NUMBA_CACHE_DIR=NOWHERE, HOME=NOWHERE, XDG_CACHE_HOME=NOWHERE)) == "10 0\n"


def test_a_cache_is_shared_by_processes_at_once_and_read_afterwards(tmp_path: Path) -> None:
    folder = source(tmp_path / "readonly", writable=False)
    shared = str(tmp_path / "shared")
    racers = [start(folder, NUMBA_CACHE_DIR=shared, HOME=NOWHERE) for _ in range(2)]
    assert {finish(racer)[:3] for racer in racers} == {"10 "}
    assert finish(start(folder, NUMBA_CACHE_DIR=shared, HOME=NOWHERE)) == "10 1\n"


def test_the_cache_stands_beside_the_source_where_it_can(tmp_path: Path) -> None:
    folder = source(tmp_path / "installed", writable=True)
    assert finish(start(folder, HOME=NOWHERE)) == "10 0\n"
    assert list((folder / "__pycache__").glob("counting.count-*.nbi"))
    assert finish(start(folder, HOME=NOWHERE)) == "10 1\n"
