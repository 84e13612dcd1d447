"""What all tests share."""

from __future__ import annotations

import signal

from hypothesis import settings

# a build server may start everything with Ctrl-C ignored, which processes inherit; some tests press it
signal.signal(signal.SIGINT, signal.default_int_handler)

# the first example may compile a kernel, and a busy machine is no failure
settings.register_profile("parcours", deadline=None)
settings.load_profile("parcours")
