"""Native shapes on a slide, placed in inches: text, boxes, signs of stages, curves, in the pages' colours."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Length, Pt

from parcours.render.exports.drawing import xml_text
from parcours.render.monotone_curve import monotone_curve

if TYPE_CHECKING:
    from pptx.slide import Slide

WIDTH, HEIGHT = 13.333, 7.5  # inches, 16:9
MARGIN = 0.5
FONT = "Inter"
INK, MUTED, LINE, BAND, PAPER = "1B2430", "5B6675", "D5DBE3", "F6F8FA", "FFFFFF"
ROUTE, ROUTE_2, ROUTE_3, ROUTE_4 = "243B5A", "3D5F8A", "7F9CC0", "C3D2E4"
BAD, PAIN, IDEA, IDEA_BACK = "B3261E", "FDE7E4", "2166AC", "E8F2F8"
STATUS = {"on_target": "1B7F5C", "watch": "9A5B00", "off_target": BAD}
SIGNS = {"on_target": "●", "watch": "▲", "off_target": "■", "no_data": "○", "too_few": "○", "no_target": ""}
_LINE_HEIGHT = 1.25
_EM = 1 / 72  # inches of one point
_NARROW, _USUAL, _FOREIGN, _BROAD, _WIDE = 0.32, 0.58, 0.75, 0.9, 1.15  # widths of signs in parts of the size


@dataclass(frozen=True)
class Box:
    """A place on the slide in inches."""

    x: float
    y: float
    width: float
    height: float

    def below(self, height: float, gap: float = 0.0) -> Box:
        """A box of this height under this one."""
        return Box(self.x, self.y + self.height + gap, self.width, height)


@dataclass(frozen=True)
class Type:
    """How a text is set."""

    points: float
    colour: str = INK
    bold: bool = False
    italic: bool = False
    align: str = "left"
    anchor: str = "top"


def text(slide: Slide, box: Box, words: str, look: Type, *, name: str = "") -> None:
    """Words in a box, cut with "…" where they would leave it."""
    shape = slide.shapes.add_textbox(*_placed(box))
    shape.name = xml_text(name or words[:40]) or "Text"
    fill(shape.text_frame, fitted(words, box.width, box.height, look.points), look)


def largest(words: str, box: Box, sizes: Sequence[float]) -> float:
    """The largest of the sizes, given from large to small, with which the words fit; the smallest when none does."""
    fits = (one for one in sizes if height_of(lines_of(words, box.width, one), one) <= box.height + 0.01)
    return next(fits, sizes[-1])


def fill(frame: Any, words: str, look: Type) -> None:
    """Sets words into a shape's frame without margins."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
    frame.vertical_anchor = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}[
        look.anchor
    ]
    for number, line in enumerate(words.split("\n")):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}[
            look.align
        ]
        run = paragraph.add_run()
        run.text = xml_text(line)
        run.font.name, run.font.size = FONT, Pt(look.points)
        run.font.bold, run.font.italic = look.bold, look.italic
        run.font.color.rgb = _rgb(look.colour)


def rectangle(
    slide: Slide, box: Box, colour: str, *, name: str, outline: str = "", dashed: bool = False
) -> Any:
    """A filled rectangle; with ``outline`` it has a thin border."""
    return _shape(slide, MSO_SHAPE.RECTANGLE, box, colour, name, outline, dashed=dashed)


def circle(
    slide: Slide, x: float, y: float, radius: float, colour: str, *, name: str, outline: str = ""
) -> Any:
    """A disc around a point."""
    box = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    return _shape(slide, MSO_SHAPE.OVAL, box, colour, name, outline)


def sign(slide: Slide, box: Box, colour: str, words: str, look: Type) -> None:
    """A stage's sign: a pentagon that points to the next one."""
    shape = _shape(slide, MSO_SHAPE.PENTAGON, box, colour, words, "")
    shape.adjustments[0] = min(0.5, 0.14 / box.height * 0.9)
    fill(shape.text_frame, fitted(words, box.width - 0.35, box.height, look.points), look)
    shape.text_frame.margin_left = Inches(0.12)
    shape.text_frame.margin_right = Inches(0.2)


def line(
    slide: Slide, start: tuple[float, float], end: tuple[float, float], colour: str, points: float, name: str
) -> None:
    """A straight line."""
    shape = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(Inches(one) for one in (*start, *end)))
    shape.name = xml_text(name)
    _plain(shape)
    shape.line.color.rgb = _rgb(colour)
    shape.line.width = Pt(points)


