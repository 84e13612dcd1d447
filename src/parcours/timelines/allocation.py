"""How the C library hands out memory to threads, where it is glibc.

glibc gives threads pools of their own, up to eight a processor, and what is freed in one is not used by another. Every
question runs on fresh threads, so that memory which nobody uses is held in many places: of ten million events, 300 MB.
Fewer pools cost no time, as arrays are large and few.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

_M_ARENA_MAX = -8  # malloc.h
_CHOSEN_BY_USER = ("MALLOC_ARENA_MAX", "glibc.malloc.arena_max")


@cache
def share_pools(threads: int) -> bool:
    """Let threads share pools from now on, one for each that works at once; 0 is one a processor.

    Gives whether that was done: what the user has set is left as it is. Pools that are there already remain.
    """
    environment = {*os.environ, *os.environ.get("GLIBC_TUNABLES", "").replace("=", ":").split(":")}
    if not environment.isdisjoint(_CHOSEN_BY_USER) or not _is_glibc():
        return False
    return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, max(threads or os.cpu_count() or 1, 2)))


def _is_glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, OSError, ValueError):  # another system, or another C library
        return False
