"""The poster's colours: the light tokens of the pages, and tints for print that no page needs."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

_TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})")
PRINT_TINTS = {
    "goal": "#e4ecf5",  # a phase's goal on its sign
    "track": "#e1e7ee",
    "watch-band": "#f0d9b5",
    "zero": "#8a94a3",
    "focus": "#fbf3f2",  # the column to fix first: 5.5 % of bad on paper
    "focus-band": "#f3ecee",  # the same on the measured band
}


@lru_cache
def palette() -> dict[str, str]:
    """Name and colour, light theme: tokens.css first, so that pages and posters never differ."""
    folder = resources.files("parcours.render") / "styles"
    css = (folder / "tokens.css").read_text("utf-8").split("@media")[0]
    css += (folder / "journey-tokens.css").read_text("utf-8").split("@media")[0]
    return dict(_TOKEN.findall(css)) | PRINT_TINTS
