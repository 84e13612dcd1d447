"""What an import found, before it is documents: titles instead of ids. ``documents_of`` gives each its id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from parcours.errors import DocumentError
from parcours.journeys.channels import ChannelDocument
from parcours.journeys.documents import Document
from parcours.journeys.evidence import Evidence
from parcours.journeys.improvements import OpportunityDocument, PainPointDocument, SolutionDocument
from parcours.journeys.journey import Emotion, Goals, Item, JourneyDocument, Lane, Phase, Touchpoint
from parcours.journeys.losses import Loss
from parcours.journeys.personas import PersonaDocument

MAX_PHASES = 20
MAX_PERSONAS = 100
_UNSEEN = ("Cc", "Cs")  # controls, halves of signs
MAX_TOUCHPOINTS = 60  # in a phase
DEFAULT_SEVERITY = 3


@dataclass(frozen=True)
class Felt:
    """An emotion: a score of −2…+2, what they say, and the persona's name ("" for everybody)."""

    score: float
    quote: str = ""
    persona: str = ""


@dataclass(frozen=True)
class Said:
    """A statement, the persona's name ("" for everybody), and the sources that it rests on."""

    text: str
    persona: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hurt:
    """A pain point with its severity, 1 to 5."""

    text: str
    severity: int = DEFAULT_SEVERITY


_SEVERITY = re.compile(r"\((?:severity|gravité)\s?([1-5])\)$", re.IGNORECASE)
_SCORE = re.compile(r"([-+−]?\d{1,9}(?:[.,]\d{1,9})?)\s*(.*)", re.DOTALL)


def hurt_of(text: str) -> Hurt:
    """A pain point from its text, which may end with ``(severity 4)``."""
    found = _SEVERITY.search(text[-40:])
    before = text[: -len(found[0])].rstrip() if found else ""
    return Hurt(before, int(found[1])) if found and before else Hurt(text)


def felt_of(text: str) -> Felt | None:
    """An emotion from a score of −2…+2 and the words after it, as in ``-1,5 uneasy``; None when it is none."""
    found = _SCORE.fullmatch(text)
    score = float(found[1].replace("−", "-").replace(",", ".")) if found else None
    if found is None or score is None or not -2 <= score <= 2:
        return None
    return Felt(score, found[2].strip("–—:- "))


def rated(rating: str, words: str) -> tuple[Felt, ...]:
    """An emotion from a rating of 1…5; nothing when there is none."""
    try:
        score = float(rating.replace(",", "."))
    except ValueError:
        return ()
    return (Felt(score - 3, words),) if 1 <= score <= 5 else ()


def title_of(file: str) -> str:
    """A title from a file's name, for a map that says none."""
    return file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0].strip() or "Journey"


@dataclass(frozen=True)
class Point:
    """A touchpoint as an import found it."""

    title: str
    channels: tuple[str, ...] = ()
    doing: tuple[Said, ...] = ()
    thinking: tuple[Said, ...] = ()
    felt: tuple[Felt, ...] = ()
    pains: tuple[Hurt, ...] = ()
    opportunities: tuple[str, ...] = ()
    solutions: tuple[str, ...] = ()
    cells: tuple[tuple[str, Said], ...] = ()  # lane's title, statement
    moment_of_truth: bool = False
    company_starts: bool = False
    action: bool = False

    def with_items(self, lane: str, title: str, items: Sequence[Said]) -> Point:
        """The touchpoint with statements of a lane: a known lane, or one of the team's own of this title."""
        texts = tuple(item.text for item in items)
        added: Any
        match lane:
            case "doing" | "thinking":
                added = tuple(items)
            case "channels" | "opportunities" | "solutions":
                added = texts
            case "pains":
                added = tuple(hurt_of(text) for text in texts)
            case "moment":
                return replace(self, moment_of_truth=self.moment_of_truth or bool(items))
            case _:
                lane, added = "cells", tuple((title or "…", item) for item in items)
        changed: dict[str, Any] = {lane: (*getattr(self, lane), *added)}
        return replace(self, **changed)


