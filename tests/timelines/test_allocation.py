"""Threads share pools of memory, unless the user has chosen; looked at from outside, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, re, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from parcours.timelines.allocation import share_pools
done = share_pools(2)
barrier = Barrier(6)
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def work(_):
    libc.malloc(10_000)
    barrier.wait()
with ThreadPoolExecutor(6) as pool:
    list(pool.map(work, range(6)))
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(done, len(re.findall("<heap nr=", open(file.name).read())))
"""
GLIBC = hasattr(os, "confstr") and "CS_GNU_LIBC_VERSION" in os.confstr_names


def pools(**environment: str) -> tuple[str, int]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")
    }
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    done, count = ran.stdout.split()
    return done, int(count)


@pytest.mark.skipif(not GLIBC, reason="only glibc has such pools")
def test_threads_share_pools() -> None:
    assert pools() == ("True", 2)


@pytest.mark.skipif(not GLIBC, reason="only glibc has such pools")
@pytest.mark.parametrize("name", ["MALLOC_ARENA_MAX", "GLIBC_TUNABLES"])
def test_what_the_user_has_set_is_left(name: str) -> None:
    value = "4" if name == "MALLOC_ARENA_MAX" else "glibc.malloc.tcache_count=7:glibc.malloc.arena_max=4"
    assert pools(**{name: value}) == ("False", 4)
