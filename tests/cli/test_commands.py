"""The commands, as somebody at a terminal uses them."""

from __future__ import annotations

import csv
import io
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

import pyflare
from pyflare.cli import console
from pyflare.cli.app import app
from pyflare.server.api import share_document
from tests.store.records import end, open_journal, start, write_journal
from tests.workspace.folders import write_folder

Run = Callable[..., Result]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "store")


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command over the folder of the tests, on a terminal of 100 columns."""
    monkeypatch.setenv("PYFLARE_PATH", str(root))
    monkeypatch.setenv("COLUMNS", "100")

    def invoke(*arguments: str, code: int = 0, input: str | None = None) -> Result:
        result = CliRunner().invoke(app, [*arguments], input=input)
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


def _lines(result: Result) -> list[str]:
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_help_lists_the_commands(run: Run) -> None:
    """Without a command the help is shown; every command has one of its own."""
    listed = run("--help").stdout
    for command in ("traces", "show", "tail", "query", "export", "stats", "doctor", "gc", "compact", "version"):
        assert command in listed
        assert "Usage" in run(command, "--help").stdout


def test_traces(run: Run) -> None:
    """The newest traces come one to a line, with what went wrong marked."""
    lines = _lines(run("traces"))
    assert [line.split()[3:5] for line in lines[2:7]] == [
        ["†", "answer"],
        ["✓", "answer"],
        ["✓", "answer"],
        ["✗", "answer"],
        ["✓", "answer"],
    ]
    assert lines[-1].startswith("5 rows")
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--user", "ann"], 3),
        (["--user", "ann", "--user", "bob", "--status", "error"], 1),
        (["--text", "NEEDLE"], 1),
        (["--attr", "tier=gold", "--attr", "k=3"], 1),
        (["--min-duration", "0.3"], 2),
        (["--model", "small", "--limit", "1"], 1),
        (["--limit", "0"], 5),
        (["--since", "1h"], 0),
        (["--kind", "llm", "--order-by", "duration_ns"], 4),
        (["user = ann and not model = gpt-4o"], 1),
        (["tool is missing and latency >= 0.2s", "--user", "bob"], 2),
    ],
)
def test_filters_of_traces(run: Run, options: list[str], expected: int) -> None:
    """Each filter is an option; JSON is one object to a line."""
    found = [json.loads(line) for line in run("traces", "--json", *options).stdout.splitlines()]
    assert len(found) == expected
    assert ("no traces meet this" in run("traces", *options).stdout) == (not expected)


def test_show_as_a_page(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--html writes one trace into a page, --redact hides what must not be seen in it."""
    page = f"<html>{share_document.SLOT}</script></html>"
    monkeypatch.setattr(share_document, "_template", lambda: page)
    file = tmp_path / "trace.html"
    assert f"trace {2:032x}" in run("show", f"{2:032x}", "--html", str(file), "--redact").stdout.replace("\n", "")
    data = json.loads(file.read_text().split(share_document.SLOT)[1].split("</script>")[0])
    assert (data["trace"]["trace_id"], data["redacted"], len(data["spans"])) == (f"{2:032x}", True, 3)
    run("show", f"{2:032x}", "--redact", code=2)


def test_show(run: Run) -> None:
    """One trace is shown as a tree; --full shows content, --json gives the values."""
    shown = run("show", f"{4:032x}").stdout
    assert "├─ look up  retriever" in shown
    assert run("show", f"{2:032x}", "--full").stdout.count("│ in ") == 1
    assert json.loads(run("show", f"{2:032x}", "--json").stdout)["error_count"] == 2


def test_query(run: Run) -> None:
    """SQL from an argument or from stdin; a plan is printed as it is drawn."""
    query = "SELECT model_id, count(*) AS calls FROM spans WHERE model_id IS NOT NULL GROUP BY ALL ORDER BY 1"
    lines = _lines(run("query", query))
    assert (lines[0].split(), lines[2].split()) == (["model_id", "calls"], ["gpt-4o", "2"])
    assert lines == _lines(run("query", "-", input=query))
    assert "╭─" in run("query", "EXPLAIN SELECT 1").stdout


