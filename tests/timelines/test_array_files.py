from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from parcours.timelines.array_files import loaded, mapped


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_many_threads_read_at_once(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    np.savez(tmp_path / "b.npz", one=np.arange(2), two=np.array(["x", "é"]))
    with ThreadPoolExecutor(8) as pool:
        arrays = list(pool.map(lambda _: mapped(tmp_path / "a.npy"), range(400)))
        tables = list(pool.map(lambda _: loaded(tmp_path / "b.npz"), range(400)))
    assert all(array.tolist() == [0, 1, 2] for array in arrays)
    assert all(table["two"].tolist() == ["x", "é"] and len(table["one"]) == 2 for table in tables)
