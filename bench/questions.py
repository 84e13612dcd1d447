"""The questions that every peer is asked, with one definition for all: what is counted, when, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
BEGIN_US: Final = 1_735_689_600_000_000  # 2025-01-01T00:00Z, the beginning of the log

# funnel: a unit's furthest attempt within the window of its first step; for the breakdown, among equals one without
# the excluded event, then the one that ends first, then the one that began last; the value is that of its first event
STEPS: Final = ("product_viewed", "product_added", "checkout_started", "payment_added", "order_completed")
WINDOW_US: Final = 7 * DAY_US
EXCLUDED: Final = (
    "product_removed"  # strictly between first and last step; to the window's end when that is not met
)
BREAKDOWN: Final = "device"

# transitions: sessions end after 30 idle minutes; runs of one event are one step
IDLE_US: Final = 30 * 60 * 1_000_000

# lifecycle: stage -> (events that enter it, days of silence after which it has lapsed); any event named here keeps
STAGES: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "awareness": (("session_started", "page_viewed"), 14),
    "consideration": (("wishlist_added", "product_added", "checkout_started"), 30),
    "purchase": (("order_completed",), 60),
    "retention": (("order_completed",), 90),  # from the second order on
    "advocacy": (("review_submitted", "referral_sent"), 180),
}
ORDERED: Final = "order_completed"
NEW: Final = "(new)"
LAPSED: Final = "(lapsed)"
START: Final = "(start)"
EXIT: Final = "(exit)"

Answer = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One question: its name (a method of every peer), and what the table calls it."""

    name: str
    title: str


QUESTIONS: Final = (
    Question("load", "load from Parquet"),
    Question("load_csv", "load from CSV"),
    Question("funnel", "five-step funnel, 7 days"),
    Question("breakdown", "the same by device, with exclusion"),
    Question("retention", "weekly retention"),
    Question("transitions", "transitions in sessions"),
    Question("growth", "daily growth accounting"),
    Question("stages", "stages: sizes and flows"),
    Question("timeline", "one customer's timeline"),
    Question("refresh", "1 % new events, four answers anew"),
)
NAMES: Final = tuple(question.name for question in QUESTIONS)
LOADS: Final = ("load", "load_csv")
REFRESHED: Final = ("funnel", "retention", "growth", "stages")  # what is asked again after an append


def until_us(end_us: int, run: int) -> int:
    """Up to when the log is read in a run: an hour less each time, so that nobody answers from memory of the last."""
    return end_us - 1 - run * HOUR_US


def stage_by_event() -> dict[str, int]:
    """The stage that each event nominates; the second order and those after it nominate the one after that."""
    return {
        event: number
        for number, (name, (events, _)) in enumerate(STAGES.items())
        if name != "retention"
        for event in events
    }


def lapse_us() -> list[int]:
    """By stage, after how much silence it has lapsed."""
    return [days * DAY_US for _, days in STAGES.values()]


def lifecycle_yaml() -> str:
    """The stages as a Parcours lifecycle document."""
    lines = ["kind: lifecycle", "id: bench", "title: Bench", "activity: ['*']",
             f"funnel: {{steps: [{', '.join(STEPS)}], window: 7d}}",
             "retention: {start: '*', return: '*', unit: month}", "stages:"]  # fmt: skip
    for name, (events, days) in STAGES.items():
        count = ", count: {gte: 2}" if name == "retention" else ""
        lines += [
            f"  - id: {name}",
            f"    title: {name.title()}",
            f"    enter: {{event: [{', '.join(events)}]{count}}}",
            f"    lapse: {{after: {days}d}}",
        ]
    return "\n".join(lines) + "\n"
