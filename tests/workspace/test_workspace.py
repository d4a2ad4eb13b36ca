"""Reading a folder with filters."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import pyflare
from pyflare.errors import DataError, NotFoundError, QueryError, SchemaVersionError, StoreNotFoundError
from pyflare.store.compaction import compact
from pyflare.store.filters import FILTERS
from pyflare.workspace import Workspace
from pyflare.workspace.filters import PredictionFilters, ScoreFilters, SpanFilters, TraceFilters
from tests.store.records import T0_NS, end, open_journal, start, write_journal
from tests.workspace.folders import LARGE, write_folder

T0 = datetime.fromtimestamp(T0_NS // 10**9, UTC)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def workspace(root: Path) -> Any:
    with pyflare.open(root) as opened:
        yield opened


def _numbers(rows: Any) -> list[int]:
    """The traces' numbers, in the order of the rows."""
    return [int(row["trace_id"], 16) for row in rows]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"limit": 2}, [5, 4]),
        ({"limit": None}, [5, 4, 3, 2, 1]),
        ({"limit": 0}, []),
        ({"order_by": "start_time", "limit": 3}, [1, 2, 3]),
        ({"order_by": "-duration_ns", "limit": 3}, [4, 3, 2]),
        ({"order_by": "duration_ns"}, [1, 2, 3, 4, 5]),
        ({"user": "ann"}, [5, 3, 1]),
        ({"user": ["ann", "bob"], "status": "error"}, [2]),
        ({"session": "session-0"}, [4, 2]),
        ({"model": "gpt-4o"}, [3, 1]),
        ({"model": ("gpt-4o", "small")}, [4, 3, 2, 1]),
        ({"state": "died"}, [5]),
        ({"state": ["ended"], "status": ["ok"]}, [4, 3, 1]),
        ({"tag": "beta"}, [3, 1]),
        ({"name": "answer", "service": "bot"}, [5, 4, 3, 2, 1]),
        ({"name": "generate"}, []),
        ({"kind": "retriever"}, [4, 3, 2, 1]),
        ({"min_duration_s": 0.3}, [4, 3]),
        ({"max_duration_s": 0.3}, [3, 2, 1]),
        ({"min_cost_usd": 0.002}, [4, 3, 2]),
        ({"attributes": {"tier": "gold"}}, [4, 3]),
        ({"attributes": {"k": 2}}, [2]),
        ({"attributes": {"k": 2.0, "tier": "free"}}, [2]),
        ({"attributes": {"exact": True}}, [3]),
        ({"text": "HELLO"}, [4, 3, 1]),
        ({"text": "ünïcode “QUOTES” and \\ slash"}, [2]),
        ({"text": "Needle"}, [4]),
        ({"text": "nowhere"}, []),
        ({"input_text": "hello"}, [4, 3, 1]),
        ({"input_text": "done"}, []),
        ({"output_text": "DONE", "input_text": "needle"}, [4]),
        ({"output_text": "needle"}, []),
        ({"since": T0 + timedelta(seconds=3)}, [5, 4, 3]),
        ({"until": T0 + timedelta(seconds=3)}, [2, 1]),
        ({"since": T0.isoformat(), "until": T0 + timedelta(seconds=2)}, [1]),
        ({"since": "1h"}, []),
        ({"trace_id": f"{3:032x}"}, [3]),
        ({"project": "shop", "environment": "production"}, []),
        ({"feature": None, "text": None}, [5, 4, 3, 2, 1]),
    ],
)
def test_traces(workspace: Workspace, filters: dict[str, Any], expected: list[int]) -> None:
    """Filters find traces in parts and in journals alike."""
    assert _numbers(workspace.traces(**filters)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "llm"}, ["generate"] * 4),
        ({"provider": "openai", "model": "small"}, ["generate"] * 2),
        ({"status": "error"}, ["generate", "answer"]),
        ({"state": "died"}, ["answer"]),
        ({"attributes": {"tier": "gold"}}, ["look up"] * 2),
        ({"attributes": {"tier": None}, "user": "bob"}, ["generate", "answer", "generate", "answer"]),
        ({"text": "needle"}, ["attach"]),
        ({"span_id": f"{21:016x}"}, ["look up"]),
        ({"order_by": "-total_tokens", "limit": 1}, ["generate"]),
        ({"min_duration_s": 0.25}, ["attach", "answer", "answer"]),
    ],
)
def test_spans(workspace: Workspace, filters: dict[str, Any], expected: list[str]) -> None:
    """Filters of spans are about the span itself."""
    assert [row["operation_name"] for row in workspace.spans(**filters)] == expected


