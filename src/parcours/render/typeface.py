"""The page's typeface, cut down to the characters it needs and ready to embed.

Inter comes from the package ``fontpkg-inter`` (SIL Open Font License 1.1). The subset keeps the weight and optical-size
axes, kerning and tabular figures; the same characters give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import logging
from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

LATIN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100))))
SIGNS = frozenset("ŒœŸ\u2009\u202f−–—‘’“”…→←↑↓●▲■○≥≤×·•€")
_FEATURES = ["kern", "tnum"]
_RECIPE = "inter-1"  # change when the subset is made differently, so that a disk cache is not misread


def embedded_font(text: str, cache: Path | None = None) -> str:
    """A ``data:`` address of Inter (WOFF2) that covers Latin text and every character of ``text`` that Inter draws.

    ``cache`` is a folder that keeps subsets between processes; one that is missing or read-only is no error.
    """
    wanted = frozenset(character for character in text if character.isprintable()) | LATIN | SIGNS
    characters = "".join(sorted(wanted))
    return "data:font/woff2;base64," + b64encode(_subset(characters, cache)).decode("ascii")


@lru_cache(maxsize=8)
def _subset(characters: str, cache: Path | None) -> bytes:
    key = hashlib.sha256(f"{_RECIPE}\0{characters}".encode()).hexdigest()[:24]
    kept = cache / f"inter-{key}.woff2" if cache else None
    if kept is not None:
        try:
            return kept.read_bytes()
        except OSError:
            pass  # not there yet, or not readable: cut it now
    font = _cut(characters)
    if kept is not None:
        _keep(kept, font)
    return font


def _keep(place: Path, font: bytes) -> None:
    """Write beside and rename, so that another process never reads half a font."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, delete=False) as draft:
            draft.write(font)
        Path(draft.name).replace(place)
    except OSError:
        return  # a cache that cannot be written only costs time


def _cut(characters: str) -> bytes:
    import fontpkg
    from fontTools import subset
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options()
    options.layout_features = _FEATURES
    options.name_IDs = [0, 1, 2, 13, 14]  # copyright and licence travel with the font
    options.hinting = False
    options.drop_tables += ["DSIG", "STAT"]
    # recalcTimestamp would write the time of the cut into the font: same input, same bytes
    with TTFont(fontpkg.path("Inter"), recalcTimestamp=False, lazy=True) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(character) for character in characters])
        cutter.subset(font)
        font.flavor = "woff2"
        written = io.BytesIO()
        font.save(written)
    return written.getvalue()
