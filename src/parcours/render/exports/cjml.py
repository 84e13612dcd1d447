"""CJML as XML (version 2.0): an actual journey, or a planned one for a map of how it should become."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from parcours.journeys.losses import Loss, named
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint
from parcours.render.exports.drawing import Exported, left_out, quote_of, score_of, xml_text
from parcours.render.words import Language, Words

ENDING = ".xml"
_COMPANY = "Company"


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The journey in CJML; emotions are rounded to ratings of 1…5."""
    kind = "planned" if journey.variant == "to_be" else "actual"
    root = Element("CJML", version="2.0")
    whole = SubElement(root, f"{kind}Journey")
    _texts(whole, ("journeyID", journey.id), ("journeyTitle", journey.title))
    phases = SubElement(whole, "journeyPhases")
    for phase in journey.phases:
        one = SubElement(phases, "journeyPhase", phaseID=phase.id)
        _texts(one, ("phaseName", phase.title), ("phaseDescription", phase.goal))
    _texts(
        whole,
        ("journeyShortSummary", journey.customer_goal),
        ("journeyLongSummary", journey.scenario),
        ("journeyStatus", journey.status),
    )
    customer = journey.personas[0].name if journey.personas else Words(language).say("Customer")
    actors = SubElement(whole, "actors")
    SubElement(actors, "endUser", actorID=xml_text(customer))
    SubElement(actors, "serviceProvider", actorID=_COMPANY)
    touchpoints = SubElement(whole, "touchpoints")
    points = {point.id: point for point in journey.touchpoints}
    for phase in journey.phases:
        for identity in phase.touchpoints:
            _touchpoint(touchpoints, kind, phase.id, points[identity], customer)
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return Exported(content + b"\n", _losses(journey))


def _touchpoint(parent: Element, kind: str, phase: str, point: MeasuredTouchpoint, customer: str) -> None:
    two_sided = bool(point.channels) or point.initiator == "company"
    part = SubElement(parent, f"{kind}{'CommunicationPoint' if two_sided else 'Action'}")
    _texts(part, ("touchpointID", point.id))
    SubElement(part, "belongsTo", phaseIDref=phase)
    first, second = (customer, _COMPANY) if point.initiator == "customer" else (_COMPANY, customer)
    if two_sided:
        _actor(part, "receiver", second, point.title if point.initiator == "company" else "")
    _actor(part, "initiator", first, point.title if point.initiator == "customer" else "")
    if two_sided:
        _texts(SubElement(part, "channel"), ("channelName", point.channels[0][1] if point.channels else ""))
    _texts(part, ("comment", " · ".join(one.text for one in point.doing)))
    score = score_of(point)
    if score is not None:
        felt = SubElement(part, "touchpointExperience")
        _texts(felt, ("experienceDescription", quote_of(point)), ("experienceRating", str(round(score + 3))))


def _actor(part: Element, role: str, actor: str, label: str) -> None:
    one = SubElement(part, role)
    SubElement(one, "refersTo", actorIDref=xml_text(actor))
    _texts(one, (f"{role}Label", label))


def _texts(parent: Element, *texts: tuple[str, str]) -> None:
    for name, text in texts:
        SubElement(parent, name).text = xml_text(text)


def _losses(journey: MeasuredJourney) -> tuple[Loss, ...]:
    rounded = [point.title for point in journey.touchpoints if (score_of(point) or 0) % 1]
    joined = [point.title for point in journey.touchpoints if len(point.doing) > 1]
    own = (Loss("score-rounded", len(rounded), named(rounded)), Loss("merged", len(joined), named(joined)))
    personas = (
        (Loss("not-carried", len(journey.personas) - 1, "personas"),) if len(journey.personas) > 1 else ()
    )
    cells = sum(len(point.thinking) + sum(map(len, point.cells.values())) for point in journey.touchpoints)
    return (
        tuple(loss for loss in own if loss.count)
        + personas
        + ((Loss("not-carried", cells, "cells"),) if cells else ())
        + left_out(
            journey, "numbers", "emotions-measured", "emotions", "channels", "pain-points", "opportunities",
            "solutions", "cards", "moments", "rules", "evidence", "persona-links",
        )
    )  # fmt: skip
