"""The legend: a word for every sign that stands on the page, and for no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parcours.render.words import Words

View = dict[str, Any]


def legend(page: View, words: Words) -> list[View]:
    """Signs in use, in the order of the lanes."""
    return [{"sign": sign, "label": label} for sign, label in _items(page, words)]


def _items(page: View, words: Words) -> Iterator[tuple[str, str]]:
    lanes, columns, say = page["lanes"], page["columns"], words.say
    if any(column["moment"] for column in columns):
        yield "moment", say("moment of truth")
    if "doing" in lanes:
        yield from _evidence(columns, words)
    if "emotion" in lanes:
        yield from _emotion(page, words)
    if "flow" in lanes:
        yield from _flow(columns, words)
    yield from _status(page, words)
    if "pains" in lanes:
        yield from _cards(columns, words)


def _evidence(columns: list[View], words: Words) -> Iterator[tuple[str, str]]:
    states = {column[lane]["state"] for column in columns for lane in ("doing", "thinking")}
    if states & {"researched", "measured"}:
        yield "researched", words.say("researched")
    if "assumed" in states:
        yield "assumed", words.say("assumed")
    if "stale" in states:
        yield "stale", words.say("stale")


def _emotion(page: View, words: Words) -> Iterator[tuple[str, str]]:
    measured = page["emotion"]["measured"]
    if measured["points"]:
        yield "measured", words.say("emotion measured, 95 % interval")
    if any(not stretch["near"] for stretch in measured["stretches"]):
        yield "gap", words.say("not measured between")
    if page["emotion"]["drawn"]:
        yield "drawn", words.say("drawn by the team")


def _flow(columns: list[View], words: Words) -> Iterator[tuple[str, str]]:
    flows = [column["flow"] for column in columns if column["flow"]]
    if any(flow["left"] for flow in flows):
        yield "exit", words.say("customers who leave")
    if any(flow["own"] is not None for flow in flows):
        yield "aside", words.say("optional step")
    if any(flow["few"] and flow["here"] for flow in flows):
        yield "few", words.say("fewer than 30: no share")


def _status(page: View, words: Words) -> Iterator[tuple[str, str]]:
    cards = (
        [card for column in page["columns"] for card in column["cards"]] if "metrics" in page["lanes"] else []
    )
    used = {card["status"] for card in cards} | {
        stage["tag"]["status"] for stage in page["stages"] if stage["tag"]
    }
    say = words.say
    names = {
        "good": say("on target"),
        "watch": say("watch"),
        "bad": say("off target"),
        "none": say("no data"),
        "few": say("too few"),
    }
    yield from ((sign, name) for sign, name in names.items() if sign in used and sign != "few")
    if "few" in used:
        yield "scarce", names["few"]
    if any(card["bullet"] for card in cards):
        yield "bullet", say("target, watch band")
    if any(card["spark"] for card in cards):
        yield "spark", say("last periods")


def _cards(columns: list[View], words: Words) -> Iterator[tuple[str, str]]:
    pains = [pain for column in columns for pain in column["pains"]]
    if pains:
        yield "severity", words.say("severity 1–5")
    if any(pain["state"] == "assumed" for pain in pains):
        yield "unverified", words.say("assumed, not verified")
    if any(act["kind"] == "opportunity" for column in columns for act in column["acts"]):
        yield "opportunity", words.say("opportunity")
