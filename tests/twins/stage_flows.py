"""Sizes of stages and flows between them, counted slowly from the stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twins.lifecycle import Interval

NEW, LAPSED = "new", "lapsed"
Place = int | str  # a stage's index, NEW (no stage yet) or LAPSED


@dataclass(frozen=True)
class Move:
    """One customer's step from one place to another."""

    customer: str
    at_us: int
    source: Place
    target: Place


def moves(stays: Iterable[Interval]) -> list[Move]:
    """Every move that the stays mean, in time order of each customer."""
    found: list[Move] = []
    for customer, theirs in _by_customer(stays).items():
        place: Place = NEW
        for stay in theirs:
            found.append(Move(customer, stay.entered_at_us, place, stay.stage_index))
            place = stay.stage_index
            if stay.how_left == "lapsed" and stay.left_at_us is not None:
                found.append(Move(customer, stay.left_at_us, place, LAPSED))
                place = LAPSED
    return found


def flows(stays: Iterable[Interval], start_us: int, end_us: int) -> Counter[tuple[Place, Place]]:
    """How many moves of each kind happened in the period ``start_us`` <= t < ``end_us``."""
    return Counter((move.source, move.target) for move in moves(stays) if start_us <= move.at_us < end_us)


def sizes(stays: Sequence[Interval], stage_count: int, at_us: int) -> list[int]:
    """How many customers are in each stage at an instant: entered at or before it, not left by it."""
    return [
        sum(
            stay.stage_index == stage
            and stay.entered_at_us <= at_us
            and (stay.left_at_us is None or stay.left_at_us > at_us)
            for stay in stays
        )
        for stage in range(stage_count)
    ]


def lapsed(stays: Sequence[Interval], at_us: int) -> int:
    """How many customers have lapsed by an instant and are not back."""
    count = 0
    for theirs in _by_customer(stays).values():
        begun = [stay for stay in theirs if stay.entered_at_us <= at_us]
        if begun and begun[-1].how_left == "lapsed":
            left_at_us = begun[-1].left_at_us
            count += left_at_us is not None and left_at_us <= at_us
    return count


def durations(stays: Iterable[Interval], stage: int, as_of_us: int) -> list[tuple[int, str | None]]:
    """How long each stay in a stage lasted, and how it ended (None: unfinished at ``as_of_us``)."""
    return [
        ((as_of_us if stay.left_at_us is None else stay.left_at_us) - stay.entered_at_us, stay.how_left)
        for stay in stays
        if stay.stage_index == stage
    ]


def _by_customer(stays: Iterable[Interval]) -> dict[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for stay in stays:
        found[stay.customer].append(stay)
    return found
