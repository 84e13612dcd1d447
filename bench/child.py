"""One process of the bench: one peer, one question, several runs; what it took goes into a file as it is known.

    python -m bench.child '{"peer": "duckdb", "question": "funnel", …}'

The task is a ``Task`` as JSON. Each process begins cold: the peer's files are dropped from the page cache first."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.peers.contract import Peer
from bench.peers.known import KNOWN
from bench.questions import LOADS, NAMES, REFRESHED, Answer, until_us

BEGIN = time.perf_counter()
WEEKS_EARLIER = 30 * 24  # so many hours: far enough that something is cut off any log


@dataclass(frozen=True)
class Task:
    """What a process is to do."""

    peer: str
    question: str
    folder: str  # of what the peer has loaded; for a load and a refresh, where to write
    file: str  # that is loaded or appended
    out: str
    end_us: int  # of the log
    later_us: int  # of the log with what is appended
    runs: int
    limit_s: float
    customer: str


def main() -> None:
    """Do the task given as the only argument."""
    task = Task(**json.loads(sys.argv[1]))
    peer = KNOWN[task.peer].peer()(Path(task.folder))
    figures: dict[str, Any] = {"settings": peer.settings()}
    if task.question in LOADS:
        figures |= _timed("cold", lambda: peer.load(Path(task.file)))
    elif task.question == "everything":
        figures |= _everything(peer, task)
    elif task.question in {"refresh", "refresh_map"}:
        figures |= _refresh(peer, task)
    else:
        figures |= _asked(peer, task)
    _write(task, figures)
    os._exit(0)  # chdb's threads do not always end by themselves


def _everything(peer: Peer, task: Task) -> dict[str, Any]:
    """Load, and ask each question of a part of the log and of all of it, in one process: for tests, and to have kernels
    compiled, which are others for arrays that were cut."""
    peer.load(Path(task.file))
    peer.open()
    names = [name for name in NAMES if name not in {*LOADS, "refresh", *peer.cannot}]
    names += ["map"] if hasattr(peer, "map") else []
    answers = {}
    for run in (WEEKS_EARLIER, 0):
        answers = {name: _ask(peer, name, until_us(task.end_us, run), task.customer) for name in names}
    return {"cold_s": time.perf_counter() - BEGIN, "peak_mb": peak_mb(), "answer": answers}


def _asked(peer: Peer, task: Task) -> dict[str, Any]:
    """The first answer of a process, its imports and opening included; then more of them, up to earlier instants."""
    _drop_from_page_cache(Path(task.folder))
    peer.open()
    opened = time.perf_counter()
    answer = _ask(peer, task.question, until_us(task.end_us, 0), task.customer)
    now = time.perf_counter()
    figures = {
        "settings": peer.settings(), "open_s": opened - BEGIN, "cold_s": now - BEGIN, "answer": answer
    }  # fmt: skip
    warm: list[float] = []
    warm_cpu: list[float] = []
    _write(task, figures | {"peak_mb": peak_mb()})
    for run in range(1, task.runs + 1):
        begin, cpu = time.perf_counter(), time.process_time()
        _ask(peer, task.question, until_us(task.end_us, run), task.customer)
        warm.append(time.perf_counter() - begin)
        warm_cpu.append(time.process_time() - cpu)
        figures |= {"warm_s": warm, "warm_cpu_s": warm_cpu, "peak_mb": peak_mb()}
        _write(task, figures)
        if time.perf_counter() - BEGIN > task.limit_s / 2:
            break
    return figures


def _ask(peer: Peer, question: str, until: int, customer: str) -> Answer:
    answer: Answer = getattr(peer, question)(until, *([customer] if question == "timeline" else []))
    return answer


def _refresh(peer: Peer, task: Task) -> dict[str, Any]:
    """A warm process that has just answered; then new events, and everything answered anew."""
    questions = REFRESHED if task.question == "refresh" else ("map",)
    peer.open()
    begin = time.perf_counter()
    for name in questions:
        _ask(peer, name, until_us(task.end_us, 0), "")
    first = time.perf_counter() - begin
    if peer.keeps_answers:
        peer.forget()
    begin = time.perf_counter()
    for name in questions:
        _ask(peer, name, until_us(task.end_us, 0), "")
    full = time.perf_counter() - begin
    begin, cpu = time.perf_counter(), time.process_time()
    peer.append(Path(task.file))
    appended = time.perf_counter()
    answers = {name: _ask(peer, name, task.later_us, "") for name in questions}
    end = time.perf_counter()
    return {
        "first_s": first, "full_s": full, "append_s": appended - begin, "answers_s": end - appended,
        "warm_s": [end - begin], "warm_cpu_s": [time.process_time() - cpu], "peak_mb": peak_mb(), "answer": answers,
    }  # fmt: skip


def _timed(name: str, act: Callable[[], None]) -> dict[str, Any]:
    begin, cpu = time.perf_counter(), time.process_time()
    act()
    return {
        f"{name}_s": time.perf_counter() - begin, f"{name}_cpu_s": time.process_time() - cpu, "peak_mb": peak_mb()
    }  # fmt: skip


def peak_mb() -> float:
    """The largest resident memory of this process. ``ru_maxrss`` counts the parent's before the exec as well, so it
    stands in only where there is no /proc."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(
            line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")
        )
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _drop_from_page_cache(folder: Path) -> None:
    """So that a cold run reads from the disk, without asking for the rights that would empty everybody's cache."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def _write(task: Task, figures: dict[str, Any]) -> None:
    """Whole or not at all: the parent may end this process at any time."""
    draft = Path(f"{task.out}.draft")
    draft.write_text(json.dumps(figures), encoding="utf-8")
    draft.replace(task.out)


def as_argument(task: Task) -> str:
    """A task as the argument of a process."""
    return json.dumps(asdict(task))


if __name__ == "__main__":
    main()
