"""Profile traits and observations of a mapping as SQL: staged rows, each with its problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from parcours.events import expressions as express
from parcours.events import sql_text as sql
from parcours.events.mapping import ObservationPart, Time, TraitPart
from parcours.events.problems import ID_CHARACTERS, NAME_CHARACTERS, Problem, first_problem
from parcours.events.schema import ANONYMOUS
from parcours.events.sources.loaded import ORDINAL
from parcours.events.table import Table, json_object


def _time_problems(time: Time, table: Table) -> list[Problem]:
    when, text = " ".join(time.columns), express.time_text(time, table)
    late = f"at_instant < {express.EARLIEST} OR at_instant >= {express.LATEST}"
    return [
        Problem("missing-time", when, "at_text IS NULL OR at_text = ''"),
        Problem("bad-time", when, "at_instant IS NULL", text),
        Problem("time-out-of-range", when, late, text),
    ]


def _moment(moment: datetime) -> str:
    return f"TIMESTAMPTZ {sql.literal(moment.isoformat(sep=' '))}"


@dataclass(frozen=True)
class TraitSql:
    """SQL of one trait part; without a time of its own a trait holds from ``now``."""

    part: TraitPart
    table: Table
    zone: str
    now: datetime
    wanted: str

    @cached_property
    def problems(self) -> list[Problem]:
        part, table = self.part, self.table
        who = part.customer_id or part.anonymous_id or ""
        found = [
            Problem("missing-customer", who, "customer IS NULL"),
            Problem("too-long", who, f"length(customer) > {ID_CHARACTERS + len(ANONYMOUS)}", table.text(who)),
        ]
        if part.customer_id:
            reserved = f"starts_with(customer_id, '{ANONYMOUS}')"
            found.append(Problem("reserved-customer", who, f"coalesce({reserved}, false)", table.text(who)))
        return found + (_time_problems(part.time, table) if part.time and not part.as_of else [])

    def staged(self) -> str:
        """SELECT of ordinal, customer, trait, value, timestamp, timed, problem."""
        part, table = self.part, self.table
        known = table.text(part.customer_id) if part.customer_id else "CAST(NULL AS VARCHAR)"
        anonymous = f"'{ANONYMOUS}' || {table.text(part.anonymous_id)}" if part.anonymous_id else "NULL"
        timed = part.time is not None and part.as_of is None
        instant = (
            express.instant(part.time, table, self.zone)
            if timed and part.time
            else _moment(part.as_of or self.now)
        )
        text = express.time_text(part.time, table) if timed and part.time else "'-'"
        pairs = ", ".join(
            f"{{'trait': {sql.literal(trait)}, 'value': {table.text(column)}}}"
            for trait, column in part.traits.items()
        )
        where = sql.both([express.rows(part.rows, table), self.wanted])
        read = (
            f"SELECT {sql.name(ORDINAL)} AS ordinal, {known} AS customer_id, "
            f"coalesce({known}, {anonymous}) AS customer, "
            f"{text} AS at_text, {instant} AS at_instant, [{pairs}] AS pairs FROM {table.relation} WHERE {where}"
        )
        return (
            f"SELECT ordinal, customer, pair.trait AS trait, pair.value AS value, at_instant AS timestamp, "
            f"{sql.literal(timed or part.as_of is not None)} AS timed, problem FROM ("
            f"SELECT *, {first_problem(self.problems)} AS problem, unnest(pairs) AS pair FROM ({read})) "
            f"WHERE pair.value IS NOT NULL OR problem IS NOT NULL"
        )


@dataclass(frozen=True)
class ObservationSql:
    """SQL of one observation part."""

    part: ObservationPart
    table: Table
    namespace: str
    zone: str
    time: Time
    wanted: str

    @cached_property
    def problems(self) -> list[Problem]:
        part, table = self.part, self.table
        shown = express.amount_text(part.value, table)
        field = " × ".join(factor for factor in part.value.factors if isinstance(factor, str))
        metric = express.fields(part.metric)
        found = [
            Problem("missing-metric", metric, "metric IS NULL"),
            Problem("too-long", metric, f"length(metric) > {NAME_CHARACTERS}"),
            *_time_problems(self.time, table),
            Problem("missing-value", field, "no_amount"),
            Problem(
                "bad-value", field, "amount IS NULL OR TRY_CAST(amount AS DECIMAL(38, 9)) IS NULL", shown
            ),
        ]
        if part.currency is not None:
            known = sql.listed(express.known_currencies())
            bad = f"currency IS NULL OR currency NOT IN {known}"
            found.append(Problem("bad-currency", express.fields(part.currency), bad))
        return found

    def staged(self) -> str:
        """SELECT of ordinal, observation_id, metric, timestamp, value, currency, dimensions, rounded, problem."""
        part, table = self.part, self.table
        currency = f"upper({express.text(part.currency, table, 'currency')})" if part.currency else "NULL"
        pairs = [
            (key, f"CAST(to_json({table.text(column)}) AS VARCHAR)")
            for key, column in part.dimensions.items()
        ]
        prefix = sql.literal(f"{self.namespace}\x1f{part.name}\x1f")
        identity = "concat_ws(chr(31), metric, epoch_us(at_instant), coalesce(currency, ''), coalesce(dimensions, ''))"
        where = sql.both([express.rows(part.rows, table), self.wanted])
        return (
            f"SELECT ordinal, md5({prefix} || {identity}) AS observation_id, metric, at_instant AS timestamp, "
            f"TRY_CAST(amount AS DECIMAL(38, 9)) AS value, currency, dimensions, "
            f"coalesce(amount <> TRY_CAST(amount AS DECIMAL(38, 9)), false) OR cut AS rounded, "
            f"{first_problem(self.problems)} AS problem FROM ("
            f"SELECT {sql.name(ORDINAL)} AS ordinal, {express.text(part.metric, table, 'metric')} AS metric, "
            f"{express.time_text(self.time, table)} AS at_text, "
            f"{express.instant(self.time, table, self.zone)} AS at_instant, "
            f"{express.amount(part.value, table)} AS amount, {express.amount_missing(part.value, table)} AS no_amount, "
            f"{express.factors_rounded(part.value, table)} AS cut, CAST({currency} AS VARCHAR) AS currency, "
            f"{json_object(pairs)} AS dimensions FROM {table.relation} WHERE {where})"
        )
