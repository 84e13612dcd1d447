from __future__ import annotations

import io
from base64 import b64decode
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont

from parcours.render import typeface
from parcours.render.typeface import embedded_font

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def opened(address: str) -> TTFont:
    kind, _, coded = address.partition(",")
    assert kind == "data:font/woff2;base64"
    return TTFont(io.BytesIO(b64decode(coded)))


def test_covers_latin_and_what_the_page_says() -> None:
    font = opened(embedded_font("Ж日"))
    covered = font.getBestCmap()
    assert {ord(character) for character in "AZaz09éÉœ€−–→●▲■○Ж"} <= set(covered)
    assert 0x202F in covered
    assert ord("日") not in covered  # Inter does not draw it; the system's font does
    assert ord("Щ") not in covered


def test_keeps_weights_and_tabular_figures() -> None:
    font = opened(embedded_font(""))
    assert {axis.axisTag for axis in font["fvar"].axes} == {"opsz", "wght"}
    assert "tnum" in {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert "Open Font License" in font["name"].getDebugName(13)


def test_gives_the_same_bytes_again() -> None:
    first = embedded_font("abc")
    typeface._subset.cache_clear()
    assert embedded_font("cba") == first
    assert len(first) < 100_000


def test_keeps_cuts_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cache" / "fonts"
    typeface._subset.cache_clear()
    first = embedded_font("ß", folder)
    (kept,) = folder.iterdir()
    typeface._subset.cache_clear()
    monkeypatch.setattr(typeface, "_cut", lambda _: b"cut again")
    assert embedded_font("ß", folder) == first
    assert b64decode(first.partition(",")[2]) == kept.read_bytes()
    typeface._subset.cache_clear()


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    typeface._subset.cache_clear()
    assert embedded_font("", blocked / "fonts").startswith("data:font/woff2;base64,")
