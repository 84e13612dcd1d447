"""The finding of a journey: one headline, and the figures behind it in a sentence or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from parcours.render.headline import capital, lost_in_words
from parcours.render.journey_labels import FEW

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint
    from parcours.render.figure_words import FigureWords


def finding(measured: MeasuredJourney, words: FigureWords) -> tuple[str, Markup]:
    """Headline and text; a journey without figures says so instead of inventing some."""
    say = words.say
    if measured.entered is None:
        return measured.title, words.say_html("Nothing is measured yet: no events are bound to this journey.")
    if measured.entered == 0:
        return measured.title, words.say_html("Nobody took this journey in the period.")
    worst = next((point for point in measured.touchpoints if point.id == measured.worst), None)
    entered = _entered(measured, words)
    if worst is None or worst.flow is None or not worst.flow.dropped:
        return measured.title, entered
    if worst.flow.reached < FEW:
        return measured.title, entered
    share = worst.flow.dropped / worst.flow.reached
    headline = say("{lost} at “{touchpoint}”.", lost=lost_in_words(share, words), touchpoint=worst.title)
    return capital(headline), Markup(" ").join((entered, _worst(worst, measured, words)))


def _entered(measured: MeasuredJourney, words: FigureWords) -> Markup:
    share = measured.completion
    if share is None or share.n < FEW:
        return (
            words.say_many_html(
                "<b>{n}</b> customer entered: too few for shares.",
                "<b>{n}</b> customers entered: too few for shares.",
                measured.entered or 0,
            )
            if (measured.entered or 0) < FEW
            else words.say_html("<b>{n}</b> customers entered.", n=words.number(measured.entered or 0))
        )
    return words.say_html(
        "Of <b>{n}</b> customers who enter, <b>{share}</b> reach the end (95% interval <span>{interval}</span>).",
        n=words.number(measured.entered or 0),
        share=words.percent(share.value, share.n),
        interval=words.interval(share.low, share.high, share.n),
    )


def _worst(point: MeasuredTouchpoint, measured: MeasuredJourney, words: FigureWords) -> Markup:
    flow = point.flow
    if flow is None:
        return Markup()
    lost = words.say_html(
        "<b>{lost}</b> of {reached} leave there",
        lost=words.number(flow.dropped),
        reached=words.number(flow.reached),
    )
    if flow.value_at_stake_minor and measured.currency:
        amount = words.money(flow.value_at_stake_minor, measured.currency)
        return lost + words.say_html(", and with them <b>{amount}</b>.", amount=amount)
    return lost + Markup(".")
