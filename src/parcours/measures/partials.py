"""Partials as files, and the merging of labelled counts."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Partial
from parcours.timelines.array_files import loaded


def save(partial: Partial, path: Path) -> None:
    """Write a partial at once; a folder that cannot be written is no error, the cache is only a help."""
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".draft", delete=False) as file:
            draft = Path(file.name)
            np.savez(file, allow_pickle=False, **partial)
        draft.replace(path)
    except OSError:
        if draft is not None:
            draft.unlink(missing_ok=True)


def load(path: Path) -> Partial | None:
    """A partial written before, or None when there is none that can be read."""
    try:
        return loaded(path)
    except (OSError, ValueError, EOFError, KeyError, BadZipFile, zlib.error):
        return None


def prune(folder: Path, keep: int) -> None:
    """Delete all but the newest files of a folder of partials: old questions must not fill the disk."""
    try:
        by_age = sorted((path.stat().st_mtime_ns, path) for path in folder.glob("*/*.npz"))
        for _, path in by_age[: max(len(by_age) - keep, 0)]:
            path.unlink(missing_ok=True)
    except OSError:  # another process deletes too, or the folder cannot be written: the cache is only a help
        return


def align(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp], NDArray[np.intp]]:
    """Two sorted lists of labels as one, and where each one's labels stand in it."""
    labels = np.union1d(one, other)
    return labels, np.searchsorted(labels, one), np.searchsorted(labels, other)


def add_labelled(
    labels: tuple[NDArray[Any], NDArray[Any]], counts: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Sum two arrays whose first axis is labelled, by label."""
    together, first, second = align(*labels)
    total = np.zeros((len(together), *counts[0].shape[1:]), dtype=np.int64)
    total[first] += counts[0]
    total[second] += counts[1]
    return together, total
