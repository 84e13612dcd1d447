"""A made-up shop for all measures, and one question or more for each measure that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from made_logs import Row, at, row
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.contract import Measure, Query, measures
from parcours.values import DAY_US, HOUR_US

RULES = LifecycleRules.model_validate(
    {
        "stages": [
            {"id": "aware", "enter": "visit", "lapse": {"after": "45d"}},
            {"id": "buyer", "enter": "order", "lapse": {"after": "60d"}},
            {"id": "loyal", "enter": {"event": "order", "count": {"gte": 3}, "within": "120d"}},
        ]
    }
)
START, END = at("2026-01-01"), at("2026-07-01")
RANGE: dict[str, Any] = {
    "rules": RULES, "start": "2026-02-01", "end": "2026-06-30", "as_of_us": END, "zone": "Europe/Paris",
}  # fmt: skip
BROKEN_DOWN: list[dict[str, Any]] = [
    {"by": "channel"}, {"by": "profile.country", "top": 1}, {"by": "plan"}
]  # fmt: skip
SEGMENT = {"segment": {"profile": {"country": "FR"}, "not": {"did": {"event": "mail", "count": {"gte": 4}}}}}
# What a measure cannot be asked without, and what is asked of it besides. A new measure adds a line to each.
NEEDED: dict[str, dict[str, Any]] = {"sequences": {"pattern": "visit -> no mail within 2d -> order"}}
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "events": [{"where": {"channel": ["email", "ads"]}}],
    "correlation": [{"order": "unordered", "properties": ["profile.country", "plan"], "top": 1}],
    "funnel": [
        {"unit": "week", "exclude": [{"event": "mail", "after": 2}]},
        {"steps": ["visit", "order"], "order": "strict", "count": "totals", "by": "plan", "top": 1},
        {"steps": ["visit", "order", "rate"], "order": "unordered", "hold": ["channel"]},
        {"by": "channel", "attribution": "all_events", "entry": "first"},
        {"by": "profile.country", "attribution": "step 2", "bins": 3},
        {"per": "channel"},
    ],
    "growth": [{"unit": "week", "events": [{"event": "order"}]}, {"new_by": "joined"}],
    "lifecycle": [{"horizon": "30d"}, *BROKEN_DOWN],
    "paths": [
        {"idle": "1h", "end_at": "order", "steps": 3},
        {"split": "timeline", "start_at": "visit", "end_at": "order", "collapse": False},
        {
            "item": "channel",
            "groups": {"paid": ["a*"]},
            "exclude": [""],
            "idle": "2d",
            "top": 1,
            "top_paths": 2,
        },
        {
            "items": [{"name": "large", "event": "order", "where": {"value": {"gte": 50}}}, "visit"],
            "idle": "8d",
        },
    ],
    "retention": [
        {"start_event": "visit", "return_event": "order", "mode": "first_ever", "times": 2, "unit": "week"},
        {
            "alignment": "elapsed",
            "unit": "day",
            "rows": "month",
            "brackets": ["1-3", "4-13"],
            "reading": "rolling",
        },
        {"segments": {"French": {"profile": {"country": "FR"}}, "mailed": {"did": {"event": "mail"}}}},
        {"per": "channel"},
        *BROKEN_DOWN,
    ],
    "sequences": [{"pattern": "visit -> visit -> no order", "unit": "week"}, {"per": "channel"}],
    "sessions": [
        {"idle": "1d", "by": "channel", "top_groups": 2, "unit": "week", "top": 2},
        {"by": "profile.country", "unit": None, "bounce_events": 2, "bounce_within": "1h"},
        {"split": "timeline", "item": "plan", "activity": ["visit", "order"], "exclude": ["pro"]},
    ],
    "stages": [
        {"unit": "day", "start": "2026-03-20"},
        {"unit": "week", "week_start": "sunday"},
        *BROKEN_DOWN,
    ],
    "transitions": [
        {"idle": "1h", "top": 2},
        {
            "split": "timeline",
            "collapse": False,
            "groups": {"bought": ["order", "rate"]},
            "exclude": ["mail"],
        },
        {"per": "channel", "idle": "1d", "start_at": "order"},
    ],
}
# What a measure cannot be asked without.
NEEDS: dict[str, dict[str, Any]] = {
    "correlation": {"steps": ["visit", "order"], "window": "20d"},
    "funnel": {"steps": ["visit", "order", {"event": "mail", "optional": True}, "rate"]},
    "sequences": {"pattern": "visit -> no mail within 2d -> order within 30d"},
    "touchpoints": {
        "touchpoints": [
            {"id": "come", "events": ["visit", {"event": "mail", "where": {"channel": "email"}}]},
            {"id": "buy", "events": ["order"]},
            {"id": "tell", "events": ["rate"], "next": ["come"]},
        ]
    },
}
SHARED: list[dict[str, Any]] = [{}, SEGMENT, {"segment": {"stage": ["buyer"]}}, {"zone": "Pacific/Apia"}]


@dataclass(frozen=True)
class Asked:
    """A measure and a question for it."""

    measure: Measure[Any, Any]
    query: Query


def questions() -> Mapping[str, Asked]:
    """Every sample question of every measure that there is, by a readable name."""
    return {
        f"{name} {variant or ''}".strip(): Asked(
            measure, measure.question.model_validate(RANGE | NEEDS.get(name, {}) | variant)
        )
        for name, measure in measures().items()
        for variant in [*SHARED, *VARIANTS.get(name, [])]
    }


def shop() -> list[Row]:
    """Some hundred customers who come, order and go, at whole hours, so that many events share an instant."""
    random = np.random.default_rng(7)
    rows: list[Row] = []
    for number in range(120):
        customer = f"customer {number}" if number % 5 else f"anonymous:é{number}"
        now = START + int(random.integers(120)) * DAY_US
        while now <= END:
            name = _one(random, ("visit",) * 5 + ("order",) * 3 + ("mail",) * 4 + ("rate",))
            rows.append(
                row(
                    customer,
                    now,
                    name,
                    f"{number}/{len(rows)}",
                    channel=_one(random, ("email", "ads", "Shop", None)),
                    value_minor=int(random.integers(100, 9_000)) if name == "order" else None,
                    currency=_one(random, ("EUR", "JPY")) if name == "order" else None,
                    properties={"plan": _one(random, ("free", "pro", 5, None))},
                )
            )
            now += _one(random, (0, 1, 5, 30, 200, 900, 1_700)) * HOUR_US
    return rows


def held_traits() -> dict[str, dict[str, str | None]]:
    random = np.random.default_rng(8)
    joined = ("2026-03-15", "2026-03-29T02:30:00", "2026-05-01T00:00:00+02:00")
    return {
        f"customer {number}": {
            "country": _one(random, ("FR", "DE", "BE", None)),
            "joined": _one(random, joined),
        }
        for number in range(0, 120, 2)
    }


def _one(random: np.random.Generator, choices: Sequence[Any]) -> Any:
    return choices[int(random.integers(len(choices)))]
