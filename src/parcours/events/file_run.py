"""One file through one mapping: every part's rows staged, every refused row noted with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import duckdb

from parcours.errors import MappingError
from parcours.events import expressions as express
from parcours.events import sql_text as sql
from parcours.events.engine import Engine, Watch
from parcours.events.event_sql import GROUP_PROBLEMS, EventSql
from parcours.events.mapping import EventPart, Mapping, set_time
from parcours.events.problems import Problem
from parcours.events.side_sql import ObservationSql, TraitSql
from parcours.events.sources.loaded import ORDINAL, Loaded
from parcours.events.table import Table
from parcours.settings import Settings

_SHOWN_CHARACTERS = 1000
UNTAKEN = "no part takes them"


@dataclass(frozen=True)
class FileRun:
    """``number`` is the file's place in its import; ``row_key`` is SQL that names a row under its mapping."""

    number: int
    loaded: Loaded
    table: Table
    mapping: Mapping
    settings: Settings
    now: datetime
    engine: Engine
    row_key: str = field(default="")

    @cached_property
    def key(self) -> str:
        """SQL of the text that names a row, wherever it stands."""
        return self.row_key or f"md5({sql.literal(self.mapping.name)} || chr(31) || {self.table.row_text()})"

    @property
    def refused_key(self) -> str:
        """SQL of the text that names a row that could not be read, over the table of those."""
        return f"md5({sql.literal(self.mapping.name)} || chr(30) || coalesce(row, ''))"

    @cached_property
    def wanted(self) -> str:
        """SQL: the row is not left out on purpose."""
        return (
            f"NOT ({sql.either(express.rows(ignored.rows, self.table) for ignored in self.mapping.ignore)})"
        )

    def stage(self, watch: Callable[[str], Watch | None]) -> None:
        """Stage all parts; ``watch`` gives what follows the progress of a part.

        Raises MappingError when the engine cannot do what the mapping says (an impossible format or pattern).
        """
        try:
            self._stage_all(watch)
        except duckdb.Error as error:
            words = str(error).strip().splitlines()[0]
            raise MappingError(
                f"The mapping {self.mapping.name!r} does not work on {self.loaded.file}: {words}"
            ) from None

    def _stage_all(self, watch: Callable[[str], Watch | None]) -> None:
        self._count_left_out()
        for number, part in enumerate(self.mapping.events):
            self._stage_events(number, self.mapping.with_defaults(part), watch(part.name))
        for number, trait_part in enumerate(self.mapping.traits):
            given = trait_part
            if not given.customer_id and not given.anonymous_id:
                who = {"customer_id": self.mapping.customer_id, "anonymous_id": self.mapping.anonymous_id}
                given = given.model_copy(update=who)
            if given.time is None:
                given = given.model_copy(update={"time": self.mapping.time})
            traits = TraitSql(given, self.table, self.settings.zone, self.now, self.wanted)
            self._stage_side(
                "traits", number, given.name, traits.staged(), traits.problems, watch(given.name)
            )
        for number, figures in enumerate(self.mapping.observations):
            time = set_time(figures.name, figures.time, self.mapping.time)
            seen = ObservationSql(
                figures, self.table, self.mapping.name, self.settings.zone, time, self.wanted
            )
            self._stage_side(
                "observed", number, figures.name, seen.staged(), seen.problems, watch(figures.name)
            )

    # -- events ------------------------------------------------------------------------------------------------------

    def _stage_events(self, number: int, part: EventPart, watch: Watch | None) -> None:
        made = EventSql(
            part,
            self.table,
            self.mapping.name,
            self.settings.zone,
            self.settings.currency,
            self.wanted,
        )
        insert = f"INSERT INTO staged BY NAME SELECT {self.number} AS file, {number} AS part, *"
        if not part.group_by:
            self.engine.run(f"{insert} FROM ({made.events_of_lines(made.lines())})", watch)
            self._refuse(
                part.name, made.problems, f"SELECT ordinal, problem FROM staged WHERE {self._here(number)}"
            )
            return
        lines = sql.name(f"lines_{self.number}_{number}")
        self.engine.run(f"CREATE TABLE {lines} AS {made.lines()}", watch)
        broken = self._broken_groups(made, lines)
        whole = f"(SELECT * FROM {lines} WHERE own_id NOT IN {broken})"
        self.engine.run(f"{insert} FROM ({made.events_of_groups(whole)})", watch)
        self.engine.run(
            f"INSERT INTO members SELECT {self.number}, {number}, own_id, ordinal FROM {lines} WHERE own_id IS NOT NULL"
        )
        self._refuse(part.name, made.problems, f"SELECT ordinal, problem FROM {lines}")
        self.engine.run(
            f"INSERT INTO refusals SELECT {self.number}, {sql.literal(part.name)}, ordinal, 'incomplete-group', "
            f"{sql.literal(', '.join(part.group_by))}, NULL FROM {lines} WHERE problem IS NULL AND own_id IN {broken}"
        )
        self._refuse(
            part.name,
            made.group_problems,
            f"SELECT m.ordinal, s.problem FROM staged s JOIN members m USING (file, part, event_id) "
            f"WHERE {self._here(number)}",
            GROUP_PROBLEMS,
        )
        self.engine.run(f"DROP TABLE {lines}")

    def _broken_groups(self, made: EventSql, lines: str) -> str:
        """Ids of the groups that have a refused row, as a sub-query without NULL."""
        from_refused = f"SELECT {made.group_id_of_json('row')} AS id FROM {self.loaded.refused}"
        return (
            f"(SELECT id FROM (SELECT own_id AS id FROM {lines} WHERE problem IS NOT NULL UNION {from_refused}) "
            f"WHERE id IS NOT NULL)"
        )

    def _here(self, part: int) -> str:
        return f"file = {self.number} AND part = {part}"

    # -- what is refused, what is left out ---------------------------------------------------------------------------

    def _stage_side(
        self, table: str, number: int, name: str, select: str, problems: list[Problem], watch: Watch | None
    ) -> None:
        self.engine.run(
            f"INSERT INTO {table} BY NAME SELECT {self.number} AS file, {number} AS part, * FROM ({select})",
            watch,
        )
        self._refuse(name, problems, f"SELECT ordinal, problem FROM {table} WHERE {self._here(number)}")

    def _refuse(self, part: str, problems: list[Problem], rows: str, start: int = 1) -> None:
        """Note the rows of ``rows`` (ordinal, problem) that have one of these problems."""
        end = start + len(problems)
        found = self.engine.all(
            f"SELECT DISTINCT problem FROM ({rows}) WHERE problem >= {start} AND problem < {end} ORDER BY 1"
        )
        for (number,) in found:
            problem = problems[number - start]
            self.engine.run(
                f"INSERT INTO refusals SELECT {self.number}, {sql.literal(part)}, o, {sql.literal(problem.code)}, "
                f"{sql.literal(problem.field or None)}, left(v, {_SHOWN_CHARACTERS}) "
                f"FROM (SELECT {sql.name(ORDINAL)} AS o, CAST({problem.value} AS VARCHAR) AS v "
                f"FROM {self.table.relation}) "
                f"WHERE o IN (SELECT ordinal FROM ({rows}) WHERE problem = {number})"
            )

    def _count_left_out(self) -> None:
        seen = "false"
        for ignored in self.mapping.ignore:
            test = express.rows(ignored.rows, self.table)
            self._left_out(ignored.reason, f"({test}) AND NOT ({seen})")
            seen = f"{seen} OR ({test})"
        parts = self.mapping.parts
        if all(part.rows is not None for part in parts):
            taken = sql.either(express.rows(part.rows, self.table) for part in parts)
            self._left_out(UNTAKEN, f"NOT ({taken}) AND {self.wanted}")

    def _left_out(self, reason: str, test: str) -> None:
        self.engine.run(
            f"INSERT INTO left_out SELECT {self.number}, {sql.literal(reason)}, count(*) "
            f"FROM {self.table.relation} WHERE {test}"
        )
