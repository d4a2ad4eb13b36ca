"""Eight processes write and three read at once, while compactions go on: is every span there, and how soon?

Each writer numbers its calls, so a reader can tell at any moment whether one is
missing. The freshness of a span is the time from its end until a query that holds
it has returned, the pauses of the reader included.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyflare
from benchmarks.row import BenchRow
from pyflare.store.catalog import load_catalog
from pyflare.store.journal.writer import prepare_folder
from pyflare.tracing import state

if TYPE_CHECKING:
    from pyflare import Workspace

WRITERS: Final = 8
READERS: Final = ("news", "calls", "traces")
SECONDS: Final = 60.0
QUICK_SECONDS: Final = 5.0
CALLS_PER_S: Final = 100
"""Of each writer."""
SPANS_PER_CALL: Final = 3
READER_PAUSE_S: Final = 0.2
LOOK_BACK_NS: Final = 10_000_000_000
READY: Final = "ready"
BAR_S: Final = 1.0
QUESTION: Final = "How do I return a parcel that was delivered to my neighbour? " * 3
ANSWER: Final = "You can start a return within thirty days. " * 12

NEW_CALLS: Final = """
    SELECT attributes['writer'] || '/' || attributes['number'] AS call, epoch_ns(end_time) AS ended_ns FROM spans
    WHERE operation_name = 'call' AND state = 'ended' AND start_time >= make_timestamp_ns($since_ns)"""
BROKEN_SEQUENCES: Final = """
    SELECT attributes['writer'] AS writer, count(*) AS seen, max(attributes['number']::BIGINT) + 1 AS written FROM spans
    WHERE operation_name = 'call' AND state = 'ended' GROUP BY ALL HAVING seen <> written"""
BROKEN_TRACES: Final = "SELECT trace_id, span_count FROM traces WHERE state = 'ended' AND span_count <> $spans"
TWICE: Final = "SELECT count(*) - count(DISTINCT trace_id || span_id) AS twice FROM spans"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcurrencyResult:
    """What became of it."""

    written: int
    """Spans whose functions returned."""
    read: int
    """Spans in the folder at the end."""
    twice: int
    faults: list[str]
    """Errors of processes, losses they counted, and snapshots that lacked a call or a span of a trace."""
    queries: int
    commits: int
    freshness_s: list[float]

    @property
    def p99_s(self) -> float:
        """The freshness that 99 of 100 spans keep."""
        return statistics.quantiles(self.freshness_s, n=100)[98]


def write(folder: str, number: int, seconds: float) -> dict[str, Any]:
    """Be a writer: call a traced function at a steady pace."""
    # One of them starts a compaction, of all journals, with every segment that it has filled.
    pyflare.init(service=f"writer-{number}", path=folder, compaction="off" if number else "auto", compact_after_bytes=1)

    @pyflare.trace(kind="llm", model="small")
    def step(question: str) -> str:
        return ANSWER

    @pyflare.trace(name="call")
    def call(question: str, calls: int) -> str:
        pyflare.update(attributes={"writer": f"w{number}", "number": calls})
        return step(question) + step(question)

    calls = 0
    started_s = time.monotonic()
    while (elapsed_s := time.monotonic() - started_s) < seconds:
        call(QUESTION, calls)
        calls += 1
        time.sleep(max(0.0, calls / CALLS_PER_S - elapsed_s))
    losses = state.runtime.losses.counts() if state.runtime is not None else {}
    return {"calls": calls, "faults": [f"writer {number} lost {losses}"] if losses else []}


def read(folder: str, role: str) -> dict[str, Any]:
    """Be a reader until standard input ends: one looks for what is new, the others for what is missing."""
    with pyflare.open(folder) as workspace:
        workspace.sql("SELECT count(*) FROM traces")
        print(READY, flush=True)
        ask = {"news": _watch, "calls": _find_missing_calls, "traces": _find_broken_traces}[role]
        return ask(workspace)


def _watch(workspace: Workspace) -> dict[str, Any]:
    """Ask for new calls all the time, and note how old each is when it comes."""
    freshness_s: list[float] = []
    seen: set[str] = set()
    queries = 0
    for _ in _until_told():
        for call, ended_ns in _new_calls(workspace, since_ns=time.time_ns() - LOOK_BACK_NS).items():
            if call not in seen:
                seen.add(call)
                freshness_s.append((time.time_ns() - ended_ns) / 1e9)
        queries += 1
    return {"freshness_s": freshness_s, "faults": [], "queries": queries}


def _new_calls(workspace: Workspace, *, since_ns: int) -> dict[str, int]:
    found = workspace.sql(NEW_CALLS, {"since_ns": since_ns})
    return dict(zip(found["call"].to_pylist(), found["ended_ns"].to_pylist(), strict=True))


def _find_missing_calls(workspace: Workspace) -> dict[str, Any]:
    return _find_faults(lambda: workspace.sql(BROKEN_SEQUENCES).to_pylist())


def _find_broken_traces(workspace: Workspace) -> dict[str, Any]:
    return _find_faults(lambda: workspace.sql(BROKEN_TRACES, {"spans": SPANS_PER_CALL}).to_pylist())


def _find_faults(ask: Callable[[], list[Any]]) -> dict[str, Any]:
    faults: list[str] = []
    queries = 0
    for _ in _until_told():
        faults += [f"in the middle of it: {row}" for row in ask()]
        queries += 1
    return {"faults": faults[:20], "queries": queries}


def _until_told() -> Iterator[None]:
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(sys.stdin.read)
        while not told.done():
            yield
            time.sleep(READER_PAUSE_S)


def measure(folder: Path, *, seconds: float) -> ConcurrencyResult:
    """Run all of them at once, and read the folder back when they are done."""
    prepare_folder(folder)
    readers = [_start("read", str(folder), role) for role in READERS]
    for reader in readers:
        assert reader.stdout is not None
        reader.stdout.readline()  # ready, or nothing where it failed: then `_result` says why
    writers = [_start("write", str(folder), str(number), str(seconds)) for number in range(WRITERS)]
    wrote = [_result(writer) for writer in writers]
    saw = [_result(reader) for reader in readers]
    return _at_the_end(folder, wrote, saw)


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "benchmarks.concurrency", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _result(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate()
    if process.returncode or errors:
        return {"faults": [f"a process ended with {process.returncode}: {errors[-2000:]}"]}
    return dict(json.loads(output))


def _at_the_end(folder: Path, wrote: list[dict[str, Any]], saw: list[dict[str, Any]]) -> ConcurrencyResult:
    with pyflare.open(folder) as workspace:
        (read_,) = workspace.sql("SELECT count(*) AS spans FROM spans WHERE state = 'ended'").to_pylist()
        (twice,) = workspace.sql(TWICE).to_pylist()
    return ConcurrencyResult(
        written=SPANS_PER_CALL * sum(writer.get("calls", 0) for writer in wrote),
        read=read_["spans"],
        twice=twice["twice"],
        faults=[fault for result in (*wrote, *saw) for fault in result["faults"]],
        queries=sum(reader.get("queries", 0) for reader in saw),
        commits=load_catalog(folder).version,
        freshness_s=[value for reader in saw for value in reader.get("freshness_s", [])],
    )


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = measure(Path(folder), seconds=seconds)
    lost = result.written - result.read
    return [
        BenchRow(
            what=f"{WRITERS} processes write and {len(READERS)} read for {seconds:.0f} s",
            bar="0 errors, 0 lost, 0 twice",
            measured=f"{len(result.faults)} errors, {lost} lost, {result.twice} twice",
            ok=not result.faults and not lost and not result.twice,
            beside=f"{result.written:,} spans, {result.queries:,} queries, {result.commits} commits",
        ),
        BenchRow(
            what="a span can be read after",
            bar=f"{BAR_S:.0f} s",
            measured=f"{result.p99_s:.2f} s (p99)",
            ok=result.p99_s <= BAR_S,
            beside=f"p50 {statistics.median(result.freshness_s):.2f} s, worst {max(result.freshness_s):.2f} s",
        ),
    ]


def main() -> None:
    """Be a writer, a reader, or the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.concurrency", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("part", nargs="*", help="what its own processes are told")
    options = parser.parse_args()
    match options.part:
        case ["write", folder, number, seconds]:
            print(json.dumps(write(folder, int(number), float(seconds))))
        case ["read", folder, role]:
            print(json.dumps(read(folder, role)))
        case _:
            for row in rows(quick=options.quick):
                print(f"{row.what}: {row.measured} ({row.bar}); {row.beside}")


if __name__ == "__main__":
    main()
