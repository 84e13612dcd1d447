"""Which analyses are commands, and their flags for daily use. Everything else is said in a question file.

What a flag means is told by the field of the question itself: ``fields.json`` holds those descriptions, written by
``tools/make_reference.py``, because the questions are too heavy to be loaded for ``--help``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["text", "number", "switch", "list", "event", "events", "segments"]
FIELDS_FILE = Path(__file__).with_name("fields.json")


@dataclass(frozen=True)
class Flag:
    """One flag or argument: the field of the question that it fills, and how it is written."""

    field: str
    metavar: str = ""
    kind: Kind = "text"
    name: str = ""  # default: the field's name
    argument: bool = False

    @property
    def option(self) -> str:
        name = self.name or f"--{self.field.replace('_', '-')}"
        return f"{name}/--no-{name.removeprefix('--')}" if self.kind == "switch" else name


@dataclass(frozen=True)
class Analysis:
    """One command that asks one measure."""

    measure: str
    purpose: str  # in a few words, for the list of commands
    text: str  # its help
    flags: tuple[Flag, ...]
    pictures: Mapping[str, str] = field(
        default_factory=dict
    )  # what --as may say, and the library's name for it
    from_to: bool = False  # --from and --to are its days, as --start and --end; elsewhere they name events

    @property
    def days(self) -> tuple[str, str]:
        """What the options are called that say from when to when."""
        return ("--from", "--to") if self.from_to else ("--start", "--end")


@cache
def descriptions() -> dict[str, dict[str, str]]:
    """What the fields of the questions say of themselves, by measure and field."""
    found: dict[str, dict[str, str]] = json.loads(FIELDS_FILE.read_text(encoding="utf-8"))
    return found


_UNIT = "day|week|month|quarter|year"
_STEPS = Flag("steps", "STEPS", "events", argument=True)
_WINDOW = Flag("window", "TIME")
_BY = Flag("by", "NAME")
_TOP = Flag("top", "N", "number")
_BY_SEGMENT = Flag("segments", "NAME", "segments", name="--by-segment")
_ITEMS = (
    Flag("item", "NAME"),
    Flag("exclude", "ITEM", "list"),
    Flag("split", "sessions|timeline"),
    Flag("idle", "TIME"),
    _TOP,
)
_FLOW = (
    Flag("start_at", "ITEM", name="--from"),
    Flag("end_at", "ITEM", name="--to"),
    Flag("collapse", kind="switch"),
)

FUNNEL = Analysis(
    "funnel",
    "how many get from step to step",
    "How many get from step to step in time, where they drop out, and what they do instead.\n\n"
    "A step is an event's name; with conditions it is written '{event: order_completed, where: {channel: email}}'.",
    (
        _STEPS, _WINDOW, _BY, Flag("order", "ordered|strict|unordered"), Flag("exclude", "EVENT", "events"),
        Flag("hold", "NAME", "list"), Flag("entry", "best|first"), Flag("count", "units|totals"),
        Flag("attribution", "WHICH"), _TOP, Flag("unit", _UNIT),
    ),
)  # fmt: skip
RETENTION = Analysis(
    "retention",
    "who comes back, period after period",
    "Who comes back: customers by the period in which they start, and how many return in each period after it.",
    (
        Flag("start_event", "EVENT", "event", name="--from"), Flag("return_event", "EVENT", "event", name="--return"),
        Flag("unit", _UNIT), _BY, _BY_SEGMENT, Flag("mode", "recurring|first_time|first_ever"),
        Flag("reading", "exact|rolling"), Flag("alignment", "calendar|elapsed"), Flag("times", "N", "number"),
        Flag("columns", "N", "number"), _TOP, Flag("brackets", "1-3", "list", name="--bracket"),
    ),
)  # fmt: skip
SEQUENCES = Analysis(
    "sequences",
    "how many match a pattern of events",
    "How many match a pattern of events, how often, and when first.\n\n"
    "For example 'product_viewed -> no order_completed within 2d -> email_clicked'.",
    (Flag("pattern", "PATTERN", argument=True), Flag("unit", _UNIT)),
)
STICKINESS = Analysis(
    "stickiness",
    "in how many periods customers are active",
    "How often customers come: in how many different periods they did something.",
    (
        Flag("unit", _UNIT),
        Flag("event", "EVENT", "event"),
        Flag("times", "N", "number"),
        _BY,
        _BY_SEGMENT,
        _TOP,
    ),
)
LIFECYCLE = Analysis(
    "lifecycle",
    "where customers leave, and what they do next",
    "Where customers leave: how many advance or lapse from each stage, how long it takes, what they do next.\n\n"
    "The tables are `outcomes`, `advanced_to` and `next_after_lapse`. Unfinished stays are counted as unfinished, not "
    "as lost.",
    (Flag("horizon", "TIME"), _BY),
    from_to=True,
)

ANALYSES = (
    Analysis(
        "events",
        "what the log holds",
        "What the log holds: every event name with its count, customers, first and last time.",
        (),
        from_to=True,
    ),
    Analysis(
        "stages",
        "where customers are, and how they flow",
        "Where customers are: the size of every stage and the flows between stages, period by period.\n\n"
        "The tables are `sizes` and `flows`. Without --table, people are shown the sizes with a column for each stage, "
        "and the flows of the last period.",
        (Flag("unit", _UNIT), _BY),
        from_to=True,
    ),
    LIFECYCLE,
    Analysis(
        "growth",
        "customers new, returning, resurrected, dormant",
        "Whether the active base grows: customers new, returning, resurrected and dormant, period by period.",
        (Flag("unit", _UNIT), Flag("events", "NAME", "events", name="--event")),
        from_to=True,
    ),
    FUNNEL,
    Analysis(
        "correlation",
        "what goes together with getting through",
        "Which events and properties go together with getting through a funnel: odds ratios with 95% intervals.",
        (
            _STEPS,
            _WINDOW,
            Flag("properties", "NAME", "list", name="--property"),
            Flag("exclude", "EVENT", "events"),
        ),
    ),
    RETENTION,
    STICKINESS,
    Analysis(
        "paths",
        "which ways visits take, step by step",
        "Which ways visits take, step by step: from a start, to an end, or between two.",
        (*_FLOW, Flag("steps", "N", "number"), *_ITEMS),
        {"ribbons": "sankey", "step-matrix": "steps"},
    ),
    Analysis(
        "transitions",
        "what comes next, how often and how soon",
        "What comes after each event, how often and how soon, and where visits end.",
        (*_FLOW, *_ITEMS),
        {"matrix": "matrix", "graph": "graph"},
    ),
    SEQUENCES,
    Analysis(
        "sessions",
        "visits: how many, how long, how deep",
        "Visits: how many, how long and deep they are, how many bounce, where they begin and end.",
        (Flag("unit", _UNIT), _BY, *_ITEMS),
    ),
)
# Those whose answers hold shares, so that two answers can be compared.
COMPARABLE = (FUNNEL, RETENTION, STICKINESS, SEQUENCES, LIFECYCLE)
