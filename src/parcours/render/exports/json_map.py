"""The whole measured journey as JSON: every field of ``MeasuredJourney``, with sorted keys."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from parcours.maps.measured_journey import MeasuredJourney
from parcours.render.exports.drawing import Exported
from parcours.render.words import Language

ENDING = ".json"


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The value itself; instants and days in ISO 8601, decimals as numbers."""
    del language  # the keys are read by programs
    text = json.dumps(
        asdict(journey), ensure_ascii=False, indent=2, sort_keys=True, default=_plain, allow_nan=False
    )
    return Exported((text + "\n").encode())


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # datetimes too
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