def test_columns_of_spans(workspace: Workspace) -> None:
    """Only the columns asked for are read; derived ones may be among them."""
    rows = workspace.spans(kind="llm", columns=["span_id", "end_time", "total_tokens"], limit=1)
    assert rows[0] == {
        "span_id": f"{42:016x}",
        "end_time": T0 + timedelta(seconds=4, milliseconds=85),
        "total_tokens": 44,
    }
    with pytest.raises(QueryError, match=r'did you mean "span_id"\?'):
        workspace.spans(columns=["spanid"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["p2", "p1"]),
        ({"labelled": True}, ["p1"]),
        ({"labelled": False}, ["p2"]),
        ({"model": "fraud"}, ["p1"]),
        ({"features": {"country": "NL", "n": 2}}, ["p2"]),
        ({"user": "ann", "since": T0, "until": T0 + timedelta(seconds=1)}, ["p1"]),
    ],
)
def test_predictions(workspace: Workspace, filters: dict[str, Any], expected: list[str]) -> None:
    """Predictions come with the latest label, wherever it was written."""
    rows = workspace.predictions(**filters)
    assert [row["prediction_id"] for row in rows] == expected
    assert {row["prediction_id"]: row["label"] for row in workspace.predictions()} == {"p1": '"fraud"', "p2": None}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["b", "a"]),
        ({"min_value": 0.5}, ["a"]),
        ({"max_value": 0.5, "name": "helpful"}, ["b"]),
        ({"min_value": 0.5, "max_value": 1.0}, ["a"]),
        ({"source": "user"}, ["a"]),
    ],
)
def test_scores(workspace: Workspace, filters: dict[str, Any], expected: list[str]) -> None:
    """Scores are found by what was judged, how and by whom."""
    assert [row["score_id"] for row in workspace.scores(**filters)] == expected


def test_a_trace_is_found_by_its_beginning(workspace: Workspace) -> None:
    """An id may be cut short as long as it says which trace is meant."""
    assert workspace.trace(f"{4:032X}").spans[0]["user_id"] == "bob"
    assert len(workspace.trace(f"{4:032x}")) == 4
    with pytest.raises(NotFoundError, match=r"several traces .* Give more digits"):
        workspace.trace("0000")
    with pytest.raises(NotFoundError, match=r"no trace has an id that begins with ffff"):
        workspace.trace("ffff")
    with pytest.raises(NotFoundError, match=r"expected a trace id of 32 hex digits, or its beginning; got 'x'"):
        workspace.trace("x")


def test_a_span_outside_of_its_traces_time_is_found(tmp_path: Path) -> None:
    """A span that still runs, and began after all others had ended, is in its trace."""
    journal = open_journal(tmp_path)
    journal.write(end(1, 1, duration_ns=10))
    journal.write(start(1, 2, parent=1, at_ns=T0_NS + 10**10))
    with pyflare.open(tmp_path) as opened:
        assert [span.state for span in opened.trace("00")] == ["ended", "running"]
    journal.close()


def test_payloads(workspace: Workspace) -> None:
    """Content too large for its span is given back whole."""
    assert "needle" in workspace.payload(LARGE)
    with pytest.raises(NotFoundError, match="input_ref"):
        workspace.payload("nothing")


def test_stream(workspace: Workspace) -> None:
    """All rows of any table come piece by piece."""
    with workspace.stream("spans", columns=["span_id"], user="ann") as reader:
        assert sum(batch.num_rows for batch in reader) == 7
    with workspace.stream("labels", since=T0) as reader:
        assert reader.read_all()["label"].to_pylist() == ['"fraud"']
    with pytest.raises(QueryError, match=r'did you mean "spans"\?'):
        workspace.stream("span")
    with pytest.raises(QueryError, match="labels has no filter"):
        workspace.stream("labels", user="ann")


