"""Shares of whole numbers with their intervals, as columns of a table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.stats.proportions import wilson_bounds


def shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> dict[str, pa.Array]:
    """``share`` with ``share_low`` and ``share_high`` (Wilson, 95 %), missing where the whole is nothing."""
    share = np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
    low, high = wilson_bounds(part, whole)
    columns = (("share", share), ("share_low", low), ("share_high", high))
    return {name: pa.array(values, from_pandas=True) for name, values in columns}
