"""Running the bench: every peer and question in a process of its own, with a time limit; what is done is kept."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.answers import differences, shared
from bench.child import Task, as_argument
from bench.made_log import END_US, MadeLog, make
from bench.peers.known import KNOWN, Known

CSV_UP_TO: Final = 10_000_000  # 100 million rows of CSV are 10 GB: not written unless asked for
FREE_BYTES_AN_EVENT: Final = {"parcours": 160, "clickhouse": 60, "duckdb": 90, "polars": 120, "pandas": 60}
LOADS_AS_LONG: Final = 15  # a load and a refresh may take so many times the limit of a question
ARRAYS_OF: Final = "parcours"

Figures = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is to be run."""

    events: int
    peers: tuple[str, ...]
    questions: tuple[str, ...]
    runs: int
    limit_s: float
    work: Path
    again: bool = False  # do not use figures of an earlier run

    @property
    def folder(self) -> Path:
        """Where this size's log, and what the peers make of it, lies."""
        return self.work / f"{self.events}"

    @property
    def later_events(self) -> int:
        """How many new events a refresh appends."""
        return max(1, self.events // 100)


def run(plan: Plan, tell: Callable[[str], None]) -> Figures:
    """Everything, peer by peer; gives the figures as they are written to JSON."""
    begin = time.perf_counter()
    tell(f"log of {plan.events:,} events in {plan.folder}")
    with_csv = "load_csv" in plan.questions and plan.events <= CSV_UP_TO
    log = make(plan.folder / "log", plan.events, with_csv=with_csv, later=(plan.later_events,))
    facts = log.facts()
    peers: Figures = {}
    prepared_s = _compiled(plan, tell) if ARRAYS_OF in plan.peers else None
    for name in plan.peers:
        peers[name] = {}
        for question, figures in _peer(plan, KNOWN[name], log, tell):
            peers[name][question] = figures
    found: Figures = {"machine": machine(), "made": facts, "runs": plan.runs, "limit_s": plan.limit_s}
    found |= {"compiling_and_tiny_run_s": prepared_s, "peers": peers}
    if ARRAYS_OF in plan.peers and (loaded := plan.folder / "peers" / ARRAYS_OF / "shop").is_dir():
        found["floor"] = _floor(loaded)
    found["agreement"] = agreement(peers)
    found["took_s"] = time.perf_counter() - begin
    for figures in peers.values():
        for one in figures.values():
            one.pop("answer", None)
    return found


def _compiled(plan: Plan, tell: Callable[[str], None]) -> float:
    """Ask everything of a tiny log once, so that kernels are compiled and kept, as they are after a user's first day;
    gives the seconds that took."""
    small = Plan(2_000, (ARRAYS_OF,), plan.questions, 1, 600.0, plan.work)
    log = make(small.folder / "log", small.events, with_csv=False, later=(small.later_events,))
    figures = _kept(small, KNOWN[ARRAYS_OF], "everything")
    if figures is None:
        tell("compiling kernels, once")
        figures = _process(small, KNOWN[ARRAYS_OF], "everything", log, small.folder / "nothing")
        _path(small, KNOWN[ARRAYS_OF], "everything").write_text(json.dumps(figures), encoding="utf-8")
    return float(figures.get("cold_s", 0.0))


def _peer(
    plan: Plan, known: Known, log: MadeLog, tell: Callable[[str], None]
) -> Iterator[tuple[str, Figures]]:
    """The figures of one peer, question by question; loads come first, as all others need one."""
    cannot = known.peer().cannot
    if not known.installed():
        yield "load", {"failed": "not installed here; `make bench` installs it"}
        return
    loaded = plan.folder / "peers" / known.name
    for question in ("load", *(name for name in plan.questions if name != "load")):
        if question == "refresh_map" and known.name != ARRAYS_OF:
            continue  # no peer has a lifecycle map
        if question in cannot:
            yield question, {"cannot": cannot[question]}
            continue
        if question == "load_csv" and not log.csv.exists():
            yield question, {"cannot": f"no CSV is written of more than {CSV_UP_TO:,} events"}
            continue
        figures = _kept(plan, known, question)
        if figures is None:
            if shutil.disk_usage(plan.work).free < FREE_BYTES_AN_EVENT.get(known.name, 60) * plan.events:
                yield question, {"failed": "not enough room on the disk"}
                return
            figures = _process(plan, known, question, log, loaded)
            _path(plan, known, question).write_text(json.dumps(figures), encoding="utf-8")
        tell(f"{known.name:16} {question:12} {_in_short(figures)}")
        yield question, figures
        if question == "load" and "failed" in figures:
            return


def _kept(plan: Plan, known: Known, question: str) -> Figures | None:
    """The figures of an earlier run that was ended; a load counts only while what it made is there."""
    path = _path(plan, known, question)
    if plan.again or not path.is_file():
        return None
    if question == "load" and not (plan.folder / "peers" / known.name).is_dir():
        return None
    figures: Figures = json.loads(path.read_text(encoding="utf-8"))
    return figures


def _path(plan: Plan, known: Known, question: str) -> Path:
    folder = plan.folder / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{known.name}-{question}.json"


def _process(plan: Plan, known: Known, question: str, log: MadeLog, loaded: Path) -> Figures:
    """One process, over what the peer has loaded; what it writes goes into a folder that is thrown away."""
    changes = question in {"load_csv", "everything"} or question.startswith("refresh")
    if question == "load":
        shutil.rmtree(loaded, ignore_errors=True)
        loaded.mkdir(parents=True)
    later = log.later(plan.later_events)
    with copied(
        loaded if question.startswith("refresh") else _empty(plan), plan.folder / "scratch"
    ) as scratch:
        task = Task(
            peer=known.name, question=question, folder=str(scratch if changes else loaded),
            file=str(_file(log, later, question)), out=str(plan.folder / "out.json"), end_us=END_US,
            later_us=log.last_us(plan.later_events), runs=plan.runs, limit_s=plan.limit_s,
            customer=str(log.facts()["somebody"]),
        )  # fmt: skip
        figures = ended(known, task, plan.limit_s * (LOADS_AS_LONG if changes or question == "load" else 1))
    if question == "load" and "failed" in figures:
        shutil.rmtree(loaded, ignore_errors=True)
    return figures


def _file(log: MadeLog, later: Path, question: str) -> Path:
    """The file that a process loads or appends."""
    if question == "load_csv":
        return log.csv
    return later if question.startswith("refresh") else log.parquet


def _empty(plan: Plan) -> Path:
    folder = plan.folder / "nothing"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def copied(loaded: Path, place: Path) -> Iterator[Path]:
    """A copy of what a peer has loaded, to be changed and thrown away."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(loaded, place, symlinks=True)  # ClickHouse's folder holds links
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def ended(known: Known, task: Task, limit_s: float) -> Figures:
    """A process, ended with all that it started when the time is over; what it had found out by then counts."""
    out = Path(task.out)
    out.unlink(missing_ok=True)
    process = subprocess.Popen(
        [known.python(), "-m", "bench.child", as_argument(task)],
        env=known.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        told = process.communicate(timeout=limit_s)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        told = f"took longer than {limit_s:.0f} s"
    figures: Figures = json.loads(out.read_text(encoding="utf-8")) if out.is_file() else {}
    if process.returncode and not figures:
        figures["failed"] = (
            told.strip().splitlines()[-1][:300] if told.strip() else f"ended with {process.returncode}"
        )
    return figures


def _floor(shop: Path) -> Figures:
    environment = KNOWN[ARRAYS_OF].environment()
    done = subprocess.run(
        [sys.executable, "-m", "bench.floor", shop, "2"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: Figures = json.loads(done.stdout)
    return found


def agreement(peers: Figures) -> Figures:
    """By question and peer: None where it agrees with the first peer that answered, else where it does not."""
    found: Figures = {}
    for question in sorted({name for figures in peers.values() for name in figures}):
        first: Any = None
        for name, figures in peers.items():
            answer = figures.get(question, {}).get("answer")
            if answer is None:
                continue
            if first is None:
                first = answer
                continue
            theirs, mine = answer, first
            if question in KNOWN[name].peer().differs:
                mine, theirs = shared(first, answer), shared(answer, first)
            found.setdefault(question, {})[name] = differences(mine, theirs) or None
    return found


def machine() -> Figures:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def warm_s(figures: Figures) -> float | None:
    """The median of the warm runs; of what has none, such as a load, its one time."""
    if figures.get("warm_s"):
        return float(median(figures["warm_s"]))
    cold = figures.get("cold_s")
    return None if cold is None else float(cold)


def _in_short(figures: Figures) -> str:
    if "failed" in figures:
        return str(figures["failed"])
    warm, cold = warm_s(figures), figures.get("cold_s")
    parts = [] if cold is None else [f"cold {cold:.3f} s"]
    return ", ".join([*parts, f"warm {warm:.4f} s", f"peak {figures['peak_mb']:,.0f} MB"])
