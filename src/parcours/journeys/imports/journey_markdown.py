"""Journeys in Markdown: front matter, ``## Milestone``, ``### Step`` and ``- field: value`` bullets.

    ---
    journey: I find a gift
    personas:
      - {name: Claire, role: buyer, type: primary}
    ---
    ## Milestone: Discover
    ### Step: Open the gift guide
    - channel: web
    - emotion: 1
    - thoughts:
      - Is it for someone like my sister?

A plain outline is read too: headings of the second level are phases, bullets under them touchpoints. ``_provenance``
parts and references ``→ step`` are named as a loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from parcours.errors import DocumentError
from parcours.journeys.imports.drafts import (
    Draft,
    Felt,
    Imported,
    Part,
    Point,
    Role,
    Said,
    documents_of,
    felt_of,
)
from parcours.journeys.imports.lanes import LANES, lane_of
from parcours.journeys.losses import not_read
from parcours.yaml_files.syntax import parse

ENDINGS: tuple[str, ...] = (".md", ".markdown")

_HEADING = re.compile(r"(#{1,4})\s+(.*)")
_BULLET = re.compile(r"(\s*)[-*]\s+(.*)")
_FIELD = re.compile(r"\*{0,2}([^\W\d_][\w \-/’']{0,40}?)\*{0,2}\s*:\*{0,2}\s*(.*)")
_LABEL = re.compile(r"(?i)(milestone|phase|stage|step|touchpoint|étape|point de contact)\s*:?\s*(.+)")
_ESCAPED = re.compile(r"\\([#\-*>:])")
_FACES = {"very bad": -2, "bad": -1, "neutral": 0, "good": 1, "very good": 2, "negative": -1, "positive": 1}


def recognises(text: str) -> bool:
    """Whether a text has headings of the second level, or says in its front matter that it is a journey."""
    return bool(re.search(r"(?m)^##\s+\S", text)) or bool(re.match(r"---\s*\njourney:", text))


def read(text: str, *, file: str) -> Imported:
    """The documents of a Markdown journey; raises DocumentError when it has no phases or steps."""
    front, body = _split(text, file)
    outline = _Outline()
    for line in body.splitlines():
        outline.take(line.rstrip())
    title = _front_text(front, "journey") or _front_text(front, "title") or outline.title
    draft = Draft(
        title or "Journey",
        outline.parts(),
        _roles(front),
        scenario=_front_text(front, "scenario"),
        customer_goal=_front_text(front, "goal"),
        losses=not_read(outline.left),
    )
    return documents_of(draft, file=file)


def _split(text: str, file: str) -> tuple[dict[str, Any], str]:
    """Front matter and the rest."""
    found = re.match(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", text.removeprefix("\ufeff"), re.DOTALL)
    if found is None:
        return {}, text.removeprefix("\ufeff")
    front = parse(found[1], file=file).value
    if front is not None and not isinstance(front, dict):
        raise DocumentError("the front matter holds no 'key: value' lines.", file=file, line=1)
    return front or {}, text.removeprefix("\ufeff")[found.end() :]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _front_text(front: Mapping[str, Any], key: str) -> str:
    value = front.get(key)
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def _roles(front: Mapping[str, Any]) -> tuple[Role, ...]:
    listed = front.get("personas", front.get("persona", ()))
    roles: list[Role] = []
    for one in listed if isinstance(listed, list) else [listed]:
        if isinstance(one, str) and one.strip():
            roles.append(Role(one.strip()))
        elif isinstance(one, dict) and one.get("name"):
            secondary = one.get("type") == "secondary"
            roles.append(Role(str(one["name"]).strip(), str(one.get("role") or ""), secondary=secondary))
    return tuple(roles)


@dataclass
class _Outline:
    """Takes the lines of the body one by one."""

    title: str = ""
    phases: list[tuple[str, list[Point]]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    lane: str = ""  # of the bullets that are indented
    step: bool = False  # whether bullets are fields of a step, not steps

    def take(self, line: str) -> None:
        """One line; what is neither heading nor bullet is left out, and named when it says something."""
        heading, bullet = _HEADING.fullmatch(line), _BULLET.fullmatch(line)
        if heading is not None:
            self._heading(len(heading[1]), heading[2].strip())
        elif bullet is not None and self.phases:
            self._bullet(len(bullet[1].expandtabs(4)), bullet[2].strip())
        elif line.strip() and (self.phases or not line.startswith("#")):
            self.left.append(line.strip())

    def _heading(self, level: int, text: str) -> None:
        label = _LABEL.fullmatch(text)
        title = _unescaped(label[2] if label else text)
        self.lane = ""
        if level == 1:
            self.title = self.title or title
        elif level == 2:
            self.phases.append((title, []))
            self.step = False
        elif self.phases:
            self.phases[-1][1].append(Point(title))
            self.step = True

    def _bullet(self, indent: int, text: str) -> None:
        if not self.step and indent == 0:
            self.phases[-1][1].append(Point(_unescaped(text)))
            self.lane = ""
            return
        points = self.phases[-1][1]
        if not points:
            self.left.append(text)
            return
        found = _FIELD.fullmatch(text)
        known = found is not None and (lane_of(found[1]) in LANES or indent == 0 or not self.lane)
        if found is not None and known:
            self.lane = found[1].strip()
            if found[2]:
                self._item(found[2])
        else:
            self._item(text)

    def _item(self, text: str) -> None:
        points, kind, text = self.phases[-1][1], lane_of(self.lane), _unescaped(text)
        if self.lane.startswith("_") or text.startswith("→") or kind == "figures":
            self.left.append(f"{self.lane}: {text}")
        elif kind == "emotion":
            points[-1] = self._felt(points[-1], text)
        elif kind in ("touchpoint", "touchpoints"):
            points[-1] = replace(points[-1], title=text)
        elif kind == "channels":
            points[-1] = points[-1].with_items(
                kind, "", [Said(one.strip()) for one in text.split(",") if one.strip()]
            )
        else:
            points[-1] = points[-1].with_items(kind, self.lane or "Notes", [Said(text)])

    def _felt(self, point: Point, text: str) -> Point:
        face = _FACES.get(text.lower())
        felt = felt_of(text) if face is None else Felt(face)
        if felt is None:
            self.left.append(text)
            return point
        return replace(point, felt=(*point.felt, felt))

    def parts(self) -> tuple[Part, ...]:
        """All phases that hold steps."""
        return tuple(Part(title, tuple(points)) for title, points in self.phases)