@dataclass(frozen=True)
class Part:
    """A phase as an import found it."""

    title: str
    points: tuple[Point, ...]
    goal: str = ""


@dataclass(frozen=True)
class Role:
    """A persona as an import found it."""

    name: str
    role: str = ""
    quote: str = ""
    goals: tuple[str, ...] = ()
    secondary: bool = False


@dataclass(frozen=True)
class Draft:
    """A whole journey as an import found it."""

    title: str
    parts: tuple[Part, ...]
    roles: tuple[Role, ...] = ()
    scenario: str = ""
    expectation: str = ""
    customer_goal: str = ""
    company_goal: str = ""
    to_be: bool = False
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True)
class Imported:
    """The documents that an import makes, the journey first, and what it could not read."""

    documents: tuple[Document, ...]
    losses: tuple[Loss, ...] = ()

    @property
    def journey(self) -> JourneyDocument:
        return next(one for one in self.documents if isinstance(one, JourneyDocument))


@dataclass
class Ids:
    """Gives ids to titles, none twice."""

    fallback: str
    by_title: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def of(self, title: str) -> str:
        """The id of a title: always the same for the same title."""
        if title not in self.by_title:
            self.by_title[title] = self.fresh(title)
        return self.by_title[title]

    def fresh(self, title: str) -> str:
        """An id that nothing else has, such as ``check-the-date`` or ``check-the-date-2``."""
        plain = slug(title) or f"{self.fallback}-{len(self.taken) + 1}"
        one, number = plain, 2
        while one in self.taken:
            one, number = f"{plain[:56]}-{number}", number + 1
        self.taken.add(one)
        return one


