"""Typst at work: the poster's value in, the bytes of a file out. Nothing here knows what a journey is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

from parcours.render.poster.fonts import fonts

if TYPE_CHECKING:
    from datetime import datetime

    from typst import Compiler

Format = Literal["pdf", "png", "svg"]
PNG_PPI = 192.0  # twice the 96 dots of a CSS inch


@dataclass(frozen=True)
class Box:
    """Where a text must stay: points on the paper, y downwards."""

    page: int  # from 1
    kind: str
    x: float
    y: float
    w: float
    h: float


class Sheet:
    """One poster's value, ready to be measured and written."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._title, self._description = str(document["title"]), str(document["description"])
        folder = Path(str(resources.files("parcours.render.poster")))
        self.text = json.dumps(document, ensure_ascii=False, sort_keys=True)
        self._compiler: Compiler = _compiler(folder, self.text)

    def spare(self) -> tuple[float, ...]:
        """Points of height left on each page; negative where its lanes do not fit."""
        return tuple(float(found["spare"]) for found in self._told("<plan>"))

    def boxes(self) -> tuple[Box, ...]:
        """The box of every text."""
        return tuple(Box(**found) for found in self._told("<box>"))

    def write(self, form: Format, made_at: datetime) -> tuple[bytes, ...]:
        """The files: one for a PDF, one a page for pictures. ``made_at`` is the day that a PDF says it was made."""
        ppi = PNG_PPI if form == "png" else None
        whole_second = made_at.astimezone(UTC).replace(microsecond=0)
        written = self._compiler.compile(format=form, ppi=ppi, timestamp=whole_second)
        files = tuple(written) if isinstance(written, list) else (written,) if written is not None else ()
        return tuple(self._told_aloud(file) for file in files) if form == "svg" else files

    def _told_aloud(self, svg: bytes) -> bytes:
        """A picture that says what it shows to those who cannot see it."""
        words = f"<title>{escape(self._title)}</title><desc>{escape(self._description)}</desc>"
        opening, closing, rest = svg.partition(b">")
        return opening + b' role="img"' + closing + words.encode() + rest

    def _told(self, label: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._compiler.query(label, field="value"))
        return found


def _compiler(folder: Path, data: str) -> Compiler:
    import typst

    return typst.Compiler(folder / "poster.typ", root=folder, font_paths=fonts(), sys_inputs={"data": data})
