"""Reading files into DuckDB tables: one module a kind of file, one shape for what comes out."""

from __future__ import annotations

from parcours.events.sources.loaded import Loaded, Reading
from parcours.events.sources.read import read_file

__all__ = ["Loaded", "Reading", "read_file"]