def slug(title: str) -> str:
    """``Check the délai!`` as ``check-the-delai``; "" when no letter or digit is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def documents_of(draft: Draft, *, file: str) -> Imported:
    """The documents of a draft: the journey, its personas, channels, pain points, opportunities and solutions.

    Raises DocumentError for a draft without touchpoints, or with more than a journey can hold.
    """
    _check_size(draft, file)
    personas, channels, lanes = Ids("persona"), Ids("channel"), Ids("lane")
    for role in draft.roles:
        personas.of(role.name)
    phases, points = Ids("phase"), Ids("touchpoint")
    placed: list[tuple[str, Point]] = []
    written = tuple(
        Phase(
            id=phases.fresh(part.title),
            title=_text(part.title),
            goal=_short(part.goal, 500),
            touchpoints=tuple(
                _touchpoint(point, points.fresh(point.title), personas, channels, lanes, placed)
                for point in part.points
            ),
        )
        for part in draft.parts
        if part.points
    )
    named = {role.name: role for role in draft.roles}
    roles = [named.get(name, Role(name)) for name in personas.by_title]
    journey = JourneyDocument(
        kind="journey",
        id=slug(draft.title) or "journey",
        title=_text(draft.title),
        personas=tuple(personas.of(role.name) for role in roles),
        scenario=_short(draft.scenario, 4000),
        expectation=_short(draft.expectation, 4000),
        goals=Goals(customer=_short(draft.customer_goal, 500), company=_short(draft.company_goal, 500)),
        tags=("to-be",) if draft.to_be else (),
        phases=written,
        lanes=tuple(Lane(id=one, title=_text(title)) for title, one in lanes.by_title.items()),
    )
    others: list[Document] = [_persona(role, personas.of(role.name)) for role in roles]
    others += [
        ChannelDocument(kind="channel", id=one, title=_text(title))
        for title, one in channels.by_title.items()
    ]
    return Imported((journey, *others, *_improvements(journey.id, placed)), draft.losses)


def _check_size(draft: Draft, file: str) -> None:
    if not any(part.points for part in draft.parts):
        raise DocumentError("no touchpoint was found in it.", file=file, hint="Is it a journey map?")
    if len(draft.roles) > MAX_PERSONAS:
        raise DocumentError(f"{len(draft.roles):,} personas are more than a journey can have.", file=file)
    longest = max(len(part.points) for part in draft.parts)
    if len(draft.parts) > MAX_PHASES or longest > MAX_TOUCHPOINTS:
        raise DocumentError(
            f"{len(draft.parts)} phases, with up to {longest} touchpoints each, are more than a journey can hold.",
            file=file,
            hint=f"At most {MAX_PHASES} phases of {MAX_TOUCHPOINTS} touchpoints; split it into journeys.",
        )


def _touchpoint(
    point: Point, one: str, personas: Ids, channels: Ids, lanes: Ids, placed: list[tuple[str, Point]]
) -> Touchpoint:
    placed.append((one, point))
    cells: dict[str, tuple[Item, ...]] = {}
    for lane, said in point.cells:
        key = lanes.of(lane)
        cells[key] = (*cells.get(key, ()), _item(said, personas))
    return Touchpoint(
        id=one,
        title=_text(point.title)[:200],
        channels=tuple(dict.fromkeys(channels.of(channel) for channel in point.channels)),
        doing=tuple(_item(said, personas) for said in point.doing),
        thinking=tuple(_item(said, personas) for said in point.thinking),
        emotion=tuple(
            Emotion(
                score=felt.score, quote=_short(felt.quote, 500), persona=_persona_id(felt.persona, personas)
            )
            for felt in point.felt
        ),
        cells=cells,
        moment_of_truth=point.moment_of_truth,
        initiator="company" if point.company_starts else "customer",
        kind="action" if point.action else "communication",
    )


def _item(said: Said, personas: Ids) -> Item:
    evidence = Evidence(sources=tuple(map(_text, said.sources))) if said.sources else None
    return Item(text=_text(said.text), persona=_persona_id(said.persona, personas), evidence=evidence)


def _persona_id(name: str, personas: Ids) -> str | None:
    return personas.of(name) if name else None


def _persona(role: Role, one: str) -> PersonaDocument:
    return PersonaDocument(
        kind="persona",
        id=one,
        name=_text(role.name),
        role=_short(role.role, 300),
        quote=_short(role.quote, 500),
        goals=tuple(_text(goal) for goal in role.goals),
        type="secondary" if role.secondary else "primary",
    )


def _improvements(journey: str, placed: Iterable[tuple[str, Point]]) -> list[Document]:
    """One document a text, however many touchpoints name it; the greatest severity counts."""
    pains: dict[str, PainPointDocument] = {}
    opportunities: dict[str, OpportunityDocument] = {}
    solutions: dict[str, SolutionDocument] = {}
    pain_ids, opportunity_ids, solution_ids = Ids("pain"), Ids("opportunity"), Ids("solution")
    for one, point in placed:
        path = f"{journey}/{one}"
        for hurt in point.pains:
            known = pains.get(hurt.text)
            pains[hurt.text] = PainPointDocument(
                kind="pain-point",
                id=pain_ids.of(hurt.text),
                text=_text(hurt.text),
                severity=max(hurt.severity, known.severity if known else 1),
                touchpoints=(*(known.touchpoints if known else ()), path),
            )
        for text in point.opportunities:
            paths = opportunities[text].touchpoints if text in opportunities else ()
            opportunities[text] = OpportunityDocument(
                kind="opportunity", id=opportunity_ids.of(text), text=_text(text), touchpoints=(*paths, path)
            )
        for text in point.solutions:
            paths = solutions[text].touchpoints if text in solutions else ()
            solutions[text] = SolutionDocument(
                kind="solution", id=solution_ids.of(text), text=_text(text), touchpoints=(*paths, path)
            )
    return [*pains.values(), *opportunities.values(), *solutions.values()]


def _short(text: str, most: int) -> str:
    """A text of at most so many signs; it may be empty."""
    return text and _text(text[:most])


def _text(text: str) -> str:
    """A text that a document can hold: never empty, never endless, without signs that nobody can see or write."""
    plain = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _UNSEEN)
    return plain.strip()[:2000].strip() or "…"
