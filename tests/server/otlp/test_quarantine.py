"""Refused records: kept with their reason, listed, tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import pyflare
from pyflare.cli.app import app
from pyflare.server.sinks.journal import JournalSink
from pyflare.store.compaction import compact
from pyflare.store.journal.writer import JournalWriter
from tests.server.otlp.malformed import GOOD_SPAN, JSON, TRACE_ID, logs, metrics, traces
from tests.server.otlp.receivers import http_receiver
from tests.store.records import row, write_journal

Run = Callable[..., Result]
NO_START = {"traceId": TRACE_ID, "spanId": "00000000000000ff", "name": "no start"}
RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder into which a receiver has written three good records and four that were refused."""
    journal = JournalWriter(tmp_path, service_name="receiver")
    wrong_id = GOOD_SPAN | {"traceId": "0102"}
    spans = {"resourceSpans": [{"resource": RESOURCE, "scopeSpans": [{"spans": [NO_START, GOOD_SPAN]}]}]}
    with http_receiver(JournalSink(journal)) as http:  # type: ignore[arg-type]
        for _ in range(2):  # a sender that repeats itself
            http.post("/v1/traces", json.dumps(spans).encode(), Content_Type=JSON)
        http.post("/v1/traces", traces(wrong_id, wrong_id | {"name": "other"}), Content_Type=JSON)
        http.post("/v1/metrics", metrics({"name": "m", "gauge": {"dataPoints": [{"asInt": 1}]}}), Content_Type=JSON)
        http.post("/v1/logs", logs({}), Content_Type=JSON)
    journal.close()
    return tmp_path


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PYFLARE_PATH", str(root))
    monkeypatch.setenv("COLUMNS", "160")

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["quarantine", *arguments])
        assert result.exit_code == code, result.output
        return result

    return invoke


def listed(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("list", "--json").stdout.splitlines()]


def test_list(run: Run) -> None:
    """Refused records are listed by reason with their counts; what a sender repeats counts once."""
    lines = [" ".join(line.split()) for line in run().stdout.splitlines()]
    assert lines[0] == "count signal source last an id reason"
    assert lines[1].startswith("2 traces otlp/http ")
    assert lines[1].endswith("traceId: expected 16 bytes that are not all zero, got 2 bytes")
    assert sum("startTimeUnixNano: expected nanoseconds since 1970, got 0 or none" in line for line in lines) == 1
    assert lines[-1] == "4 records; pyflare quarantine show ID shows one"


def test_show(run: Run) -> None:
    """A record is shown as it came, with the resource around it; the beginning of its id is enough."""
    (one,) = [one for one in listed(run) if "startTimeUnixNano" in one["reason"] and one["signal"] == "traces"]
    shown = run("show", one["quarantine_id"][:8]).stdout
    assert one["reason"] in shown.replace("\n", "")
    assert json.loads(shown[shown.index("{") :]) == {
        "resourceSpans": [{"resource": RESOURCE, "scopeSpans": [{"spans": [NO_START]}]}]
    }


def test_retry(run: Run, root: Path) -> None:
    """A record that is good once a field is set is stored as if it had come so, and leaves the list."""
    (one,) = [one for one in listed(run) if one["signal"] == "traces" and "startTimeUnixNano" in one["reason"]]
    again = run("retry", one["quarantine_id"], code=1).stdout
    assert again.splitlines()[-1] == "accepted 0 of 1 record"
    accepted = run("retry", one["quarantine_id"], "--set", "startTimeUnixNano=1544712660000000000", "--set", "name=set")
    assert accepted.stdout == "accepted 1 of 1 record\n"
    assert one["quarantine_id"] not in [left["quarantine_id"] for left in listed(run)]
    compact(root)
    with pyflare.open(root) as workspace:
        (span,) = workspace.spans(name="set")
        assert (span["trace_id"], span["service_name"]) == (TRACE_ID, "shop")
        resolved = workspace.sql("SELECT resolved FROM quarantine WHERE resolved IS NOT NULL").to_pylist()
    assert resolved == [{"resolved": "accepted"}]
    assert len(listed(run)) == 3


def test_retry_all(run: Run) -> None:
    """All records can be tried at once; what is refused again is said, with the reason."""
    lines = run("retry", "--all", "--set", f"traceId={TRACE_ID}", code=1).stdout.splitlines()
    assert lines[-1] == "accepted 2 of 4 records"
    assert sum("expected nanoseconds since 1970" in line for line in lines) == 2
    assert len(listed(run)) == 2


def test_discard(run: Run) -> None:
    """What is discarded is not listed any more, until it is refused once more."""
    assert run("discard", "--all").stdout == "discarded 4 records\n"
    assert run().stdout == "nothing is in quarantine\n"


def test_refused_again(run: Run, root: Path) -> None:
    """A record that comes again after it was discarded is listed again."""
    first = listed(run)[0]
    run("discard", first["quarantine_id"])
    later = {**first, "timestamp": first["unix_ns"] + 10**18, "record": json.dumps(first["record"])}
    del later["unix_ns"]
    write_journal(root, [row("quarantine", **later)])
    assert first["quarantine_id"] in [one["quarantine_id"] for one in listed(run)]


def test_what_cannot_be_retried(run: Run, root: Path) -> None:
    """Records that were not kept, or that are not OTLP, are refused again and say so."""
    rows = [
        row("quarantine", quarantine_id="f" * 32, timestamp=1, signal="traces", reason="too many"),
        row("quarantine", quarantine_id="e" * 32, timestamp=1, signal="spans", reason="no id", record="{}"),
        row("quarantine", quarantine_id="d" * 32, timestamp=1, signal="logs", reason="odd", record='{"a": 1}'),
    ]
    write_journal(root, rows)
    text = run("retry", "ffff", "eeee", "dddd", code=1).stdout
    assert "ffffffff  the record was not kept" in text
    assert "eeeeeeee  expected traces, metrics or logs, got spans" in text
    assert "dddddddd  there is no record in it" in text
    assert "dddddddd  expected one record" in run("retry", "dddd", "--set", "a=b", code=1).stdout
    assert "the record was not kept" in run("show", "ffff").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["retry"], "expected ids or --all"),
        (["discard", "ab", "--all"], "expected ids or --all"),
        (["show"], "expected an id"),
        (["show", "zzz"], "nothing in quarantine has the id 'zzz'"),
        (["retry", "--all", "--set", "x"], "expected key=value"),
    ],
)
def test_wrong_use(run: Run, arguments: list[str], words: str) -> None:
    """A command that cannot be done says what was expected."""
    assert words in run(*arguments, code=1).stderr


def test_ids_that_are_not_one(run: Run, root: Path) -> None:
    """The beginning of several ids names none of them."""
    rows = [row("quarantine", quarantine_id=f"abcd{n:028}", timestamp=1, signal="logs", reason="x") for n in range(2)]
    write_journal(root, rows)
    assert "'abcd' is the beginning of 2 ids" in run("show", "abcd", code=1).stderr
