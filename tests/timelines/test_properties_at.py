"""A few events' properties are read from wherever they lie, without the rest of the files."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parcours.timelines.columns import FAR_ROWS, MOST_STRETCHES, properties_at

COUNTS = (3, 5 * FAR_ROWS, 1)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("bucket=1")
    paths = []
    for number, count in enumerate(COUNTS):
        path = folder / f"it's {number}.parquet"
        texts = [None if row % 5 == 1 else f'{{"n":"{number}-{row}"}}' for row in range(count)]
        pq.write_table(pa.table({"properties": texts}), path, row_group_size=7_000)
        paths.append(str(path))
    return paths


def text(row: int) -> str | None:
    bounds = [0, *np.cumsum(COUNTS).tolist()]
    number = int(np.searchsorted(bounds, row, side="right")) - 1
    place = row - bounds[number]
    return None if place % 5 == 1 else f'{{"n":"{number}-{place}"}}'


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [0],
        [3, 2, 3, 2],
        [sum(COUNTS) - 1, 0, sum(COUNTS) - 2],
        [40_000, 10, 11, 30_000, 12],
        list(range(0, sum(COUNTS), sum(COUNTS) // (MOST_STRETCHES * 3))),
    ],
)
def test_each_row_has_its_own(files: list[str], rows: list[int]) -> None:
    found = properties_at(files, COUNTS, np.array(rows, dtype=np.int32))
    assert found == [text(row) for row in rows]
