"""What a compaction costs: CPU per span, from journal to Parquet, 200 characters in and 500 out.

The whole of it runs as a busy program would start it, in a process of its own,
imports included. The stages are taken apart in a second run, in this process.
"""

from __future__ import annotations

import importlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

import msgspec

from benchmarks.row import BenchRow
from pyflare.schema.records import SPAN_END_TAG, SPAN_START_TAG, encode_record
from pyflare.store.catalog import load_catalog
from pyflare.store.journal.writer import JournalWriter

SPANS = 200_000
QUICK_SPANS = 50_000
SPANS_PER_TRACE = 5
INPUT_CHARS = 200
OUTPUT_CHARS = 500
BAR_US = 30
KINDS = ("chain", "retriever", "reranker", "llm", "tool")
PROSE = " ".join(" ".join(topics.values()).split())


def _text(random_source: random.Random, characters: int) -> str:
    start = random_source.randrange(len(PROSE) - characters)
    return PROSE[start : start + characters]


def write_journal(root: Path, spans: int = SPANS) -> int:
    """Fill the journal of one process, as the hot path does. Returns its size in bytes."""
    source = random.Random(7)
    resource_attributes = {"service.name": "bench", "host.name": "host-1", "telemetry.sdk.language": "python"}
    writer = JournalWriter(root, service_name="bench", resource=resource_attributes)
    start_ns = time.time_ns() - spans * 1_000_000
    size_bytes = 0
    for number in range(spans // SPANS_PER_TRACE):
        trace_id, root_id = source.randbytes(16), source.randbytes(8)
        scope = {"user_id": f"user-{number % 500}", "session_id": f"s-{number // 4}", "feature_id": "chat"}
        for step, kind in enumerate(KINDS):
            span_id = source.randbytes(8) if step else root_id
            common = (trace_id, span_id, root_id if step else None, f"step_{step}", kind)
            begun_ns = start_ns + number * 5_000_000 + step * 1_000
            question = msgspec.json.encode({"question": _text(source, INPUT_CHARS)})
            answer = msgspec.json.encode(_text(source, OUTPUT_CHARS))
            fields: dict[str, Any] | None = None
            extra: tuple[Any, ...] = ()
            if kind == "llm":
                fields = {"model_id": "gpt-4o-mini", "provider": "openai", "input_tokens": source.randrange(4000)}
                extra = (None, {"temperature": 0.5, "top_k": 3, "index": f"v{number % 7}"}, None, None, 2)
            payloads = (
                (SPAN_START_TAG, *common, begun_ns, question, scope, fields),
                (SPAN_END_TAG, *common, begun_ns, question, scope, fields, source.randrange(10**9), answer, 1, *extra),
            )
            for payload in map(encode_record, payloads):
                writer.write(payload)
                size_bytes += len(payload)
    writer.close()
    return size_bytes


def whole(root: Path, spans: int) -> tuple[float, float]:
    """CPU microseconds per span and peak memory in MB of a compaction in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "pyflare.store.compactor", str(root)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s / spans * 1e6, after.ru_maxrss / 1024


STAGES = {
    "read and check frames": ("pyflare.store.compaction.gather", "read_frames"),
    "decode records": ("pyflare.store.decode.journal", "JournalDecoder.feed"),
    "columns": ("pyflare.store.decode", "tables"),
    "sort": ("pyflare.store.compaction.commit", "_sorted"),
    "summarise traces": ("pyflare.store.compaction.traces", "summarise"),
    "find earlier rows": ("pyflare.store.compaction.traces", "parts_with"),
    "write Parquet": ("pyflare.store.compaction.traces", "write_part"),
    "catalogue": ("pyflare.store.change", "Change.commit"),
}


def stages(root: Path) -> dict[str, float]:
    """CPU microseconds per span by stage, in this process, without imports."""
    import pyarrow as pa

    from pyflare.store import compaction
    from pyflare.store.compaction.merge import merge_parts

    pa.array([""])  # its first array makes pyarrow import pandas, where there is one
    spent_s = dict.fromkeys(STAGES, 0.0)
    for stage, (module, path) in STAGES.items():
        owner = importlib.import_module(module)
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        setattr(owner, name, _timed(getattr(owner, name), stage, spent_s))
    started_s = time.process_time()
    compaction.compact(root)
    whole_s = time.process_time() - started_s
    spent_s["the rest"] = whole_s - sum(spent_s.values())
    spent_s["all stages"] = whole_s
    started_s = time.process_time()
    for table in ("spans", "traces"):
        merge_parts(root, load_catalog(root).parts_of(table))
    spent_s["merging the parts, once"] = time.process_time() - started_s
    return {stage: seconds / SPANS * 1e6 for stage, seconds in spent_s.items()}


def _timed(function: Callable[..., Any], stage: str, spent_s: dict[str, float]) -> Callable[..., Any]:
    @wraps(function)
    def measured(*arguments: Any, **options: Any) -> Any:
        started_s = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            spent_s[stage] += time.process_time() - started_s

    return measured


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    spans = QUICK_SPANS if quick else SPANS
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        journal_bytes = write_journal(root, spans)
        per_span_us, memory_mb = whole(root, spans)
        part_bytes = sum(part.size_bytes for part in load_catalog(root).all_parts())
    return [
        BenchRow(
            what="compaction, CPU per span",
            bar=f"at most {BAR_US} µs",
            measured=f"{per_span_us:.1f} µs",
            ok=per_span_us <= BAR_US,
            beside=f"{spans:,} spans, {journal_bytes / spans:.0f} bytes each in the journal, "
            f"{part_bytes / spans:.0f} in parts; {memory_mb:.0f} MB at most",
        )
    ]


def main() -> None:
    """Print the whole and the stages."""
    for row in rows():
        print(f"{row.what}: {row.measured} ({row.bar}); {row.beside}")
    folder = tempfile.mkdtemp()
    try:
        write_journal(Path(folder) / "store")
        for stage, spent_us in stages(Path(folder) / "store").items():
            print(f"  {stage:26} {spent_us:6.2f} µs")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
