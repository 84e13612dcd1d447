"""How kernels are compiled: without the GIL, cached on disk where that is possible.

Numba looks for a writable cache folder beside the source, then in the user's cache folder. Where neither
can be written (a read-only image, a home that does not exist) it refuses to compile at all; then a kernel
is compiled in memory, which costs a second at each start and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over flat arrays on its first call."""
    try:
        compiled = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba: "no locator available", there is nowhere to write
        compiled = njit(nogil=True)(function)
    return cast("Callable[P, R]", compiled)
