"""The lifecycle map told in five lines of plain text, every share with the number it rests on."""

from __future__ import annotations

from html import unescape
from re import sub
from typing import TYPE_CHECKING

from parcours.render.findings import FEW, ranked_losses
from parcours.render.headline import capital, headline, loss_sentence
from parcours.render.route_flows import route_flows
from parcours.render.stage_parts import event_words
from parcours.render.words import Words

if TYPE_CHECKING:
    from markupsafe import Markup

    from parcours.maps.measured import MeasuredLifecycle, MeasuredStage, Span
    from parcours.render.words import Language


def story(measured: MeasuredLifecycle, language: Language) -> tuple[str, ...]:
    """Where customers stand, who moved, where they are lost, what they did next, and who was active.

    Of a log without events, that it is one, and what to do."""
    words = Words(language)
    if measured.period is None:
        found = headline(measured, words)
        return found.title, _plain(found.text)
    return (
        _standing(measured, measured.period, words),
        _moves(measured, words),
        _losses(measured, words),
        _afterwards(measured, words),
        _growth(measured, words),
    )


def _standing(measured: MeasuredLifecycle, period: Span, words: Words) -> str:
    standing = sum(stage.size for stage in measured.stages)
    largest = max(measured.stages, key=lambda stage: stage.size, default=None)
    counted = words.say_many(
        "{day}: {standing} of {n} known customer in a stage, {lapsed} lapsed",
        "{day}: {standing} of {n} known customers in a stage, {lapsed} lapsed",
        measured.customers,
        day=words.day(period.last),
        standing=words.number(standing),
        lapsed=words.number(measured.lapsed),
    )
    if largest is None or not standing:
        return words.say("{sentence}.", sentence=counted)
    return words.say(
        "{sentence}; the largest stage is {stage} ({size}).",
        sentence=counted,
        stage=largest.title,
        size=words.number(largest.size),
    )


def _moves(measured: MeasuredLifecycle, words: Words) -> str:
    flows = route_flows(measured)
    advanced = sum(flows.advance) + sum(leap.customers for leap in flows.skips)
    return words.say(
        "{period}: {new}, {advanced}, {lapsed}, {back}.",
        period=capital(words.span(measured.period)),
        new=words.say_many("{n} new customer", "{n} new customers", flows.arrived),
        advanced=words.say_many("{n} advance", "{n} advances", advanced),
        lapsed=words.say_many("{n} lapsed", "{n} lapsed", flows.lapsed),
        back=words.say_many("{n} came back", "{n} came back", flows.returned),
    )


def _losses(measured: MeasuredLifecycle, words: Words) -> str:
    title = headline(measured, words).title
    ranked = ranked_losses(measured)
    if not ranked or ranked[0].share.value <= 0:
        return title
    return f"{title} {_plain(loss_sentence(ranked[0], measured, words))}"


def _plain(text: Markup) -> str:
    """Without tags; ``striptags`` would turn the narrow spaces inside numbers into wide ones."""
    return unescape(sub("<[^>]*>", "", text))


def _afterwards(measured: MeasuredLifecycle, words: Words) -> str:
    stage = _most_told(measured)
    if stage is None:
        return words.say("What lapsed customers did next is not known yet.")
    total = sum(count.customers for count in stage.next_after_lapse)
    told = [
        words.say(
            "{name} {figure}",
            name=event_words(count.name) or words.say("nothing seen"),
            figure=words.number(count.customers) if total < FEW else words.percent(count.share, total),
        )
        for count in stage.next_after_lapse[:3]
    ]
    return words.say_many(
        "First thing seen of {n} customer who lapsed from {stage}: {events}.",
        "First thing seen of {n} customers who lapsed from {stage}: {events}.",
        total,
        stage=stage.title,
        events=", ".join(told),
    )


def _most_told(measured: MeasuredLifecycle) -> MeasuredStage | None:
    """The stage that loses the largest share and has next events; else the one with most of them."""
    worst = [loss.stage for loss in ranked_losses(measured) if loss.stage.next_after_lapse]
    told = [stage for stage in measured.stages if stage.next_after_lapse]
    by_count = sorted(told, key=lambda stage: -sum(count.customers for count in stage.next_after_lapse))
    return next(iter([*worst, *by_count]), None)


def _growth(measured: MeasuredLifecycle, words: Words) -> str:
    last = next((period for period in reversed(measured.growth) if period.complete), None)
    if last is None:
        return words.say("No period is complete yet, so growth is not known.")
    return words.say_many(
        "{period}: {n} active customer, of whom {new}, {returning} and {resurrected}; {dormant}.",
        "{period}: {n} active customers, of whom {new}, {returning} and {resurrected}; {dormant}.",
        last.new + last.returning + last.resurrected,
        period=capital(words.span(last.span)),
        new=words.say_many("{n} new", "{n} new", last.new),
        returning=words.say_many("{n} returning", "{n} returning", last.returning),
        resurrected=words.say_many("{n} resurrected", "{n} resurrected", last.resurrected),
        dormant=words.say_many("{n} fell silent", "{n} fell silent", last.dormant),
    )
