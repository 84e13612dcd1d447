"""What a written statement rests on. The state shown beside it is derived from this, never typed.

    evidence: {sources: [Interviews, March 2026], n: 12, as_of: 2026-03-20}

No sources means that the team assumes it; sources make it researched, until ``as_of`` is older than
``STALE_AFTER_DAYS`` before the day of reading. Figures taken from events are measured.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from parcours.events.comparisons import Part
from parcours.journeys.words import Texts

STALE_AFTER_DAYS = 365


class Evidence(Part):
    """Where a statement comes from."""

    sources: Texts = Field((), description="Interviews, studies, reports: what was read or heard.")
    n: int | None = Field(None, ge=0, description="How many people it rests on.")
    as_of: date | None = Field(None, description="The day it was found out.")
