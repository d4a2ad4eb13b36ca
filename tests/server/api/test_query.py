"""SQL over HTTP: what is answered, and that nothing gets out, writes, or stops the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pyarrow as pa
import pytest

from pyflare.server.api.schemas.query import QueryResult, SchemaResponse
from tests.server.api.serving import Served, serving
from tests.workspace.folders import write_folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(write_folder(tmp_path_factory.mktemp("store"))) as served:
        yield served
        served.app.state.served.close()


def _ask(served, sql, **options):
    return served.ask("POST", "/query", {"sql": sql, **options})


def test_rows_as_json(served):
    """Rows come as the model says, with the types of their columns."""
    answer = _ask(served, "SELECT operation_name, count(*) AS n FROM spans GROUP BY ALL ORDER BY 1", limit=2)
    result = QueryResult.model_validate_json(answer.body)
    assert [(column.name, column.type) for column in result.columns] == [("operation_name", "VARCHAR"), ("n", "BIGINT")]
    assert (len(result.rows), result.total_rows, result.truncated) == (2, 2, True)


def test_values_that_json_has_no_word_for(served):
    """Large integers, NaN, times to the nanosecond, bytes, maps and intervals have one form each."""
    columns = {
        "9007199254740993": "9007199254740993",
        "12::HUGEINT": 12,
        "1.25::DECIMAL(9,2)": 1.25,
        "'nan'::DOUBLE": "NaN",
        "'-inf'::FLOAT": "-Infinity",
        "make_timestamp_ns(1)": "1970-01-01T00:00:00.000000001",
        "TIMESTAMPTZ '2026-01-02 03:04:05+00'": "2026-01-02T03:04:05.000000Z",
        "DATE '2026-01-02'": "2026-01-02",
        "'\\x01\\x02'::BLOB": "AQI=",
        "MAP {'a': [1, NULL]}": {"a": [1, None]},
        "MAP {1: 'b'}": [[1, "b"]],
        "{'x': {'y': make_timestamp_ns(0)}}": {"x": {"y": "1970-01-01T00:00:00.000000000"}},
        "INTERVAL 3 DAY": "3 days",
        "NULL": None,
        "true": True,
        "[1, 2]::INTEGER[2]": [1, 2],
    }
    answer = _ask(served, f"SELECT {', '.join(columns)}")
    assert answer.json["rows"] == [[*columns.values()]]


def test_csv_and_arrow(served):
    """The same rows as CSV and as an Arrow stream; a header says whether there were more."""
    sql = "SELECT * FROM (VALUES (1, 'a,b', [1]), (2, NULL, NULL)) AS t(n, s, l) ORDER BY n"
    text = _ask(served, sql, format="csv")
    assert text.body.decode() == 'n,s,l\r\n1,"a,b",[1]\r\n2,,\r\n'
    stream = _ask(served, sql, format="arrow", limit=1)
    assert pa.ipc.open_stream(stream.body).read_all().to_pylist() == [{"n": 1, "s": "a,b", "l": [1]}]
    assert (text.headers["x-truncated"], stream.headers["x-truncated"]) == ("false", "true")


def test_parameters(served):
    """Values come as `?` or by name, never as SQL."""
    assert _ask(served, "SELECT ? AS a, ?::INTEGER AS b", params=["x'; --", 2]).json["rows"] == [["x'; --", 2]]
    assert _ask(served, "SELECT $a AS a", params={"a": [1, 2]}).json["rows"] == [[[1, 2]]]
    assert _ask(served, "SELECT ?", params=[1 << 70]).status == 400


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM spans", "got DELETE"),
        ("INSERT INTO spans VALUES (1)", "got INSERT"),
        ("CREATE TABLE x AS SELECT 1", "got CREATE"),
        ("DROP VIEW spans", "got DROP"),
        ("UPDATE spans SET trace_id = ''", "got UPDATE"),
        ("ATTACH 'x.db'", "got ATTACH"),
        ("COPY spans TO 'x.csv'", "got COPY"),
        ("EXPORT DATABASE 'x'", "got EXPORT"),
        ("INSTALL httpfs", "got LOAD"),
        ("LOAD httpfs", "got LOAD"),
        ("SET memory_limit = '1TB'", "got SET"),
        ("PRAGMA database_list", "got PRAGMA"),
        ("CALL pragma_version()", "got CALL"),
        ("EXPLAIN ANALYZE DELETE FROM spans", "got DELETE"),
        ("WITH x AS (SELECT 1) DELETE FROM spans", "got DELETE"),
        ("SELECT 1; SELECT 2", "expected one SQL statement, got 2"),
        ("", "expected one SQL statement, got 0"),
        ("SELECT * FROM read_csv('/etc/passwd')", "Cannot access file"),
        ("SELECT * FROM read_text('/etc/passwd')", "Cannot access file"),
        ("SELECT * FROM read_parquet('/tmp/*.parquet')", "Cannot access file"),
        ("SELECT * FROM read_parquet('http://127.0.0.1/x')", "Cannot access file"),
        ("SELECT * FROM '/etc/passwd'", "does not exist"),
        ("SELECT * FROM glob('/*')", "Cannot access file"),
        ("DESCRIBE SELECT * FROM read_csv('/etc/passwd')", "Cannot access file"),
        ("SELECT getenv('HOME')", "does not exist"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "Max expression depth"),
        ("SELECT " + "NOT " * 20000 + "true", "Max expression depth"),
        ("SELEC 1", "syntax error"),
    ],
)
def test_what_is_refused(served, sql, said):
    """Writing, files, extensions, settings, several statements and nesting without end: 400, and the reason."""
    answer = _ask(served, sql)
    assert answer.status == 400
    assert said in answer.json["error"]["message"]
    assert answer.json["error"]["code"] == "bad_query"


def test_a_mistyped_name(served):
    """The hint says what was probably meant."""
    assert _ask(served, "SELECT modle_id FROM spans").json["error"]["hint"] == 'did you mean "model_id"?'


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000000000)",
        "SELECT count(*) FROM range(100000000) a, range(100000000) b",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
    ],
)
def test_endless_queries(served, sql):
    """A query that would never end is ended by its time limit, with 504."""
    began_s = time.monotonic()
    answer = _ask(served, sql, timeout_s=1)
    assert (answer.status, answer.json["error"]["code"]) == (504, "timeout")
    assert time.monotonic() - began_s < 15
    assert _ask(served, "SELECT 1").json["rows"] == [[1]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 4000000000))",
        "SELECT len(range(1000000000))",
        "SELECT list(i) FROM range(1000000000) t(i)",
        "WITH RECURSIVE t(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
    ],
)
def test_memory(served, sql):
    """A query that wants more memory than it may have is refused, and the next one is answered."""
    answer = _ask(served, sql, timeout_s=10)
    assert (answer.status, answer.json["error"]["code"]) == (400, "out_of_memory")
    assert _ask(served, "SELECT 1").json["rows"] == [[1]]


def test_a_result_that_is_too_large(served):
    """A result of more bytes than an answer may have is refused, whatever its number of rows."""
    answer = _ask(served, "SELECT repeat('x', 100000) FROM range(2000)")
    assert answer.status == 400
    assert "67,108,864 bytes at most" in answer.json["error"]["message"]


def test_bodies_that_are_none(served):
    """What is not a query in JSON is 400, in the one shape of errors."""
    for body in ([], {"sql": 1}, {"sql": "SELECT 1", "limit": 0}, {"sql": "x" * ((1 << 20) + 1)}, {"sq": "SELECT 1"}):
        answer = served.ask("POST", "/query", body)
        assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")


def test_others_are_answered_meanwhile(served):
    """While long queries run, pages of traces are answered; one query too many is told to come again."""
    endless = "SELECT count(*) FROM range(1000000000000000)"
    statuses: list[int] = []
    runs = [threading.Thread(target=lambda: statuses.append(_ask(served, endless, timeout_s=5).status)) for _ in "ab"]
    for run in runs:
        run.start()
    time.sleep(1)
    assert served.ask("GET", "/traces").status == 200
    refused = _ask(served, "SELECT 1")
    for run in runs:
        run.join()
    assert statuses == [504, 504]
    assert (refused.status, refused.headers.get("retry-after")) in ((503, "1"), (200, None))


def test_the_tables(served):
    """Every table and view is listed with the types and the meaning of its columns."""
    tables = {
        table.name: table for table in SchemaResponse.model_validate_json(served.ask("GET", "/schema").body).tables
    }
    assert {"spans", "traces", "scores", "events", "costs"} <= tables.keys()
    columns = {column.name: column for column in tables["spans"].columns}
    assert columns["end_time"].type == "TIMESTAMP_NS"
    assert all(column.doc for column in tables["spans"].columns)