@pytest.mark.parametrize(
    ("table", "types"),
    [
        ("traces", TraceFilters),
        ("spans", SpanFilters),
        ("predictions", PredictionFilters),
        ("scores", ScoreFilters),
    ],
)
def test_filters_are_typed(table: str, types: Any) -> None:
    """What a type checker knows of filters is what there is."""
    assert set(types.__annotations__) == set(FILTERS[table])


def test_wrong_filters(workspace: Workspace) -> None:
    """A filter, order, limit or time that cannot be is an error."""
    for wrong in ({"modelx": "x"}, {"order_by": "-nothing"}, {"limit": -1}, {"limit": True}):
        with pytest.raises(QueryError):
            workspace.traces(**wrong)  # type: ignore[arg-type]
    with pytest.raises(DataError):
        workspace.traces(since=1_790_000_000)  # type: ignore[arg-type]


def test_no_folder(tmp_path: Path) -> None:
    """Where there is no folder the error says where it was looked for and who makes one."""
    with pytest.raises(StoreNotFoundError, match=r"expected a PyFlare folder at .*nothing.*pyflare\.init"):
        pyflare.open(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_newer_folder(tmp_path: Path) -> None:
    """A folder of a newer PyFlare is refused, not misread."""
    (tmp_path / "pyflare.json").write_text(json.dumps({"schema_version": 99}))
    with pytest.raises(SchemaVersionError, match="Upgrade PyFlare"):
        pyflare.open(tmp_path)


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """A folder that may only be read can be read."""
    root = write_folder(tmp_path / "store")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    with pyflare.open(root) as opened:
        opened.traces(text="hello")
        opened.sql("SELECT * FROM spans")
        opened.stats()
        opened.doctor()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_without_the_extra(tmp_path: Path) -> None:
    """Without DuckDB the error names the extra to install."""
    program = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'duckdb' else real(name, *a)\n"
        "import pyflare\n"
        "try: pyflare.open('x')\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (
        done.stdout.strip() == 'Reading a folder needs the extra "local". Install it with: pip install "pyflare[local]"'
    )


def test_the_newest_are_the_newest(tmp_path: Path) -> None:
    """However parts overlap in time, and whatever is live, the newest rows are those that SQL finds."""
    source = random.Random(5)
    numbers = iter(range(1, 1000))
    for size in (1, 7, 3, 12, 2, 5):
        moments = [T0_NS + source.randrange(1000) * 1_000_000 for _ in range(size)]
        write_journal(
            tmp_path, [end(number, number, at_ns=at_ns) for at_ns, number in zip(moments, numbers, strict=False)]
        )
        compact(tmp_path, merge=False)
    journal = open_journal(tmp_path)
    journal.write(end(3, 500, parent=3, at_ns=T0_NS + 2_000_000_000))
    with pyflare.open(tmp_path, compact=False) as opened:
        assert len(list((tmp_path / "traces").glob("*.parquet"))) == 6
        for table in ("traces", "spans"):
            ordered = opened.sql(f"SELECT start_time FROM {table} ORDER BY start_time DESC")["start_time"].to_pylist()
            for limit in range(len(ordered) + 2):
                found = opened.traces(limit=limit) if table == "traces" else opened.spans(limit=limit)
                assert found.arrow["start_time"].to_pylist() == ordered[:limit]
    journal.close()


def test_what_is_written_is_read_at_once(tmp_path: Path) -> None:
    """A trace that has ended is in the next answer, and that answer comes within a second."""
    journal = open_journal(tmp_path)
    journal.write(end(1, 1))
    took_s = []
    with pyflare.open(tmp_path) as opened:
        for number in range(2, 40):
            journal.write(end(number, number))
            started_s = time.monotonic()
            assert len(opened.traces()) == number
            took_s.append(time.monotonic() - started_s)
    journal.close()
    assert statistics.median(took_s) < 1  # one alone may be held up by whatever else the machine does
