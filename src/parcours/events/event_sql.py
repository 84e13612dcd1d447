"""One event part of a mapping as SQL: from a file's rows to staged events, every refused row with its problem.

Two statements at most. ``lines`` computes, row by row, what the part reads; ``staged`` makes events of the good ones,
one a row or one a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from parcours.errors import MappingError, did_you_mean
from parcours.events import expressions as express
from parcours.events import property_sql
from parcours.events import sql_text as sql
from parcours.events.mapping import EventPart, FromColumn, set_time
from parcours.events.problems import ID_CHARACTERS, NAME_CHARACTERS, Problem, first_problem
from parcours.events.schema import ANONYMOUS
from parcours.events.sources.loaded import ORDINAL
from parcours.events.table import Table, json_object
from parcours.values import minor_digits

GROUP_PROBLEMS: Final = 1001
_LABELS: Final = ("channel", "campaign", "source")


@dataclass(frozen=True)
class EventSql:
    """SQL of one part over one table; ``namespace`` keeps ids of different mappings apart."""

    part: EventPart
    table: Table
    namespace: str
    zone: str
    currency: str
    wanted: str

    @cached_property
    def id_prefix(self) -> str:
        return sql.literal(f"{self.namespace}\x1f{self.part.name}\x1f")

    # -- row by row ------------------------------------------------------------------------------------------------

    def lines(self) -> str:
        """SELECT of every row the part takes, read, with the number of its first problem."""
        read = f"SELECT {', '.join(f'{value} AS {name}' for name, value in self._read().items())}"
        where = sql.both([express.rows(self.part.rows, self.table), self.wanted])
        minor = "false AS summed_later" if self.part.group_by else self._minor()
        return (
            f"SELECT *, {first_problem(self.problems)} AS problem FROM (SELECT *, {minor} "
            f"FROM ({read} FROM {self.table.relation} WHERE {where}))"
        )

    def _read(self) -> dict[str, str]:
        part, table = self.part, self.table
        time = set_time(part.name, part.time)
        columns = {
            "ordinal": sql.name(ORDINAL),
            "customer_id": table.text(part.customer_id) if part.customer_id else "CAST(NULL AS VARCHAR)",
            "anonymous_id": table.text(part.anonymous_id) if part.anonymous_id else "CAST(NULL AS VARCHAR)",
            "event": express.text(part.event, table, "event"),
            "no_time": express.time_missing(time, table),
            "at_instant": express.instant(time, table, self.zone),
        }
        for label in _LABELS:
            columns[label] = express.text(getattr(part, label), table, label)
        columns |= self._money()
        for number, prop in enumerate(part.properties.values()):
            columns |= property_sql.columns(prop, number, table)
        columns["own_id"] = self._own_id()
        if part.properties_json:
            columns["own_json"] = table.text(part.properties_json)
        return columns

    def _money(self) -> dict[str, str]:
        value, table = self.part.value, self.table
        if value is None:
            return {
                "amount": "CAST(NULL AS DECIMAL(30, 12))",
                "no_amount": "true",
                "cut": "false",
                "unit": "NULL",
            }
        given = express.text(self.part.currency, table, "currency") if self.part.currency else "NULL"
        return {
            "amount": express.amount(value, table),
            "no_amount": express.amount_missing(value, table),
            "cut": express.factors_rounded(value, table),
            "unit": sql.literal(self.fixed_currency)
            if self.fixed_currency
            else f"coalesce(upper({given}), {sql.literal(self.currency)})",
        }

    @cached_property
    def fixed_currency(self) -> str | None:
        """The currency of all values of the part, unless a column says it; raises MappingError for an unknown one."""
        given = self.part.currency
        if isinstance(given, FromColumn):
            return None
        fixed = (given or self.currency).upper()
        if fixed not in express.known_currencies():
            raise MappingError(
                f"currency: {given!r} is no ISO 4217 code.",
                hint=did_you_mean(fixed, [*self.table.types, "EUR", "USD", "GBP"]),
            )
        return fixed

    def _own_id(self) -> str:
        if self.part.event_id:
            return self.table.text(self.part.event_id)
        if self.part.group_by:
            keys = " || chr(31) || ".join(self.table.text(key) for key in self.part.group_by)
            return f"md5({self.id_prefix} || {keys})"
        return f"md5({self.id_prefix} || {self.table.row_text()})"

    def group_id_of_json(self, row: str) -> str:
        """SQL of the group's id out of a refused row that is JSON; NULL when a key is missing."""
        keys = " || chr(31) || ".join(self.table.json_field(key, row) for key in self.part.group_by)
        return f"md5({self.id_prefix} || {keys})"

    # -- problems --------------------------------------------------------------------------------------------------

    @cached_property
    def problems(self) -> list[Problem]:
        """Every way in which a row can be refused, in the order they are looked for."""
        part, table = self.part, self.table
        time = set_time(part.name, part.time)
        who = part.customer_id or part.anonymous_id or ""
        shown = table.text(who)
        when = " ".join(time.columns)
        at_text = express.time_text(time, table)
        found = [
            Problem("missing-customer", who, "customer_id IS NULL AND anonymous_id IS NULL"),
            Problem("reserved-customer", who, f"starts_with(customer_id, '{ANONYMOUS}')", shown),
            Problem("too-long", who, f"length(coalesce(customer_id, anonymous_id)) > {ID_CHARACTERS}", shown),
            Problem("missing-event", express.fields(part.event), "event IS NULL"),
            Problem(
                "too-long",
                express.fields(part.event),
                f"length(event) > {NAME_CHARACTERS}",
                self._event_text(),
            ),
            Problem("missing-time", when, "no_time"),
            Problem("bad-time", when, "at_instant IS NULL", at_text),
            Problem(
                "time-out-of-range",
                when,
                f"at_instant < {express.EARLIEST} OR at_instant >= {express.LATEST}",
                at_text,
            ),
        ]
        found += [
            Problem(
                "too-long",
                express.fields(getattr(part, label)),
                f"length({label}) > {ID_CHARACTERS}",
                label_text,
            )
            for label in _LABELS
            if (label_text := self._column_text(label)) != "NULL"
        ]
        return [*found, *self._money_problems(), *self._id_problems(), *self._property_problems()]

    def _event_text(self) -> str:
        return express.text(self.part.event, self.table, "event")

    def _column_text(self, label: str) -> str:
        given = getattr(self.part, label)
        return "NULL" if given is None or isinstance(given, str) else self.table.text(given.column)

    def _money_problems(self) -> list[Problem]:
        value = self.part.value
        if value is None:
            return []
        shown = express.amount_text(value, self.table)
        field = " × ".join(factor for factor in value.factors if isinstance(factor, str))
        found = [Problem("bad-value", field, "amount IS NULL AND NOT no_amount", shown)]
        if self.fixed_currency is None:
            known = sql.listed(express.known_currencies())
            bad = f"NOT no_amount AND unit NOT IN {known}"
            found.append(
                Problem(
                    "bad-currency", express.fields(self.part.currency), bad, self._column_text("currency")
                )
            )
        if not self.part.group_by:
            found.append(Problem("bad-value", field, "NOT no_amount AND value_minor IS NULL", shown))
        return found

    def _id_problems(self) -> list[Problem]:
        part = self.part
        if part.event_id:
            shown = self.table.text(part.event_id)
            return [
                Problem("missing-event-id", part.event_id, "own_id IS NULL"),
                Problem("too-long", part.event_id, f"length(own_id) > {ID_CHARACTERS}", shown),
            ]
        return (
            [Problem("missing-group-key", ", ".join(part.group_by), "own_id IS NULL")]
            if part.group_by
            else []
        )

    def _property_problems(self) -> list[Problem]:
        given = enumerate(self.part.properties.values())
        found = [found for number, prop in given if (found := property_sql.problem(prop, number, self.table))]
        if self.part.properties_json:
            shown = self.table.text(self.part.properties_json)
            bad = f"own_json IS NOT NULL AND NOT {property_sql.is_object('own_json')}"
            found.append(Problem("bad-property", self.part.properties_json, bad, shown))
        return found

    # -- events ----------------------------------------------------------------------------------------------------

    def events_of_lines(self, lines: str) -> str:
        """SELECT of STAGED columns, one event a line; lines with a problem keep their number."""
        each = self.part.identical_rows == "each" and not self.part.event_id
        nth = "row_number() OVER (PARTITION BY own_id ORDER BY ordinal)"
        given_id = (
            f"CASE WHEN {nth} = 1 THEN own_id ELSE md5(own_id || '\x1f' || {nth}) END" if each else "own_id"
        )
        pairs = [(key, f"p{number}") for number, key in enumerate(self.part.properties)]
        properties = (
            property_sql.sorted_object("own_json") if self.part.properties_json else json_object(pairs)
        )
        return (
            f"SELECT ordinal, {given_id} AS event_id, customer_id, anonymous_id, event, at_instant AS timestamp, "
            f"{', '.join(_LABELS)}, value_minor, currency, rounded, {properties} AS properties, problem "
            f"FROM ({lines})"
        )

    def events_of_groups(self, lines: str) -> str:
        """SELECT of STAGED columns, one event a group whose lines are all good."""
        time = "min" if self.part.time_of == "first" else "max"
        pairs = [
            (key, property_sql.json_of_group(prop, number, self.table))
            for number, (key, prop) in enumerate(self.part.properties.items())
        ]
        firsts = ", ".join(f"min_by({column}, ordinal) AS {column}" for column in ("event", *_LABELS))
        return (
            f"SELECT ordinal, own_id AS event_id, customer_id, anonymous_id, event, timestamp, {', '.join(_LABELS)}, "
            f"value_minor, currency, rounded, properties, "
            f"{first_problem(self.group_problems, GROUP_PROBLEMS)} AS problem "
            f"FROM (SELECT *, {self._minor()} FROM (SELECT own_id, min(ordinal) AS ordinal, "
            f"min(customer_id) AS customer_id, min(anonymous_id) AS anonymous_id, {time}(at_instant) AS timestamp, "
            f"{firsts}, "
            f"TRY_CAST(sum(amount) AS DECIMAL(30, 12)) AS amount, bool_and(no_amount) AS no_amount, "
            f"bool_or(cut) AS cut, min(unit) AS unit, {json_object(pairs)} AS properties, "
            f"min(coalesce(customer_id, '')) <> max(coalesce(customer_id, '')) "
            f"OR min(coalesce(anonymous_id, '')) <> max(coalesce(anonymous_id, '')) AS mixed_customer, "
            f"min(unit) <> max(unit) AS mixed_currency, min(event) <> max(event) AS mixed_event "
            f"FROM {lines} GROUP BY own_id HAVING count(problem) = 0))"
        )

    @cached_property
    def group_problems(self) -> list[Problem]:
        """Every way in which a group of good lines can be refused."""
        part = self.part
        who = part.customer_id or part.anonymous_id or ""
        found = [
            Problem("mixed-group", who, "mixed_customer"),
            Problem("mixed-group", express.fields(part.event), "mixed_event"),
        ]
        if part.value is not None:
            field = " × ".join(factor for factor in part.value.factors if isinstance(factor, str))
            found.append(
                Problem("mixed-group", express.fields(part.currency), "coalesce(mixed_currency, false)")
            )
            found.append(Problem("bad-value", field, "NOT no_amount AND value_minor IS NULL"))
        return found

    def _minor(self) -> str:
        value = self.part.value
        if value is None:
            return "CAST(NULL AS BIGINT) AS value_minor, CAST(NULL AS VARCHAR) AS currency, false AS rounded"
        fixed = self.fixed_currency
        digits = 0 if value.minor_units else minor_digits(fixed) if fixed else None
        return (
            f"CASE WHEN NOT no_amount THEN {express.minor_units('amount', 'unit', digits)} END AS value_minor, "
            f"CASE WHEN NOT no_amount THEN unit END AS currency, "
            f"coalesce(cut OR {express.is_rounded('amount', 'unit', digits)}, false) AS rounded"
        )
