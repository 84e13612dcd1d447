"""The question of a retention: who starts, what shows that they are back, and in which periods to look."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parcours.errors import QueryError
from parcours.measures import unit_groups
from parcours.timelines.calendar import Unit
from parcours.timelines.matchers import Selector
from parcours.values import DAY_US, WEEK_US

Mode = Literal["recurring", "first_time", "first_ever"]
MODES: tuple[Mode, ...] = ("recurring", "first_time", "first_ever")
ELAPSED_US: dict[Unit, int] = {"day": DAY_US, "week": WEEK_US}
MOST_BRACKETS = 100
LAST_PERIOD = 10_000
_BRACKET = re.compile(r"\s*(\d{1,9})\s*(?:[-–]\s*(\d{1,9}))?\s*", re.ASCII)


class Bracket(BaseModel):
    """Neighbouring periods that make one column: ``"1-3"``, ``"7"``, ``7`` or ``[1, 3]``, both ends inside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: int = Field(ge=1, le=LAST_PERIOD)
    last: int = Field(ge=1, le=LAST_PERIOD)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, int) and not isinstance(data, bool):
            return {"first": data, "last": data}
        if isinstance(data, (list, tuple)) and len(data) == 2:
            return {"first": data[0], "last": data[1]}
        if isinstance(data, str):
            found = _BRACKET.fullmatch(data)
            if found is None:
                raise ValueError('a bracket is a period or two, for example "7" or "1-3"')
            return {"first": int(found[1]), "last": int(found[2] or found[1])}
        return data

    @model_validator(mode="after")
    def _forwards(self) -> Bracket:
        if self.last < self.first:
            raise ValueError(f"the bracket ends ({self.last}) before it begins ({self.first})")
        return self

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


class Query(unit_groups.Query):
    """Which start, which return, in which periods."""

    start_event: Selector = Field(
        Selector(event=("*",)), description="The event that puts a unit into a row; default: any."
    )
    return_event: Selector = Field(
        Selector(event=("*",)), description="The event that shows that a unit is back; default: any."
    )
    unit: Unit = Field(
        "month", description="Length of a period: of the rows and, after the start, of the columns."
    )
    times: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="At least so many return events; binds returns only, not the start.",
    )
    mode: Mode = Field(
        "recurring",
        description="recurring: a unit is in every row in which it has the start event; first_time: only in that of "
        "its first matching start over all history; first_ever: only in that of its first event of that name over "
        "all history, if this one matches.",
    )
    reading: Literal["exact", "rolling"] = Field(
        "exact", description="exact: back in that very period; rolling: in that period or later."
    )
    alignment: Literal["calendar", "elapsed"] = Field(
        "calendar",
        description="calendar: a column is a calendar period after the row's; elapsed: so many times 24 hours (or 7 "
        "times 24) after the unit's own first start in the row.",
    )
    rows: Unit | None = Field(
        None,
        description="Elapsed only: length of a row's calendar period, when it is not that of the columns.",
    )
    columns: int | None = Field(
        None, ge=1, le=LAST_PERIOD,
        description="Columns after column 0; default: as many as the range has, at most 366.",
    )  # fmt: skip
    brackets: tuple[Bracket, ...] = Field(
        (), description='Columns of several periods instead, for example ["1-3", "4-7", "8-14"].'
    )
    by: str | None = Field(
        None,
        description="Break down by profile.<trait> (the latest), or by a property of the start event "
        "(the unit's first in the row).",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Query:
        if self.alignment == "elapsed" and self.unit not in ELAPSED_US:
            raise QueryError(
                f"A {self.unit} is no fixed number of hours, so it cannot be counted as elapsed time.",
                hint=f"Count days or weeks, with rows: {self.unit} to keep the rows.",
            )
        if self.alignment == "calendar" and self.rows not in (None, self.unit):
            raise QueryError(
                f"Rows by {self.rows} and columns by {self.unit} have no common calendar.",
                hint="Use alignment: elapsed, which counts from each unit's own start.",
            )
        if self.brackets:
            _check_brackets(self)
        elif "brackets" in self.model_fields_set:
            raise QueryError(
                "The list of brackets is empty.", hint='For example ["1-3", "4-7"], or leave it out.'
            )
        return self

    @property
    def row_unit(self) -> Unit:
        return self.rows or self.unit

    @property
    def elapsed_us(self) -> int:
        """Length of a column's period; 0 when it is a calendar period."""
        return ELAPSED_US[self.unit] if self.alignment == "elapsed" else 0


def _check_brackets(query: Query) -> None:
    if query.columns is not None:
        raise QueryError("Brackets are the columns.", hint="Give 'columns' or 'brackets', not both.")
    if len(query.brackets) > MOST_BRACKETS:
        raise QueryError(f"There are at most {MOST_BRACKETS} brackets, not {len(query.brackets)}.")
    for one, following in zip(query.brackets, query.brackets[1:], strict=False):
        if following.first <= one.last:
            raise QueryError(
                f"The brackets {one} and {following} overlap or are out of order.",
                hint="Write them in order, each beginning after the one before has ended.",
            )
