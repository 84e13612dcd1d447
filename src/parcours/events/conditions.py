"""Conditions on the rows of a file: which of them a part of a mapping takes.

    rows: {Invoice: {not: {starts_with: C}}, Price: {gt: 0}, Customer ID: {is_set: true}, Country: [France, Spain]}

A bare value means equality, a bare list membership; several columns must all hold; ``all``, ``any`` and ``not`` join.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from parcours.events.comparisons import Comparison, Part

JOINING_WORDS = ("all", "any", "not")


class Condition(Comparison):
    """What the text of one column must satisfy; several keys must all hold.

    Comparisons are numeric, and a missing or non-numeric value satisfies none of them. ``ne``, ``not_in`` and ``not``
    hold for a missing value, as they negate.
    """

    starts_with: str | None = Field(None, description="The text starts with this.")
    ends_with: str | None = Field(None, description="The text ends with this.")
    contains: str | None = Field(None, description="The text contains this.")
    matches: str | None = Field(None, description="The whole text matches this regular expression (RE2).")
    not_: Condition | None = Field(None, alias="not", description="This must not hold.")


class Rows(Part):
    """Conditions on columns, joined: ``columns`` must all hold, and ``all``, ``any``, ``not`` besides."""

    columns: dict[str, Condition] = Field(default_factory=dict)
    all_: tuple[Rows, ...] = Field((), alias="all", description="Each of these must hold.")
    any_: tuple[Rows, ...] = Field((), alias="any", description="At least one of these must hold.")
    not_: Rows | None = Field(None, alias="not", description="This must not hold.")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """``{Price: {gt: 0}, any: [...]}``: every key that is no joining word is a column."""
        if not isinstance(data, dict) or set(data) <= {"columns", "all_", "any_", "not_"}:
            return data
        joined = {key: value for key, value in data.items() if key in JOINING_WORDS}
        return joined | {"columns": {key: value for key, value in data.items() if key not in JOINING_WORDS}}
