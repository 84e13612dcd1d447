"""The end of an import: what is new is told from what is known, counted, and committed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from parcours.errors import TooManyBadRowsError
from parcours.events import settling, writing
from parcours.events import sql_text as sql
from parcours.events.engine import Engine
from parcours.events.file_run import FileRun
from parcours.events.log import Batch, EventLog
from parcours.events.problems import REASONS
from parcours.events.quarantine import Refused, refused_of
from parcours.events.report import Example, ImportReport, Progress
from parcours.events.schema import ANONYMOUS
from parcours.events.tombstones import Tombstones

_EXAMPLES = 5
_CONSEQUENCES = ("incomplete-group",)


@dataclass(frozen=True)
class Commit:
    """The staged rows of an import, on their way into the log."""

    log: EventLog
    engine: Engine
    runs: tuple[FileRun, ...]
    import_id: str
    now: datetime
    show: Callable[[Progress], None]

    def finish(self, max_bad_share: float, lock_wait_seconds: float) -> ImportReport:
        """Settle, check the share of bad rows, append, report."""
        self.show(Progress("checking", 0, self.rows))
        erased = Tombstones.read(self.log.storage)
        left_out = erased.leave_out(self.engine)
        settling.settle_within(self.engine)
        with self.log.writing(lock_wait_seconds):
            newest = Tombstones.read(self.log.storage)
            if newest != erased:  # somebody was erased while this import was under way
                left_out += newest.leave_out(self.engine)
                settling.settle_within(self.engine)
            settling.settle_against(self.log, self.engine)
            mapping = self.runs[0].mapping
            settling.refuse_conflicts(
                self.engine,
                [part.name for part in mapping.events],
                [part.name for part in mapping.observations],
            )
            settling.settle_traits(self.log, self.engine)
            found = refused_of(self.log, self.engine, self.runs)
            refused = found.without(newest)
            left_out += found.rows.num_rows - refused.rows.num_rows
            self._check_share(refused, max_bad_share)
            self.show(Progress("checking", self.rows, self.rows))
            report = self._report(refused, left_out)
            self._append(report, refused)
            return report_at(report, self.log.version)

    @property
    def rows(self) -> int:
        return sum(run.loaded.rows for run in self.runs)

    def _append(self, report: ImportReport, refused: Refused) -> None:
        quarantine = refused.to_append(self.import_id)
        if not (report.events or report.observations or report.traits or quarantine.num_rows):
            return
        self.show(Progress("writing", 0, report.events))
        events = writing.events_stream(
            self.engine,
            buckets=self.log.buckets,
            import_id=self.import_id,
            now=self.now,
            wrote=lambda done: self.show(Progress("writing", done, report.events)),
        )
        self.log.append(
            Batch(
                self.import_id,
                events,
                observations=writing.observations(self.engine, self.import_id),
                profiles=writing.profiles(self.engine, self.import_id),
                quarantine=quarantine,
                received_at=self.now,
            )
        )

    def _check_share(self, refused: Refused, max_bad_share: float) -> None:
        bad = refused.bad_rows(_CONSEQUENCES)
        if not bad or bad <= max_bad_share * self.rows:
            return
        reasons = "; ".join(
            f"{count:,} × {reason} ({REASONS[reason]})" for reason, count in refused.counts().items()
        )
        first = "; ".join(_example_words(example) for example in refused.examples(_EXAMPLES))
        raise TooManyBadRowsError(
            f"{bad:,} of {self.rows:,} rows are bad, more than {max_bad_share:.1%}, so nothing was imported. "
            f"{reasons}. First: {first}.",
            hint="Mend the mapping or the file, or allow a larger share with max_bad_share.",
        )

    def _report(self, refused: Refused, erased: int) -> ImportReport:
        landed = self.log.has(self.import_id)
        kept = f"FROM staged WHERE {writing.KEPT}{' AND false' if landed else ''}"
        key = f"coalesce(customer_id, '{ANONYMOUS}' || anonymous_id)"
        events, first, last, customers, rounded = self.engine.one(
            f"SELECT count(*), min(timestamp), max(timestamp), count(DISTINCT {key}), count_if(rounded) {kept}"
        )
        by_name = self.engine.all(f"SELECT event, count(*) {kept} GROUP BY event ORDER BY 2 DESC, 1")
        good = self._count("staged WHERE problem IS NULL")
        conflicts = self._count("dropped WHERE conflicting")
        observations = 0 if landed else self._count(f"observed WHERE {writing.KEPT_OBSERVATIONS}")
        return ImportReport(
            files=tuple(run.loaded.file for run in self.runs),
            import_id=self.import_id,
            rows=self.rows,
            events=int(events),
            duplicates=good - int(events) - conflicts,
            quarantined=refused.counts(),
            left_out=self._left_out(),
            first=first,
            last=last,
            customers=int(customers),
            events_by_name=dict(by_name),
            observations=observations,
            traits=0 if landed else self._count("new_traits"),
            rounded=int(rounded or 0),
            resolved=refused.resolved_count,
            version=self.log.version,
            erased=erased,
            examples=tuple(refused.examples(_EXAMPLES)),
        )

    def _left_out(self) -> Mapping[str, int]:
        rows = self.engine.all(
            "SELECT reason, sum(rows)::BIGINT FROM left_out GROUP BY reason HAVING sum(rows) > 0 ORDER BY 2 DESC, 1"
        )
        return dict(rows)

    def _count(self, relation: str) -> int:
        return int(self.engine.one(f"SELECT count(*) FROM {relation}")[0])


def report_at(report: ImportReport, version: int) -> ImportReport:
    """The report, with the log's version after the commit."""
    return replace(report, version=version)


def _example_words(example: Example) -> str:
    place = f"{example.file}:{example.line}" if example.line is not None else example.file
    field = f" {example.field}" if example.field else ""
    value = f" {sql.literal(example.value[:80])}" if example.value is not None else ""
    return f"{place}{field}{value} {example.reason}"
