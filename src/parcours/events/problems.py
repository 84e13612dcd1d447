"""Why a row can be refused: the stable codes of the quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REASONS: Final = {
    "ragged-row": "the line has another number of fields than the header",
    "bad-quotes": "a quoted field is not closed as it should be",
    "bad-encoding": "the line is not in the encoding of the file",
    "bad-json": "the line is not a JSON object",
    "nul-byte": "the row holds a NUL character",
    "unreadable-row": "the line cannot be read",
    "missing-customer": "there is neither a customer id nor an anonymous id",
    "reserved-customer": "a customer id may not start with 'anonymous:'",
    "missing-event": "there is no event name",
    "missing-time": "there is no time",
    "bad-time": "the time is not written in the mapping's format",
    "time-out-of-range": "the time is before 1970 or after 2099",
    "bad-value": "the value is no number, or is too large",
    "bad-currency": "the currency is no ISO 4217 code",
    "bad-property": "a property is not of the kind that the mapping says",
    "missing-event-id": "the event's own id is empty",
    "missing-metric": "there is no metric name",
    "missing-value": "the observation has no value",
    "missing-group-key": "a column that groups the rows is empty",
    "mixed-group": "the rows of one group disagree in customer, event or currency",
    "incomplete-group": "another row of the same group was refused",
    "conflicting-id": "the log holds this id with another time, value or event",
    "too-long": "a name or an id is too long, or the row is larger than 20 MB",
}

NAME_CHARACTERS: Final = 200
ID_CHARACTERS: Final = 1000


@dataclass(frozen=True)
class Problem:
    """One way in which a part refuses a row: code, column to show, SQL of the test and of the value to show."""

    code: str
    field: str
    test: str
    value: str = "NULL"


def first_problem(problems: list[Problem], start: int = 1) -> str:
    """SQL of the number of the first problem that a row has; NULL when it has none."""
    cases = " ".join(
        f"WHEN {problem.test} THEN {number}" for number, problem in enumerate(problems, start=start)
    )
    return f"CASE {cases} END" if cases else "NULL"
