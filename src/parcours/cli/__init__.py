"""The command ``parcours``: one of the thin faces over the library.

It reads arguments, calls the library and shows what comes back; it holds no analysis of its own. This file
and the modules of the commands import nothing heavy, so that ``parcours --help`` answers at once; what a
command needs it imports inside.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    0 is success, 1 a check that found something (or a bug, with its traceback), 2 the user's mistake,
    130 Ctrl-C.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        from parcours.cli.app import run

        return run(given)
    except KeyboardInterrupt:
        return INTERRUPTED
