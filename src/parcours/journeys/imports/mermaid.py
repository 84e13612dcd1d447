"""Mermaid's ``journey`` diagrams: sections, and tasks with a score and actors.

    journey
        title I find a gift
        section Discover
          Open the gift guide: 4: Claire

Keywords may be in any letter case; ``%%`` and ``#`` start comments. After the task's name the first piece is the
score, the second the actors; further pieces are dropped, as Mermaid drops them. Scores are brought to 1…5 and become
−2…+2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isnan

from parcours.errors import DocumentError
from parcours.journeys.imports.drafts import Draft, Felt, Imported, Part, Point, Role, documents_of, title_of
from parcours.journeys.losses import Loss, named

ENDINGS: tuple[str, ...] = (".mmd", ".mermaid")

_WORD = re.compile(r"(?i)(title|section|acctitle\s*:|accdescr\s*:)(?:(?<=:)|\s|$)\s*(.*)")
_BREAK = re.compile(r"(?i)<br\s*/?>")


def recognises(text: str) -> bool:
    """Whether a text is a Mermaid journey."""
    return any(line.lower() == "journey" for line in _lines(text)[:1])


def read(text: str, *, file: str) -> Imported:
    """The documents of a Mermaid journey; raises DocumentError with the line that cannot be read."""
    reader = _Reader(file)
    for number, line in _numbered(text):
        reader.take(number, line)
    return documents_of(reader.draft(), file=file)


class _Reader:
    """Takes the lines one by one."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.started = False
        self.title = ""
        self.description = ""
        self.parts: list[tuple[str, list[Point]]] = []
        self.actors: dict[str, None] = {}
        self.limited: list[str] = []

    def take(self, number: int, line: str) -> None:
        """One line that is no comment."""
        if not self.started:
            if line.lower() != "journey":
                raise DocumentError(
                    "a Mermaid journey begins with the word 'journey'.", file=self.file, line=number
                )
            self.started = True
            return
        found = _WORD.fullmatch(line)
        if found is None:
            self._task(number, line)
            return
        word, rest = found[1].lower(), found[2].strip()
        if word == "title":
            self.title = rest
        elif word == "section":
            self.parts.append((_plain(rest), []))
        elif word.startswith("accdescr"):
            self.description = rest

    def _task(self, number: int, line: str) -> None:
        name, *pieces = (piece.strip() for piece in line.split(":"))
        if not name or not pieces:
            raise DocumentError(
                f"{line!r} is no task.", file=self.file, line=number, hint="Write 'Task name: 4: Actor'."
            )
        try:
            score = float(pieces[0])
        except ValueError:
            raise DocumentError(
                f"the score {pieces[0]!r} is no number.", file=self.file, line=number, hint="Write 0 to 5."
            ) from None
        if not 1 <= score <= 5:
            self.limited.append(name)
        actors = tuple(sorted({actor.strip() for actor in pieces[1].split(",")} - {""})) if pieces[1:] else ()
        self.actors.update(dict.fromkeys(actors))
        value = (min(max(score, 1.0), 5.0) if not isnan(score) else 3.0) - 3
        felt = tuple(Felt(value, persona=actor) for actor in actors) or (Felt(value),)
        if not self.parts:
            self.parts.append((self.title or "Journey", []))
        self.parts[-1][1].append(Point(_plain(name), felt=felt))

    def draft(self) -> Draft:
        """All that was read."""
        if not self.started:
            raise DocumentError("there is no Mermaid journey in it.", file=self.file, line=1)
        limited = Loss("score-limited", len(self.limited), "1–5") if self.limited else None
        return Draft(
            self.title or title_of(self.file),
            tuple(
                Part(title or named(point.title for point in points), tuple(points))
                for title, points in self.parts
            ),
            roles=tuple(Role(actor) for actor in self.actors),
            scenario=self.description,
            losses=(limited,) if limited else (),
        )


def _numbered(text: str) -> list[tuple[int, str]]:
    """Lines without comments and with their numbers; a description of many lines is one line."""
    found: list[tuple[int, str]] = []
    inside = False
    for number, raw in _diagram(text.removeprefix("\ufeff")):
        line = re.split(r"%%|#|;", raw)[0].strip()
        if inside:
            inside = "}" not in line
            start, words = found[-1]
            found[-1] = (start, f"{words} {line.split('}')[0].strip()}".rstrip())
        elif line.lower().replace(" ", "").startswith("accdescr{"):
            inside = "}" not in line
            found.append((number, f"accDescr: {line.split('{', 1)[1].split('}')[0].strip()}"))
        elif line:
            found.append((number, line))
    return _without_front_matter(found)


def _diagram(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the diagram with their numbers: those of the first fenced block where there is one, else all."""
    lines = list(enumerate(text.splitlines(), 1))
    begins = next((number for number, line in lines if line.strip().lower() == "```mermaid"), 0)
    for number, line in lines[begins:]:
        if begins and line.strip() == "```":
            return
        yield number, line


def _without_front_matter(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Without the block between two lines ``---`` that Mermaid allows first."""
    if lines and lines[0][1] == "---":
        ends = [place for place, (_, line) in enumerate(lines[1:], 1) if line == "---"]
        return lines[ends[0] + 1 :] if ends else []
    return lines


def _lines(text: str) -> list[str]:
    return [line for _, line in _numbered(text)]


def _plain(text: str) -> str:
    return _BREAK.sub(" ", text).strip()