def test_query_formats(run: Run, tmp_path: Path) -> None:
    """Results are written in the format asked for, or the one that the file's name says."""
    query = (
        "SELECT 1 AS a, TIMESTAMP '2026-05-01 12:00' AS t, ['x', 'y'] AS l, NULL AS n, true AS b, 'é\"' AS s ORDER BY a"
    )
    row = {"a": 1, "t": "2026-05-01T12:00:00Z", "l": ["x", "y"], "n": None, "b": True, "s": 'é"'}
    assert json.loads(run("query", query, "-f", "json").stdout) == [row]
    assert json.loads(run("query", query, "-f", "jsonl").stdout) == row
    assert [*csv.reader(io.StringIO(run("query", query, "-f", "csv").stdout))] == [
        ["a", "t", "l", "n", "b", "s"],
        ["1", "2026-05-01T12:00:00+00:00", '["x", "y"]', "", "true", 'é"'],
    ]
    for name in ("out.parquet", "out.arrow", "out.csv", "out.json", "out.jsonl"):
        run("query", query, "-o", str(tmp_path / name))
    assert pq.read_table(tmp_path / "out.parquet")["l"].to_pylist() == [["x", "y"]]
    assert pa.ipc.open_file(tmp_path / "out.arrow").read_all()["s"].to_pylist() == ['é"']
    assert json.loads((tmp_path / "out.json").read_text()) == [row]
    assert run("query", "SELECT 1 WHERE false", "-f", "json").stdout == "[]\n"


def test_export(run: Run, tmp_path: Path) -> None:
    """Rows of any table leave in any format, filtered, all of them or some columns."""
    target = tmp_path / "spans.parquet"
    assert "14 rows of spans" in run("export", "-o", str(target)).stderr
    assert pq.read_table(target).num_rows == 14
    rows = [
        json.loads(line)
        for line in run("export", "traces", "--user", "bob", "--columns", "trace_id, user_id").stdout.splitlines()
    ]
    assert [row["user_id"] for row in rows] == ["bob", "bob"]
    assert len(run("export", "--where", "kind = llm and tokens > 20").stdout.splitlines()) == 3
    assert run("export", "labels", "-f", "csv").stdout.startswith("prediction_id,timestamp,label,source\n")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_stats(run: Run, root: Path) -> None:
    """The tables are listed with their rows; JSON has the same."""
    assert _lines(run("stats"))[0] == str(root)
    values = json.loads(run("stats", "--json").stdout)
    assert {table["name"]: table["rows"] for table in values["tables"]}["spans"] == 14


def test_doctor(run: Run, root: Path) -> None:
    """Where nothing was lost the exit code is 0, where records were it is 1, and the reasons are counted."""
    assert "nothing was lost" in run("doctor").stdout
    journal = open_journal(root)
    journal.write(end(1, 999))
    journal.losses.add("disk_full", 12)
    result = run("doctor", code=1)
    assert "12 records or files were lost" in result.stdout
    assert "disk_full 12" in result.stdout
    assert json.loads(run("doctor", "--json", code=1).stdout)["dropped"] == {"disk_full": 12}
    journal.close()


def test_gc(run: Run, root: Path) -> None:
    """A dry run says what a deletion then does; several can be asked for at once."""
    assert "would delete" in run("gc", "--delete-user", "ann", "--dry-run").stdout
    assert "would delete nothing" in run("gc", "--keep", "3650d", "--dry-run").stdout
    assert "deleted" in run("gc", "--delete-user", "ann", "--keep", "3650d").stdout
    with pyflare.open(root) as workspace:
        assert {row["user_id"] for row in workspace.traces()} == {"bob"}
    assert "2 traces" in run("gc", "--keep", "1s").stdout
    assert run("traces").stdout == "no traces yet\n"
    assert "there are no traces yet" in run("show", code=1).stderr


def test_compact(run: Run) -> None:
    """A compaction says what it moved, and the next one that there was nothing to move."""
    assert "moved" in run("compact").stdout
    assert "nothing to move" in run("compact").stdout
    assert "0 embeddings into LanceDB" in run("compact", "--vectors").stdout


def test_version(run: Run) -> None:
    """The version of PyFlare is the first line."""
    assert run("version").stdout.startswith(f"pyflare {pyflare.__version__}, schema ")
    assert run("--version").stdout == run("version").stdout


def test_the_newest_trace_is_shown_where_none_is_named(run: Run) -> None:
    """`pyflare show` alone is for somebody who has just run a program."""
    newest = json.loads(run("traces", "-n", "1", "--json").stdout)["trace_id"]
    assert run("show").stdout == run("show", newest).stdout


