"""SQL over folders: what it sees, what it refuses, what it says."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pyflare.errors import CorruptError, QueryError
from pyflare.schema.sql import VIEW_NAMES
from pyflare.store import decode
from pyflare.store.compaction import compact
from pyflare.store.engine import Engine
from pyflare.store.snapshot import Snapshot
from tests.store.records import SECOND_NS, T0_NS, end, next_generation, open_journal, row, start, write_journal


@contextmanager
def _engine(root: Path) -> Iterator[Engine]:
    engine = Engine(root)
    try:
        yield engine
    finally:
        engine.close()


def _ask(engine: Engine, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in engine.query(query, parameters).to_pylist()]


def _fill(root: Path) -> None:
    """A folder with a part, and one with a journal."""
    write_journal(root, [end(1, 1, name="old", duration_ns=5), end(1, 2, parent=1, name="old child")])
    compact(root)
    write_journal(root, [end(2, 3, name="new", at_ns=T0_NS + SECOND_NS), start(2, 4, parent=3, name="open")])


def test_parts_and_journals_are_one_table(tmp_path: Path) -> None:
    """A query does not see where a row lies."""
    _fill(tmp_path)
    with _engine(tmp_path) as engine:
        found = _ask(engine, "SELECT operation_name, state FROM spans ORDER BY span_id")
    assert found == [("old", "ended"), ("old child", "ended"), ("new", "ended"), ("open", "died")]


def test_every_table_is_there_when_it_is_empty(tmp_path: Path) -> None:
    """Each table and view can be queried before anything is written to it."""
    write_journal(tmp_path, [end(1, 1)])
    with _engine(tmp_path) as engine:
        for name in VIEW_NAMES:
            assert engine.query(f"SELECT * FROM {name} LIMIT 1").num_rows == (name in {"spans", "traces"})


def test_parameters(tmp_path: Path) -> None:
    """Values go to question marks in order, and to names."""
    _fill(tmp_path)
    with _engine(tmp_path) as engine:
        assert _ask(engine, "SELECT count(*) FROM spans WHERE operation_name = ?", ["old"]) == [(1,)]
        assert _ask(engine, "SELECT count(*) FROM spans WHERE operation_name = $name", {"name": "new"}) == [(1,)]
        with pytest.raises(QueryError, match=r"(?i)parameter"):
            engine.query("SELECT count(*) FROM spans WHERE operation_name = ?")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "FROM spans",
        "TABLE spans",
        "VALUES (1)",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "DESCRIBE spans",
        "SHOW TABLES",
        "SUMMARIZE traces",
        "EXPLAIN SELECT * FROM spans",
        "EXPLAIN ANALYZE SELECT * FROM spans",
        "/* why */ EXPLAIN (ANALYZE, FORMAT json) SELECT 1",
        "PIVOT spans ON status_code IN ('ok', 'error') USING count(*)",
        "SELECT 1;",
        "-- a remark\nSELECT 1",
    ],
)
def test_what_reads_is_run(tmp_path: Path, query: str) -> None:
    """Every way to ask is let through."""
    _fill(tmp_path)
    with _engine(tmp_path) as engine:
        assert engine.query(query).num_columns > 0


MALICIOUS = [
    "DELETE FROM spans",
    "INSERT INTO spans SELECT * FROM spans",
    "UPDATE spans SET state = 'x'",
    "DROP VIEW spans",
    "CREATE TABLE mine (a INT)",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "CREATE OR REPLACE TEMP VIEW spans AS SELECT 1",
    "CREATE MACRO now() AS 1",
    "ALTER VIEW spans RENAME TO gone",
    "COPY spans TO '{root}/copy.parquet'",
    "COPY (SELECT 1) TO '{outside}/copy.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{root}/copy.csv'",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{root}/copy.csv'",
    "explain/**/analyze/**/copy (select 1) to '{root}/copy.csv'",
    "EXPORT DATABASE '{root}/export'",
    "IMPORT DATABASE '{outside}'",
    "ATTACH '{outside}/other.duckdb'",
    "ATTACH '{root}/other.duckdb'",
    "DETACH memory",
    "USE temp",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET GLOBAL lock_configuration = false",
    "RESET enable_external_access",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "SET VARIABLE a = 1",
    "SELECT 1; DROP VIEW spans",
    "SELECT 1; SELECT 2",
    "",
    "-- only a remark",
    "SELECT * FROM read_csv('{outside}/secret.csv')",
    "SELECT * FROM '{outside}/secret.csv'",
    "SELECT * FROM read_text('{outside}/secret.csv')",
    "SELECT * FROM read_blob('{root}/../{outside_name}/secret.csv')",
    "SELECT * FROM read_text('{root}-other/secret.csv')",
    "SELECT * FROM glob('{outside}/*')",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{root}/copy.csv''')",
    "SELECT * FROM enable_logging(storage := 'file', storage_path := '{root}')",
    "SELECT * FROM enable_profiling(save_location := '{root}/profile.json')",
    "SELECT getenv('HOME')",
    "SELECT * FROM secret_of_this_test",
    "WITH x AS (INSERT INTO spans SELECT * FROM spans RETURNING *) SELECT * FROM x",
    "WITH x AS (DELETE FROM _live_spans RETURNING *) SELECT * FROM x",
]


@pytest.mark.parametrize("query", MALICIOUS)
def test_nothing_else_is_run(tmp_path: Path, query: str) -> None:
    """Whatever writes, loads, configures or reads other files is refused, and leaves no trace."""
    root, outside, beside = tmp_path / "store", tmp_path / "outside", tmp_path / "store-other"
    for folder in (outside, beside):
        folder.mkdir()
        (folder / "secret.csv").write_text("secret\n42\n")
    _fill(root)
    secret_of_this_test = [1, 2, 3]
    before = _files(tmp_path)
    with _engine(root) as engine:
        with pytest.raises((QueryError, CorruptError)):
            engine.query(query.format(root=root, outside=outside, outside_name=outside.name))
        assert _files(tmp_path) == before
        assert _ask(engine, "SELECT count(*) FROM spans") == [(4,)]
    assert secret_of_this_test == [1, 2, 3]


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT start_tme FROM spans", 'did you mean "start_time"?'),
        ("SELECT s.modelid FROM spans s", 'did you mean "model_id"?'),
        ("SELECT * FROM span", 'did you mean "spans"?'),
        ("SELECT * FROM quux", "the tables are alerts, contents"),
        ("SELECT * FROM spans WHERE start_time > now() - INTERVAL 1 HOUR", "write now()::TIMESTAMP"),
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("DELETE FROM spans", "Workspace.delete()"),
        ("SELECT 1; SELECT 2", "one by one"),
        ("PIVOT spans ON state USING count(*)", "PIVOT … ON column IN"),
        ("SELECT * FROM read_csv('/etc/hosts')", "the folder's tables only"),
    ],
)
def test_errors_say_what_to_change(tmp_path: Path, query: str, said: str) -> None:
    """An error carries DuckDB's words and a hint, and no trace of how it is made."""
    _fill(tmp_path)
    with _engine(tmp_path) as engine, pytest.raises(QueryError) as caught:
        engine.query(query)
    assert said in str(caught.value)
    assert "sqlite_master" not in str(caught.value)


