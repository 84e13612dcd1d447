"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# the first example may compile a kernel, and a busy machine is no failure
settings.register_profile("parcours", deadline=None)
settings.load_profile("parcours")
