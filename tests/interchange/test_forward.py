"""Forwarding: everything goes out, each row once, whatever happens to the folder and to the process meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pyflare
from pyflare.errors import StoreError, StoreNotFoundError
from pyflare.interchange.export import export
from pyflare.interchange.forward import ForwardResult, forward
from pyflare.interchange.importing import import_files
from pyflare.store.compaction import compact
from pyflare.tracing.shipping import Destination
from tests.interchange.sink import Sink, open_sink
from tests.store.records import (
    SECOND_NS,
    T0_NS,
    end,
    next_generation,
    open_journal,
    row,
    span_id,
    start,
    write_journal,
)
from tests.tracing.shipping.collectors import GrpcCollector


@pytest.fixture
def sink() -> Iterator[Sink]:
    with open_sink() as opened:
        yield opened


def spans(first: int, count: int) -> list[bytes]:
    return [end(number, number, at_ns=T0_NS + number * 1000) for number in range(first, first + count)]


def ids(first: int, count: int) -> dict[str, int]:
    return {span_id(number).hex(): 1 for number in range(first, first + count)}


def test_parts_and_journals_of_every_signal_go_out_once(tmp_path: Path, sink: Sink) -> None:
    """What is compacted and what is live; a second run finds nothing to send."""
    write_journal(tmp_path, [*spans(1, 700), row("logs", timestamp=T0_NS, body=b'"a"')])
    compact(tmp_path)
    journal = open_journal(tmp_path)
    for record in [*spans(1001, 20), start(2000, 2000), row("metrics", metric_name="m", value_type="sum", value=1.0)]:
        journal.write(record)
    told: list[tuple[str, int]] = []
    result = forward(tmp_path, sink.destination, progress=lambda *given: told.append(given))
    assert result == ForwardResult(sent={"spans": 720, "logs": 1, "metrics": 1}, rejected=0)
    assert sink.spans == {**ids(1, 700), **ids(1001, 20)}
    assert [log.body.string_value for log in sink.records("logs")] == ["a"]
    assert [metric.name for metric in sink.records("metrics")] == ["m"]
    assert told[-1][1] in (1, 720)
    assert sink.headers[0]["Content-Encoding"] == "gzip"
    assert forward(tmp_path, sink.destination).sent == {}
    journal.close()


def test_what_went_out_live_does_not_go_out_again_from_its_part(tmp_path: Path, sink: Sink) -> None:
    """Nor rows without an id; of two rows that say the same both go out, each once."""
    journal = open_journal(tmp_path)
    twice = row("logs", timestamp=T0_NS, body=b'"twice"')
    for record in [*spans(1, 10), twice]:
        journal.write(record)
    forward(tmp_path, sink.destination)
    for record in [*spans(11, 10), twice]:
        journal.write(record)
    journal.close()
    compact(tmp_path)
    assert forward(tmp_path, sink.destination).sent == {"spans": 10, "logs": 1}
    assert sink.spans == ids(1, 20)
    assert not [path for path in (tmp_path / "forward").glob("*.ahead") if path.stat().st_size]


def test_merged_and_expired_parts(tmp_path: Path, sink: Sink) -> None:
    """Rows of old and new commits in one part: the new ones go out, the old ones do not."""
    for batch in range(14):
        write_journal(tmp_path, spans(100 * batch + 1, 5))
        compact(tmp_path, merge=False)
        if batch == 6:
            assert forward(tmp_path, sink.destination).sent == {"spans": 35}
    before = len([*(tmp_path / "spans").glob("*.parquet")])
    compact(tmp_path)
    assert len([*(tmp_path / "spans").glob("*.parquet")]) < before
    with pyflare.open(tmp_path) as workspace:
        workspace.delete(trace_id=f"{1001:032x}")
    assert forward(tmp_path, sink.destination).sent == {"spans": 34}
    assert max(sink.spans.values()) == 1


def test_each_destination_has_a_position_of_its_own(tmp_path: Path, sink: Sink) -> None:
    """A new one gets everything, of whatever age."""
    write_journal(tmp_path, spans(1, 5))
    forward(tmp_path, sink.destination)
    with open_sink() as other:
        assert forward(tmp_path, other.destination).sent == {"spans": 5}
        assert other.spans == ids(1, 5)


def test_rows_of_before_a_moment_are_left_out(tmp_path: Path, sink: Sink) -> None:
    """For good: they do not go out with a later run either."""
    write_journal(tmp_path, spans(1, 10))
    compact(tmp_path)
    write_journal(tmp_path, spans(11, 10))
    assert forward(tmp_path, sink.destination, since_ns=T0_NS + 16_000).sent == {"spans": 5}
    compact(tmp_path)
    assert forward(tmp_path, sink.destination).sent == {}


def test_a_program_that_ships_itself_is_left_to_itself(tmp_path: Path, sink: Sink) -> None:
    """Its spans do not go out a second time from the store, not even when its journal is gone."""
    own = open_journal(tmp_path, destinations=(sink.destination.name,))
    for record in spans(1, 5):
        own.write(record)
    write_journal(tmp_path, spans(11, 5))
    assert forward(tmp_path, sink.destination).sent == {"spans": 5}, "it lives: its own shipper sends its spans"
    own.close()
    assert forward(tmp_path, sink.destination).sent == {"spans": 5}, "it is dead: what waits is sent from its journal"
    compact(tmp_path)
    compact(tmp_path)
    assert not [*(tmp_path / "journal").glob("*/*.seg")]
    assert forward(tmp_path, sink.destination).sent == {}
    assert sink.spans == {**ids(1, 5), **ids(11, 5)}


def test_a_backend_that_fails_for_a_while(tmp_path: Path, sink: Sink) -> None:
    """The run waits longer each time, and goes on when it is back."""
    write_journal(tmp_path, spans(1, 1200))
    compact(tmp_path)
    sink.statuses += [200, 503, 503]
    waits: list[float] = []
    result = forward(tmp_path, sink.destination, on_failure=lambda _, wait_s: waits.append(wait_s))
    assert (result.sent, result.failure) == ({"spans": 1200}, None)
    assert 0.25 <= waits[0] <= 0.5 <= waits[1] <= 1.0


def test_a_backend_that_stays_away(tmp_path: Path, sink: Sink) -> None:
    """The run gives up and says why; the next one goes on."""
    write_journal(tmp_path, spans(1, 5))
    sink.statuses += [503] * 20
    result = forward(tmp_path, sink.destination, patience_s=0.1)
    assert (result.sent, result.failure) == ({}, "HTTP 503 Service Unavailable")
    sink.statuses.clear()
    assert forward(tmp_path, sink.destination).sent == {"spans": 5}


def test_a_row_that_the_backend_refuses(tmp_path: Path, sink: Sink) -> None:
    """It is found, counted and passed over; its neighbours are kept."""
    write_journal(tmp_path, spans(1, 100))
    compact(tmp_path)
    sink.refuses = lambda span: span.span_id == span_id(37)
    result = forward(tmp_path, sink.destination)
    assert (result.sent, result.rejected) == ({"spans": 100}, 1)
    assert sink.spans == {key: 1 for key in ids(1, 100) if key != span_id(37).hex()}


def test_spans_arrive_as_their_process_would_have_shipped_them(tmp_path: Path, sink: Sink) -> None:
    """And import of what arrived gives the same rows: OpenTelemetry's names stand for the columns."""
    fields = {"model_id": "gpt-4o", "provider": "openai", "input_tokens": 3, "cost_micros": 7}
    scope = {"user_id": "ann", "tags": ["a", "b"]}
    record = end(1, 1, kind="llm", input=b'{"q":1}', output=b'"yes"', fields=fields, scope=scope, attributes={"n": 1})
    resource = {"service.name": "shop", "telemetry.sdk.name": "pyflare"}
    write_journal(tmp_path / "store", [record], resource=resource)
    forward(tmp_path / "store", sink.destination)
    (span,) = sink.records("traces")
    found = {attribute.key: attribute.value for attribute in span.attributes}
    assert found["gen_ai.request.model"].string_value == "gpt-4o"
    assert found["gen_ai.operation.name"].string_value == "chat"
    assert found["pyflare.cost_micros"].int_value == 7
    assert found["input.value"].string_value == '{"q":1}'
    assert (span.flags, span.end_time_unix_nano - span.start_time_unix_nano) == (1, SECOND_NS)
    (tmp_path / "request.bin").write_bytes(sink.requests["traces"][0].SerializeToString())
    import_files(tmp_path / "copy", [tmp_path / "request.bin"])
    columns = "trace_id, span_id, start_time, duration_ns, model_id, provider, input_tokens, user_id, tags, cost_micros"
    with pyflare.open(tmp_path / "store") as one, pyflare.open(tmp_path / "copy") as other:
        query = f"SELECT {columns} FROM spans"
        assert one.sql(query).to_pylist() == other.sql(query).to_pylist()