def test_recent_times_can_be_asked_for(tmp_path: Path) -> None:
    """The hint about times leads to a query that works, whatever the zone of the machine."""
    write_journal(tmp_path, [end(1, 1, at_ns=time.time_ns())])
    with _engine(tmp_path) as engine:
        recent = "SELECT count(*) FROM spans WHERE start_time > now()::TIMESTAMP - INTERVAL 1 HOUR"
        assert _ask(engine, recent) == [(1,)]
        assert _ask(engine, "SELECT current_setting('TimeZone')") == [("UTC",)]


def test_a_trace_has_one_row_wherever_its_spans_lie(tmp_path: Path) -> None:
    """A trace with spans in parts and in journals is summarised over all of them."""
    journal = open_journal(tmp_path)
    journal.write(start(1, 1, name="root"))
    for number in range(2, 5):
        journal.write(end(1, number, parent=1, at_ns=T0_NS + number, duration_ns=10))
    journal.write(end(2, 9, name="other"))
    next_generation(journal)
    compact(tmp_path)
    journal.write(end(1, 5, parent=1, at_ns=T0_NS + SECOND_NS, duration_ns=10, status=2))
    with _engine(tmp_path) as engine:
        summary = "SELECT operation_name, state, span_count, error_count FROM traces ORDER BY trace_id"
        assert _ask(engine, summary) == [("root", "running", 5, 1), ("other", "ended", 1, 0)]
        journal.write(end(1, 1, name="root", duration_ns=3 * SECOND_NS))
        assert _ask(engine, summary) == [("root", "ended", 5, 1), ("other", "ended", 1, 0)]
        assert _ask(engine, "SELECT duration_ns FROM traces WHERE span_count = 5") == [(3 * SECOND_NS,)]
        journal.close()
        compact(tmp_path)
        assert _ask(engine, summary) == [("root", "ended", 5, 1), ("other", "ended", 1, 0)]


