"""CJML, the customer journey modelling language, as XML: planned or actual journeys.

Elements are found by name, in any order. Communication points have two sides and a channel, actions one. Ratings of 1…5
become −2…+2. Entities and external parts are refused, so that a small file cannot fill the memory or read others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    rated,
)
from parcours.journeys.losses import Loss, not_read

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ENDINGS: tuple[str, ...] = (".cjml", ".xml")

_NOT_READ = ("timestamps", "plannedReference", "compliance", "journeyStatus")


def recognises(text: str) -> bool:
    """Whether a text is CJML."""
    return "<CJML" in text[:5000]


def read(text: str, *, file: str) -> Imported:
    """The documents of a CJML file's first journey; raises DocumentError when it is no CJML."""
    root = _root(text, file)
    journeys = [part for part in root.iter() if _name(part) in ("actualJourney", "plannedJourney")]
    if not journeys:
        raise DocumentError("it holds neither an actualJourney nor a plannedJourney.", file=file)
    journey = journeys[0]
    users = [_attribute(part, "actorID") for part in journey.iter() if _name(part) == "endUser"]
    providers = [_attribute(part, "actorID") for part in journey.iter() if _name(part) == "serviceProvider"]
    phases = {
        _attribute(part, "phaseID"): (
            _inner(part, "phaseName") or _attribute(part, "phaseID"),
            _inner(part, "phaseDescription"),
        )
        for part in journey.iter()
        if _name(part) == "journeyPhase"
    }
    placed: dict[str, list[Point]] = {phase: [] for phase in phases}
    for part in journey.iter():
        if _name(part).endswith(("CommunicationPoint", "Action")):
            phase = next(
                (_attribute(one, "phaseIDref") for one in part.iter() if _name(one) == "belongsTo"), ""
            )
            placed.setdefault(phase, []).append(_point(part, frozenset(users)))
    draft = Draft(
        _inner(journey, "journeyTitle") or _inner(journey, "journeyID") or "Journey",
        tuple(
            Part(phases.get(key, (key or "…", ""))[0], tuple(points), phases.get(key, ("", ""))[1])
            for key, points in placed.items()
        ),
        roles=tuple(Role(name) for name in users if name),
        scenario=_inner(journey, "journeyLongSummary") or _inner(journey, "journeyShortSummary"),
        to_be=_name(journey) == "plannedJourney",
        losses=tuple(_losses(journey, journeys[1:], providers)),
    )
    return documents_of(draft, file=file)


def _root(text: str, file: str) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(text.removeprefix("\ufeff"), forbid_dtd=True)
    except ParseError as error:
        raise DocumentError(f"it is no XML: {error}.", file=file, line=error.position[0]) from None
    except (DefusedXmlException, ValueError):
        raise DocumentError(
            "it declares a document type or entities, which no CJML file needs.",
            file=file,
            hint="Remove the <!DOCTYPE …> part.",
        ) from None
    if not any(_name(part) == "CJML" for part in root.iter()):
        raise DocumentError(f"its root is <{_name(root)}>, not <CJML>.", file=file)
    return root


def _point(part: Element, users: frozenset[str]) -> Point:
    initiator = next((_actor(one) for one in part.iter() if _name(one) == "initiator"), ("", ""))
    receiver = next((_actor(one) for one in part.iter() if _name(one) == "receiver"), ("", ""))
    company_starts = bool(initiator[0]) and initiator[0] not in users
    label = (
        (receiver[1] if company_starts and receiver[0] in users else initiator[1])
        or initiator[1]
        or receiver[1]
    )
    comment = _inner(part, "comment")
    other = initiator[1] if label == receiver[1] else receiver[1]
    channel = _inner(part, "channelName")
    return Point(
        title=label or comment or _inner(part, "touchpointID") or "…",
        channels=(channel,) if channel else (),
        doing=(Said(comment),) if comment and label else (),
        felt=_felt(part),
        cells=(("Other side", Said(other)),) if other and other != label else (),
        company_starts=company_starts,
        action=_name(part).endswith("Action"),
    )


def _actor(part: Element) -> tuple[str, str]:
    """The id of an actor, and what it does."""
    actor = next((_attribute(one, "actorIDref") for one in part.iter() if _name(one) == "refersTo"), "")
    label = next((_text(one) for one in part.iter() if _name(one).endswith("Label")), "")
    return actor, label


def _felt(part: Element) -> tuple[Felt, ...]:
    return rated(_inner(part, "experienceRating"), _inner(part, "experienceDescription"))


def _losses(journey: Element, others: list[Element], providers: list[str]) -> Iterator[Loss]:
    yield from not_read(_inner(one, "journeyTitle") or _name(one) for one in others)
    yield from not_read(
        _name(part) for part in journey.iter() if _name(part) in _NOT_READ and (_text(part) or len(part))
    )
    yield from not_read(providers if len(providers) > 1 else ())


def _name(part: Element) -> str:
    return str(part.tag).rsplit("}", 1)[-1]


def _attribute(part: Element, name: str) -> str:
    return (part.get(name) or "").strip()


def _inner(part: Element, name: str) -> str:
    return next((_text(one) for one in part.iter() if _name(one) == name), "")


def _text(part: Element) -> str:
    return " ".join((part.text or "").split())