def curve(
    slide: Slide,
    places: Sequence[tuple[float, float]],
    colour: str,
    points: float,
    name: str,
    *,
    dashed: bool = False,
) -> None:
    """A smooth line through points that never leaves the range of its neighbours."""
    if len(places) < 2:
        return
    path = [places[0]]
    for stretch in monotone_curve(places):
        steps = 12
        for step in range(1, steps + 1):
            x = stretch.start[0] + (stretch.end[0] - stretch.start[0]) * step / steps
            path.append((x, stretch.at(x)))
    builder = slide.shapes.build_freeform(Inches(path[0][0]), Inches(path[0][1]), scale=1.0)
    builder.add_line_segments([(Inches(x), Inches(y)) for x, y in path[1:]], close=False)
    shape = builder.convert_to_shape()
    shape.name = xml_text(name)
    _plain(shape)
    shape.fill.background()
    shape.line.color.rgb = _rgb(colour)
    shape.line.width = Pt(points)
    if dashed:
        shape.line.dash_style = MSO_LINE_DASH_STYLE.DASH


def fitted(words: str, width: float, height: float, points: float) -> str:
    """As many lines of the words as fit, cut at a word; "" when not even one line fits."""
    room = int(height / (points * _LINE_HEIGHT * _EM) + 0.01)
    lines: list[str] = []
    for paragraph in words.split("\n"):
        lines += _wrapped(paragraph, width / (points * _EM))
    if len(lines) <= room:
        return "\n".join(lines)
    kept = lines[:room]
    if kept:
        kept[-1] = _cut(kept[-1] + " …", width / (points * _EM))
    return "\n".join(kept)


def lines_of(words: str, width: float, points: float) -> int:
    """How many lines words need."""
    return sum(len(_wrapped(paragraph, width / (points * _EM))) for paragraph in words.split("\n"))


def height_of(lines: int, points: float) -> float:
    """How high so many lines stand."""
    return lines * points * _LINE_HEIGHT * _EM + 0.01


def _wrapped(paragraph: str, ems: float) -> list[str]:
    lines, current = [], ""
    for word in paragraph.split():
        for piece in _pieces(word, ems):
            joined = f"{current} {piece}".strip() if current else piece
            if current and _ems(joined) > ems:
                lines.append(current)
                current = piece
            else:
                current = joined
    return [*lines, current] if current or not lines else lines


def _pieces(word: str, ems: float) -> list[str]:
    """A word wider than the line in parts; scripts without spaces break anywhere."""
    if _ems(word) <= ems:
        return [word]
    pieces, current = [], ""
    for letter in word:
        if current and _ems(current + letter) > ems:
            pieces.append(current)
            current = ""
        current += letter
    return [*pieces, current]


def _cut(words: str, ems: float) -> str:
    while _ems(words) > ems and len(words) > 2:
        words = words.removesuffix(" …")[:-1].rstrip() + " …"
    return words


def _ems(words: str) -> float:
    return sum(map(_width, words))


@cache
def _width(letter: str) -> float:
    """The width of a sign in parts of the size; on the safe side, as another typeface may have to draw it."""
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if letter in "iljtfrI.,;:'’|! \u202f()[]":
        return _NARROW
    if letter in "mwMWQOG%@—":
        return _BROAD
    return _USUAL if letter < "\u0250" or letter.isdigit() else _FOREIGN


def _shape(
    slide: Slide, kind: Any, box: Box, colour: str, name: str, outline: str, *, dashed: bool = False
) -> Any:
    shape = slide.shapes.add_shape(kind, *_placed(box))
    shape.name = xml_text(name)
    _plain(shape)
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    if outline:
        shape.line.color.rgb = _rgb(outline)
        shape.line.width = Pt(0.75)
        if dashed:
            shape.line.dash_style = MSO_LINE_DASH_STYLE.DASH
    else:
        shape.line.fill.background()
    return shape


def _plain(shape: Any) -> None:
    """Takes the theme's look off a shape: its shadow, and colours that nobody chose."""
    style = shape.element.find(qn("p:style"))
    if style is not None:
        shape.element.remove(style)


def _rgb(colour: str) -> RGBColor:
    """The colour of six hexadecimal digits."""
    make: Callable[[int, int, int], RGBColor] = RGBColor
    return make(*bytes.fromhex(colour))


def _placed(box: Box) -> tuple[Length, Length, Length, Length]:
    return Inches(box.x), Inches(box.y), Inches(max(box.width, 0.01)), Inches(max(box.height, 0.01))