def test_the_latest_label_is_joined(tmp_path: Path) -> None:
    """A label that comes later, from another process, is that of the prediction."""
    prediction = row("predictions", prediction_id="p", timestamp=T0_NS, model_id="fraud", prediction='"ok"')
    write_journal(tmp_path, [prediction])
    compact(tmp_path)
    for moment, label in ((1, '"bad"'), (2, '"ok"')):
        write_journal(tmp_path, [row("labels", prediction_id="p", timestamp=T0_NS + moment, label=label)])
    with _engine(tmp_path) as engine:
        assert _ask(engine, "SELECT label FROM predictions") == [('"ok"',)]


def test_a_part_that_vanishes_is_found_again(tmp_path: Path) -> None:
    """When a compaction deletes parts between the look at the catalogue and the query, the query runs again."""
    for number in range(12):
        write_journal(tmp_path, [end(number, number)])
        compact(tmp_path, merge=False)
    attempts = 0

    def count(snapshot: Snapshot, _: object) -> tuple[str, None]:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            for part in snapshot.catalog.parts_of("spans"):
                assert part.path(tmp_path).exists()
            assert compact(tmp_path).merged_parts
        return "SELECT count(*) AS count FROM spans", None

    with _engine(tmp_path) as engine:
        assert engine.run(count, traces=False)["count"].to_pylist() == [12]
    assert attempts == 2


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    """A part that the catalogue names and nobody deleted is an error that says so."""
    _fill(tmp_path)
    for path in (tmp_path / "spans").glob("*.parquet"):
        path.unlink()
    with _engine(tmp_path) as engine, pytest.raises(CorruptError, match=r"pyflare doctor"):
        engine.query("SELECT count(*) FROM spans")


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    """A part whose bytes are not what was written is an error, not a wrong answer."""
    _fill(tmp_path)
    for path in (tmp_path / "spans").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-30] + bytes(30))
    with _engine(tmp_path) as engine, pytest.raises((CorruptError, QueryError)):
        engine.query("SELECT max(input) FROM spans")


def test_a_path_may_have_quotes(tmp_path: Path) -> None:
    """A folder's name is never read as SQL."""
    root = tmp_path / 'it\'s; a "folder"'
    _fill(root)
    with _engine(root) as engine:
        assert _ask(engine, "SELECT count(*) FROM spans") == [(4,)]


def test_threads_share_an_engine(tmp_path: Path) -> None:
    """Queries of many threads, while the folder changes, each see whole snapshots."""
    _fill(tmp_path)
    journal = open_journal(tmp_path)
    with _engine(tmp_path) as engine, ThreadPoolExecutor(8) as pool:
        futures = []
        for number in range(100, 160):
            journal.write(end(number, number))
            query = "SELECT count(*), count(DISTINCT trace_id), (SELECT count(*) FROM traces) FROM spans"
            futures.append(pool.submit(_ask, engine, query))
            if number % 20 == 0:
                compact(tmp_path)
        for future in futures:
            ((spans, distinct, traces),) = future.result()
            assert distinct == traces
            assert 4 <= spans <= 64
    journal.close()


