"""The finding in words: one headline and a paragraph of one or two sentences with the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from parcours.render.findings import (
    EvenLosses,
    Finding,
    Loss,
    Plain,
    SizeChange,
    TooFew,
    fastest_growing,
    find,
)
from parcours.render.route_flows import route_flows

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle, MeasuredStage
    from parcours.render.words import Words

_NEAR = 0.015  # a share this near to a simple fraction is said as one


@dataclass(frozen=True)
class Headline:
    title: str
    text: Markup  # figures in <b>


def headline(measured: MeasuredLifecycle, words: Words) -> Headline:
    """Say the finding of a map; every share comes with the number of stays it rests on."""
    finding = find(measured)
    return Headline(capital(title(finding, words)), Markup(" ").join(_sentences(finding, measured, words)))


def title(finding: Finding, words: Words) -> str:
    """The headline alone."""
    match finding:
        case Plain():
            return _plain(finding, words)
        case TooFew():
            return words.say_many(
                "{n} customer is on the map: too few for shares.",
                "{n} customers are on the map: too few for shares.",
                finding.customers,
            )
        case Loss():
            return _loss(finding, words)
        case EvenLosses():
            return words.say(
                "{first} and {second} lose about the same share: {share} and {other}.",
                first=finding.worst.stage.title,
                second=finding.next.stage.title,
                share=words.percent(finding.worst.share.value, finding.worst.share.n),
                other=words.percent(finding.next.share.value, finding.next.share.n),
            )
        case SizeChange():
            return _size_change(finding, words)


def _plain(finding: Plain, words: Words) -> str:
    return {
        "no_events": words.say("The log holds no events yet."),
        "nobody": words.say("Nobody has entered a stage yet."),
        "all_lapsed": words.say("Every customer who entered a stage has lapsed."),
        "still": words.say("No stage grows or shrinks, and nobody is lost."),
        "steady": words.say("No stage grows or shrinks."),
    }[finding.kind]


def _loss(finding: Loss, words: Words) -> str:
    stage, growing = finding.stage, finding.growing
    lost = lost_in_words(finding.share.value, words)
    if finding.alone:
        return words.say("{lost} at {stage}.", lost=lost, stage=stage.title)
    if growing is None:
        return words.say("{lost} at {stage}, more than anywhere else.", lost=lost, stage=stage.title)
    if growing.id == stage.id:
        return words.say("{stage} gains most customers, yet {lost} there.", stage=stage.title, lost=lost)
    return words.say(
        "{growing} gains most customers, but {lost} at {stage}.",
        growing=growing.title,
        lost=lost,
        stage=stage.title,
    )


def _size_change(finding: SizeChange, words: Words) -> str:
    stage = finding.stage
    if not finding.nobody_lost:
        return _size_change_alone(stage, words)
    if stage.change > 0:
        return words.say_many(
            "{stage} gains most: {n} customer more. Nobody is lost.",
            "{stage} gains most: {n} customers more. Nobody is lost.",
            stage.change,
            stage=stage.title,
        )
    return words.say_many(
        "{stage} shrinks most: {n} customer fewer, but nobody is lost.",
        "{stage} shrinks most: {n} customers fewer, but nobody is lost.",
        -stage.change,
        stage=stage.title,
    )


def _size_change_alone(stage: MeasuredStage, words: Words) -> str:
    if stage.change > 0:
        return words.say_many(
            "{stage} gains most: {n} customer more.",
            "{stage} gains most: {n} customers more.",
            stage.change,
            stage=stage.title,
        )
    return words.say_many(
        "{stage} shrinks most: {n} customer fewer.",
        "{stage} shrinks most: {n} customers fewer.",
        -stage.change,
        stage=stage.title,
    )


def lost_in_words(share: float, words: Words) -> str:
    """Who is lost, subject and verb: "one in three customers is lost", or the percentage if no fraction is near."""
    fractions = (
        (1 / 2, words.say("one in two customers is lost")),
        (1 / 3, words.say("one in three customers is lost")),
        (2 / 3, words.say("two in three customers are lost")),
        (1 / 4, words.say("one in four customers is lost")),
        (3 / 4, words.say("three in four customers are lost")),
        (1 / 5, words.say("one in five customers is lost")),
        (1 / 10, words.say("one in ten customers is lost")),
    )
    percentage = words.say("{share} of customers are lost", share=words.percent(share))
    return next((text for value, text in fractions if abs(share - value) <= _NEAR), percentage)


def capital(text: str) -> str:
    """The first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def _sentences(finding: Finding, measured: MeasuredLifecycle, words: Words) -> list[Markup]:
    match finding:
        case Plain(kind="no_events"):
            return [words.say_html("Import events and this page fills with figures.")]
        case Plain(kind="nobody"):
            return [
                words.say_many_html(
                    "The log holds <b>{n}</b> event, but none makes an entry rule true: check the rules below.",
                    "The log holds <b>{n}</b> events, but none makes an entry rule true: check the rules below.",
                    measured.events,
                )
            ]
        case Loss():
            return [loss_sentence(finding, measured, words), moves_sentence(measured, words)]
        case EvenLosses():
            return [loss_sentence(finding.worst, measured, words), moves_sentence(measured, words)]
        case _:
            return [moves_sentence(measured, words)]


def loss_sentence(loss: Loss, measured: MeasuredLifecycle, words: Words) -> Markup:
    """The share lost at a stage with its interval, horizon and number of stays."""
    share = loss.share
    return words.say_many_html(
        "Of <b>{n}</b> stay at {stage}, <b>{share}</b> lapse within {horizon} (95% interval <span>{interval}</span>).",
        "Of <b>{n}</b> stays at {stage}, <b>{share}</b> lapse within {horizon} (95% interval <span>{interval}</span>).",
        share.n,
        stage=loss.stage.title,
        share=words.percent(share.value, share.n),
        horizon=words.days(measured.horizon_days),
        interval=words.interval(share.low, share.high, share.n),
    )


def moves_sentence(measured: MeasuredLifecycle, words: Words) -> Markup:
    """What changed in the period: the stage that grew most, and new, lapsed and returned customers."""
    flows = route_flows(measured)
    growing = fastest_growing(measured)
    moves = {
        "period": capital(words.span(measured.period)),
        "new": words.say_many("{n} new customer", "{n} new customers", flows.arrived),
        "lapsed": words.say_many("{n} lapsed", "{n} lapsed", flows.lapsed),
        "back": words.say_many("{n} came back", "{n} came back", flows.returned),
    }
    if growing is None:
        return words.say_html("{period}: <b>{new}</b>, <b>{lapsed}</b>, <b>{back}</b>.", **moves)
    return words.say_html(
        "{period}: {stage} <b>{change}</b>; <b>{new}</b>, <b>{lapsed}</b>, <b>{back}</b>.",
        stage=growing.title,
        change=words.signed(growing.change),
        **moves,
    )