def test_a_folder_is_no_filter(run: Run, root: Path) -> None:
    """Whoever names a folder where a filter goes is told of the option."""
    assert f"--path {root}" in " ".join(run("traces", str(root)).stdout.split())


def test_a_terminal_is_told_what_is_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """People see that a command waits; pipes do not."""
    console.note("waiting")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    console.note("waiting for [x]")
    assert capsys.readouterr().err == "waiting for [x]\n"


def test_tail(run: Run, root: Path) -> None:
    """Spans are printed as they begin and end; --ended leaves out those that begin."""
    journal = open_journal(root)
    journal.write(start(1, 1, name="running now"))
    with _later(lambda: journal.write(end(1, 2, name="quick", kind="llm", at_ns=time.time_ns()))):
        lines = _lines(run("tail", "-n", "2"))
    assert ("▸ running now" in lines[0], "✓ quick" in lines[1], "llm" in lines[1]) == (True, True, True)
    with _later(lambda: journal.write(end(1, 3, name="next", at_ns=time.time_ns()))):
        (line,) = run("tail", "-n", "1", "--ended", "--json").stdout.splitlines()
    assert json.loads(line)["operation_name"] == "next"
    with _later(lambda: [journal.write(end(1, id, name=f"{id}", at_ns=time.time_ns())) for id in (4, 5)]):
        (line,) = run("tail", "-n", "1", "--where", "name = 5", "--json").stdout.splitlines()
    assert json.loads(line)["operation_name"] == "5"
    journal.close()


class _later:
    """Does something again and again, beside the block, until the block is done."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._repeat)

    def _repeat(self) -> None:
        while not self._done.wait(0.3):
            self._act()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query", "SELEC 1"], 'syntax error at or near "SELEC"'),
        (["query", "SELECT * FROM spnas"], 'did you mean "spans"?'),
        (["query", "DROP VIEW spans"], "expected a statement that only reads"),
        (["query", "SELECT 1", "-o", "out.txt"], "expected a file that ends in .csv"),
        (["query", "SELECT 1", "-f", "table", "-o", "out.csv"], "got table"),
        (["traces", "--status", "bad"], "status: expected ok, error, unset; got 'bad'"),
        (["traces", "--since", "yesterday"], "since: expected a datetime"),
        (["traces", "--attr", "tier"], "--attr: expected key=value"),
        (["traces", "--order-by", "-durations"], 'did you mean "duration_ns"?'),
        (["traces", "--path", "nowhere"], "expected a PyFlare folder at nowhere"),
        (["show", "zz"], "expected a trace id of 32 hex digits"),
        (["show", "ffff"], "no trace has an id that begins with ffff"),
        (["traces", "modle = x"], 'traces have no field "modle". Hint: did you mean "model"?'),
        (["export", "spnas"], 'there is no table "spnas"'),
        (["export", "out.parquet"], "a file goes after -o: -o out.parquet"),
        (["export", "labels", "--user", "ann"], 'labels has no filter "user"'),
        (["gc"], "expected what to delete"),
        (["gc", "--keep", "a while"], "keep: expected how long"),
    ],
)
def test_errors_are_one_line(run: Run, arguments: list[str], said: str) -> None:
    """What cannot be done is said on stderr, without a traceback, and the exit code is 1."""
    result = run(*arguments, code=1)
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_failed_export_leaves_nothing(run: Run, root: Path, tmp_path: Path) -> None:
    """A file appears when it is whole: where reading fails half-way, the one that was there stays."""
    target = tmp_path / "spans.jsonl"
    target.write_text("old")
    for part in (root / "spans").glob("*.parquet"):
        data = bytearray(part.read_bytes())
        data[4:2000] = bytes(1996)
        part.write_bytes(data)
    run("export", "spans", "-o", str(target), code=1)
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spans.jsonl", "store"]


def test_markup_in_data_is_not_markup(run: Run, root: Path) -> None:
    """What spans hold is printed as it is."""
    write_journal(root, [end(77, 770, name="[bold]x[/nope]", input=b'"[red]y[/]"', kind="[z]")])
    assert "[bold]x[/nope]" in run("traces", "-n", "50").stdout
    assert "[bold]x[/nope]" in run("show", f"{77:032x}").stdout
    assert "[red]y[/]" in run("show", f"{77:032x}").stdout


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