ASK_FOR_EVER = """
import os, signal, sys, threading, time
from pathlib import Path
from pyflare.store.engine import Engine
engine = Engine(Path(sys.argv[1]))
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
started_s = time.monotonic()
try:
    engine.query("SELECT count(*) FROM range(100000000) AS a, range(100000) AS b WHERE a.range + b.range = 7")
except KeyboardInterrupt:
    print(time.monotonic() - started_s < 30, engine.query("SELECT count(*) AS count FROM spans")["count"][0])
"""


def test_ctrl_c_ends_a_query(tmp_path: Path) -> None:
    """A query that would take for ever is ended by Ctrl-C, and the next one is answered."""
    _fill(tmp_path)
    assert _spawn(ASK_FOR_EVER, tmp_path).communicate(timeout=60)[0].split() == ["True", "4"]


def test_a_look_that_is_broken_off_leaves_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C half-way through reading a journal costs that answer alone: the next has every row."""
    _fill(tmp_path)
    tables = decode.tables

    def interrupted(batches: Any) -> Any:
        monkeypatch.setattr(decode, "tables", tables)
        raise KeyboardInterrupt

    with _engine(tmp_path) as engine:
        monkeypatch.setattr(decode, "tables", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _ask(engine, "SELECT 1 FROM spans")
        assert _ask(engine, "SELECT count(*) FROM spans") == [(4,)]


WRITE_IN_ORDER = """
import sys, time
from pathlib import Path
from tests.store.records import end, open_journal
journal = open_journal(Path(sys.argv[1]), service_name=sys.argv[2])
until = time.monotonic() + float(sys.argv[3])
number = 0
while time.monotonic() < until:
    for _ in range(20):
        unique = hash(sys.argv[2]) % 2**40 << 20 | number
        journal.write(end(unique, unique, name=str(number), input=b'"' + b"x" * 400 + b'"'))
        number += 1
    time.sleep(0.001)
journal.close()
print(number)
"""
COMPACT_ALWAYS = """
import sys, time
from pathlib import Path
from pyflare.store.compaction import compact
until = time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    compact(Path(sys.argv[1]))
    time.sleep(0.02)
"""


def test_reads_a_prefix_of_every_writer_at_any_moment(tmp_path: Path) -> None:
    """While processes write and one compacts, each look shows of each writer all spans up to one, each once."""
    seconds = "4"
    writers = [_spawn(WRITE_IN_ORDER, tmp_path, f"w{number}", seconds) for number in range(3)]
    while not (tmp_path / "pyflare.json").exists():
        time.sleep(0.01)
    compactor = _spawn(COMPACT_ALWAYS, tmp_path, seconds)
    query = """
        SELECT service_name, count(*) AS spans, count(DISTINCT operation_name) AS distinct_spans,
            max(operation_name::BIGINT) + 1 AS expected
        FROM spans GROUP BY service_name"""
    seen: dict[str, int] = {}
    looks = 0
    with _engine(tmp_path) as engine:
        while any(writer.poll() is None for writer in writers):
            for service, spans, distinct, expected in _ask(engine, query):
                assert spans == distinct == expected >= seen.get(service, 0)
                seen[service] = spans
            looks += 1
        compactor.communicate()
        written = {f"w{number}": int(writer.communicate()[0]) for number, writer in enumerate(writers)}
        assert {service: spans for service, spans, _, _ in _ask(engine, query)} == written
    assert looks > 5


def _spawn(program: str, root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, str(root), *arguments], stdout=subprocess.PIPE, text=True)


def test_a_broken_table_leaves_the_others(tmp_path: Path) -> None:
    """A part that cannot be read breaks the queries of its table only, until it is back."""
    _fill(tmp_path)
    (part,) = (tmp_path / "traces").glob("*.parquet")
    whole = part.read_bytes()
    part.write_bytes(b"not a part")
    with _engine(tmp_path) as engine:
        assert _ask(engine, "SELECT count(*) FROM spans") == [(4,)]
        with pytest.raises(CorruptError, match=part.name):
            engine.query("SELECT count(*) FROM traces")
        with pytest.raises(QueryError, match="no_such_function"):
            engine.query("SELECT no_such_function(1) FROM spans")
    part.write_bytes(whole)
    with _engine(tmp_path) as engine:
        assert _ask(engine, "SELECT count(*) FROM traces") == [(2,)]
