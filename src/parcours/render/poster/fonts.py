"""The typefaces that a poster is set in: Inter, then every other font package installed, then the machine's own fonts.

Inter draws Latin, Greek and Cyrillic. The extra ``parcours[scripts]`` adds Japanese (with most Chinese characters) and
Arabic. What no font draws is told, never silently replaced.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from typst import Fonts

SANS_CJK = "noto_cjk_sans_jp_regular"
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}  # control signs, spaces, marks that change another letter


def font_folders() -> tuple[Path, ...]:
    """Folders with font files, Inter's first."""
    import fontpkg

    files = [fontpkg.path("Inter")]
    files += [fontpkg.path(name) for name in fontpkg.families() if name != "Inter"]
    folders = [Path(file).parent for file in files]
    found = find_spec(SANS_CJK)
    if found is not None and found.submodule_search_locations:
        folders += [Path(place) for place in found.submodule_search_locations]
    return tuple(dict.fromkeys(folders))


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """All fonts, found once a process."""
    import typst

    folders = [str(folder) for folder in font_folders()]
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=folders)


def undrawable(text: str) -> tuple[str, ...]:
    """The characters of a text that no font here draws, in order, each once."""
    wanted = {character for character in text if category(character) not in UNSEEN}
    missing = wanted - _characters(str(font_folders()[0]))
    if not missing:
        return ()
    for face in fonts().fonts():
        if face.path is not None and missing:
            missing -= _characters_of(face.path, face.index)
    return tuple(dict.fromkeys(character for character in text if character in missing))


@lru_cache(maxsize=1)
def _characters(folder: str) -> frozenset[str]:
    return frozenset().union(*(_characters_of(str(file), 0) for file in Path(folder).glob("*.ttf")))


@lru_cache(maxsize=256)
def _characters_of(file: str, index: int) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(file, fontNumber=index, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap() or {}))