def test_one_process_at_a_time(tmp_path: Path, sink: Sink) -> None:
    """A second one to the same destination is told so."""
    write_journal(tmp_path, spans(1, 1))
    errors: list[Exception] = []

    def again(table: str, rows: int) -> None:
        try:
            forward(tmp_path, sink.destination)
        except StoreError as error:
            errors.append(error)

    forward(tmp_path, sink.destination, progress=again)
    assert "another process forwards" in str(errors[0])


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A wrong path is told from an empty folder."""
    with pytest.raises(StoreNotFoundError, match=r"pyflare\.json"):
        forward(tmp_path, Destination(endpoint="http://127.0.0.1:1"))


def _process(root: Path, sink: Sink, *options: str) -> subprocess.Popen[bytes]:
    endpoint = sink.destination.endpoint
    command = [sys.executable, "-m", "pyflare.cli", "forward", endpoint, "--path", str(root), *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYFLARE_", "OTEL_"))}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_killed_in_the_middle(tmp_path: Path, sink: Sink) -> None:
    """Again and again: nothing is missing, and twice is only what a killed run had sent and not written down."""
    count, kills = 8_000, 2
    for batch in range(4):
        write_journal(tmp_path, spans(2000 * batch + 1, 2000))
        compact(tmp_path, merge=False)
    sink.delay_s = 0.03
    draw = random.Random(1)
    for _ in range(kills):
        before = sum(sink.spans.values())
        process = _process(tmp_path, sink)
        sink.wait_for(before + draw.randrange(500, 2500))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert forward(tmp_path, sink.destination).failure is None
    assert sink.spans.keys() == ids(1, count).keys()
    assert sum(sink.spans.values()) - count <= kills * 512


def test_killed_while_a_bad_row_is_looked_for(tmp_path: Path, sink: Sink) -> None:
    """Pieces of a request that were accepted do not come again, but for the last."""
    write_journal(tmp_path, spans(1, 512))
    compact(tmp_path)
    sink.refuses = lambda span: span.span_id == span_id(512)
    sink.delay_s = 0.2
    process = _process(tmp_path, sink)
    sink.wait_for(384)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    sink.delay_s = 0.0
    assert forward(tmp_path, sink.destination).failure is None
    assert sink.spans.keys() == ids(1, 511).keys()
    assert {sink.spans[key] for key in ids(1, 256)} == {1}


def test_following_a_program_that_writes(tmp_path: Path, sink: Sink) -> None:
    """Rows go out soon after they are written; compactions and merges in between send nothing twice."""
    journal = open_journal(tmp_path)
    journal.write(end(1, 1))
    process = _process(tmp_path, sink, "--follow")
    try:
        for batch in range(1, 4):
            sink.wait_for(10 * (batch - 1) + 1)
            for record in spans(100 * batch + 2, 10):
                journal.write(record)
            if batch % 2:
                next_generation(journal)
                compact(tmp_path)
        sink.wait_for(31)
        journal.close()
        compact(tmp_path)
        time.sleep(1.5)
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert b"31 rows of spans" in said
    assert max(sink.spans.values()) == 1
    assert len(sink.spans) == 31


def test_over_grpc(tmp_path: Path) -> None:
    """The same over the other transport, each signal to the service it belongs to."""
    write_journal(tmp_path, [*spans(1, 600), row("logs", timestamp=T0_NS, body=b'"a"')])
    compact(tmp_path)
    with GrpcCollector() as collector:
        assert forward(tmp_path, collector.destination(), tables=["spans"]).sent == {"spans": 600}
        assert set(collector.counts.values()) == {1}
        result = forward(tmp_path, collector.destination(), patience_s=0.0)
        assert result.failure is not None
        assert "UNIMPLEMENTED" in result.failure


def test_what_is_forwarded_is_what_is_exported(tmp_path: Path, sink: Sink) -> None:
    """Both by the same encoder: the rows that arrive are the rows of the file."""
    write_journal(tmp_path / "store", spans(1, 30))
    forward(tmp_path / "store", sink.destination)
    with pyflare.open(tmp_path / "store") as workspace:
        export(workspace, tmp_path / "spans.otlp")
    import_files(tmp_path / "copy", [tmp_path / "spans.otlp"])
    counted: dict[str, Any] = forward(tmp_path / "copy", sink.destination).sent
    assert counted == {"spans": 30}
    assert set(sink.spans.values()) == {2}
