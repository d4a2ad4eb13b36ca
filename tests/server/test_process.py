"""The receiver as a process: what it says, how it ends, what it does when it cannot."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

import pyflare
from pyflare.otlp.messages import SHAPES
from pyflare.store.journal.reader import list_writers
from tests.server.journals import requests, span_ids
from tests.server.processes import command, free_port, post, serving
from tests.server.requests import spans


def send_grpc(port, message, signal_name="traces"):
    shape = SHAPES[signal_name]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        export = channel.unary_unary(f"/{shape.service}/Export", response_deserializer=shape.response.FromString)
        return export(message.SerializeToString(), timeout=20)


def fails(*arguments):
    """Run a command that must fail. Returns what it said, in one line."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    return line


# -- receiving ---------------------------------------------------------------------------------------


def test_both_transports_into_the_folder_that_programs_write_to(tmp_path):
    """HTTP and gRPC, traces, metrics and logs, beside a program that traces into the same folder."""
    folder = tmp_path / "f"
    metrics, logs = SHAPES["metrics"].request(), SHAPES["logs"].request()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    metric.gauge.data_points.add(as_int=1, time_unix_nano=time.time_ns())
    logs.resource_logs.add().scope_logs.add().log_records.add(event_name="e", time_unix_nano=time.time_ns())
    with serving(folder) as receiver:
        pyflare.init(service="program", path=folder)
        with pyflare.span("own"):
            assert receiver.post(spans({"trace": 0, "span": 0, "name": "over http"})) == 200
        pyflare.shutdown()
        send_grpc(receiver.grpc, spans({"trace": 1, "span": 1, "name": "over grpc"}))
        assert receiver.post(metrics, "metrics") == 200
        send_grpc(receiver.grpc, logs, "logs")
        with pyflare.open(folder) as workspace:
            names = workspace.sql("SELECT operation_name FROM spans ORDER BY 1")["operation_name"].to_pylist()
            assert names == ["over grpc", "over http", "own"]
            assert workspace.sql("SELECT metric_name FROM metrics")["metric_name"].to_pylist() == ["m"]
            assert workspace.sql("SELECT event_name FROM logs")["event_name"].to_pylist() == ["e"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(tmp_path, number):
    """Ctrl-C and SIGTERM: it ends within seconds, with 0, the journal sealed, and says what it has done."""
    folder = tmp_path / "f"
    with serving(folder) as receiver:
        assert receiver.post(spans({"trace": 0, "span": 0})) == 200
        began_s = time.monotonic()
        said = receiver.end(number)
        assert time.monotonic() - began_s < 5
        assert receiver.process.returncode == 0
    first, last = said.strip().splitlines()
    assert f"receiving OTLP over HTTP on 127.0.0.1:{receiver.http} and gRPC on 127.0.0.1:{receiver.grpc}" in first
    assert last.endswith("ended; 1 records accepted, 0 refused")
    (journal,) = list_writers(folder)
    assert not journal.alive
    assert all(segment.sealed_length() is not None for segment in journal.segments())


def test_requests_under_way_are_answered(tmp_path):
    """A request whose body is still coming when the process is told to end is stored and acknowledged."""
    body = spans({"trace": 0, "span": 0}).SerializeToString()
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with serving(tmp_path / "f") as receiver:
        with socket.create_connection(("127.0.0.1", receiver.http), timeout=20) as connection:
            connection.sendall(head + body[:10])
            time.sleep(0.2)
            receiver.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(body[10:])
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        receiver.process.wait(20)
    assert len(span_ids(tmp_path / "f")) == 1


def test_one_transport_alone(tmp_path):
    """An endpoint that is null is not opened; without HTTP there is gRPC, and it ends as cleanly."""
    folder = tmp_path / "f"
    file = tmp_path / "c.yaml"
    port = free_port()
    file.write_text(f"collector: {{otlp: {{http: {{endpoint: null}}, grpc: {{endpoint: '127.0.0.1:{port}'}}}}}}")
    with subprocess.Popen(
        command("serve", "--path", str(folder), "--config", str(file)), stderr=subprocess.PIPE, text=True
    ) as process:
        assert f"receiving OTLP over gRPC on 127.0.0.1:{port} into" in process.stderr.readline()
        send_grpc(port, spans({"trace": 0, "span": 0}))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert len(span_ids(folder)) == 1


def test_the_collector_passes_on(tmp_path):
    """`pyflare collector` without a store: requests reach the backend, here another receiver, and nothing stays."""
    with serving(tmp_path / "backend") as backend:
        sinks = {"store": None, "forward": [{"endpoint": f"http://127.0.0.1:{backend.http}"}]}
        with serving(tmp_path / "spool", config={"sinks": sinks}, name="collector") as collector:
            assert collector.post(spans({"trace": 0, "span": 0})) == 200
            collector.end()
        assert len(span_ids(tmp_path / "backend")) == 1
    assert list_writers(tmp_path / "spool") == []


# -- what it says of itself --------------------------------------------------------------------------


def test_health_and_metrics(tmp_path):
    """`/healthz`, `/readyz` and `/metrics`; other paths are told what there is."""
    with serving(tmp_path / "f", config={"rate_limit": {"records_per_s": 0.001, "burst": 2}}) as receiver:
        assert receiver.get("/healthz")[0] == 200
        assert receiver.get("/nothing")[0] == 404
        assert [receiver.post(spans({"trace": n, "span": n})) for n in range(3)] == [200, 200, 429]
        assert receiver.metric("pyflare_accepted_records_total", signal="traces") == 2
        assert receiver.metric("pyflare_refused_records_total", reason="rate_limit") == 1
        assert receiver.metric("pyflare_requests_total") == 3
        assert receiver.metric("pyflare_accepted_bytes_total") > 100
        assert receiver.metric("pyflare_ready") == 1
        assert post(receiver.http, b"no protobuf") == 400
        with pytest.raises(grpc.RpcError):
            send_grpc(receiver.grpc, spans({"trace": 9, "span": 9}))
        assert receiver.metric("pyflare_failed_requests_total", reason="invalid") == 1
        assert receiver.metric("pyflare_failed_requests_total", reason="rate_limit") == 2
        status, page = receiver.get("/metrics")
        assert status == 200
        assert "# TYPE pyflare_refused_records_total counter" in page


def test_not_ready(tmp_path):
    """With more waiting than may, senders are told to come again, `/readyz` says why, and all is well again after."""
    config = {"sinks": {"max_backlog_mib": 1, "store": {"compact_after_mib": 0}}}
    large = spans({"trace": 0, "span": 0, "attributes": {"text": "x" * 3_000_000}})
    with serving(tmp_path / "f", config=config) as receiver:
        assert receiver.post(large) == 200
        deadline_s = time.monotonic() + 20
        while receiver.get("/readyz")[0] == 200:
            assert time.monotonic() < deadline_s
            time.sleep(0.1)
        assert "wait to be compacted" in receiver.get("/readyz")[1]
        assert receiver.post(spans({"trace": 1, "span": 1})) == 503
        assert receiver.get("/healthz")[0] == 200
    assert len(requests(tmp_path / "f")) == 1


# -- what it says when it cannot ---------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--http", "--grpc"])
def test_a_port_that_is_taken(tmp_path, option):
    """One line that names the port and the option; nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        others = {"--http": f"127.0.0.1:{free_port()}", "--grpc": f"127.0.0.1:{free_port()}"}
        options = {**others, option: f"127.0.0.1:{port}"}
        words = [word for pair in options.items() for word in pair]
        assert fails("serve", "--path", str(tmp_path / "f"), *words) == (
            f"error: Port {port} on 127.0.0.1 is taken by another program. "
            f"Stop that, or choose another port with {option}."
        )


def test_a_port_that_another_receiver_has(tmp_path):
    """A second receiver does not share the first one's port by accident."""
    with serving(tmp_path / "f") as receiver:
        said = fails("serve", "--path", str(tmp_path / "g"), "--http", f"127.0.0.1:{receiver.http}")
        assert f"Port {receiver.http} on 127.0.0.1 is taken" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--http", "4318"], "error: --http: expected HOST:PORT, such as 127.0.0.1:4318 or [::1]:4318; got '4318'."),
        (["--http", "192.0.2.1:4318"], "error: Nothing can listen on 192.0.2.1:4318 (Cannot assign requested address)"),
        (["--workers", "0"], "error: --workers: expected 1 or more; got 0."),
    ],
)
def test_arguments_that_cannot_be_used(tmp_path, arguments, said):
    """One line that says what was expected."""
    assert fails("serve", "--path", str(tmp_path / "f"), *arguments).startswith(said)


def test_a_folder_that_cannot_be_written(tmp_path):
    """One line that names the folder and says why."""
    (tmp_path / "file").write_text("")
    said = fails("serve", "--path", str(tmp_path / "file"))
    assert said == f"error: The folder {tmp_path / 'file'} cannot be written (File exists). Choose another with --path."


@pytest.mark.parametrize("module", ["uvicorn", "zstandard", "yaml"])
def test_without_the_extra(tmp_path, monkeypatch, module):
    """One line that says what to install."""
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules['{module}'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert fails("serve", "--path", str(tmp_path / "f")) == (
        'error: Receiving OTLP needs the extra "server". Install it with: pip install "pyflare[server]"'
    )


def test_a_file_that_cannot_be_used(tmp_path):
    """One line with the key's place, and the key that was probably meant."""
    file = tmp_path / "c.yaml"
    file.write_text("collector: {sampling: {default_rte: 1}}")
    said = fails("collector", "--config", str(file))
    assert "collector.sampling.default_rte: there is no such key" in said
    assert "did you mean 'default_rate'?" in said


# -- several workers ---------------------------------------------------------------------------------


def worker_pids(receiver):
    """Pids of the workers, from the journals that they have begun."""
    return {journal.info.pid for journal in list_writers(receiver.folder) if journal.alive}


def test_workers_share_the_ports(tmp_path):
    """Two workers take requests on the same ports, each into a journal of its own; any of them tells the sum."""
    with serving(tmp_path / "f", "--workers", "2") as receiver:
        with ThreadPoolExecutor(8) as pool:
            made = [spans({"trace": n, "span": n}) for n in range(64)]
            assert set(pool.map(receiver.post, made)) == {200}
        send_grpc(receiver.grpc, spans({"trace": 64, "span": 64}))
        assert len(worker_pids(receiver)) == 2
        assert receiver.metric("pyflare_accepted_records_total") == 65
        assert 0 < receiver.metric("pyflare_accepted_records_total", worker="1") < 65
        said = receiver.end(signal.SIGINT)
        assert receiver.process.returncode == 0
    assert "ended; 65 records accepted" in said
    assert len(span_ids(tmp_path / "f")) == 65
    assert [journal.alive for journal in list_writers(tmp_path / "f")] == [False, False]


def test_a_dead_worker_is_started_again(tmp_path):
    """A worker that is killed is replaced; nothing that was acknowledged is lost."""
    with serving(tmp_path / "f", "--workers", "2") as receiver:
        sent = 0
        while len(worker_pids(receiver)) < 2:
            assert receiver.post(spans({"trace": sent, "span": sent})) == 200
            sent += 1
        killed = worker_pids(receiver).pop()
        os.kill(killed, signal.SIGKILL)
        deadline_s = time.monotonic() + 20
        while len(worker_pids(receiver) - {killed}) < 2:
            assert time.monotonic() < deadline_s
            try:
                assert receiver.post(spans({"trace": sent, "span": sent})) == 200
                sent += 1
            except OSError:  # it went to the worker that died, or to the moment before the next one listens
                time.sleep(0.05)
        said = receiver.end()
    assert f"(pid {killed}) was ended by SIGKILL; starting it again" in said
    assert len(span_ids(tmp_path / "f")) >= sent
    assert set(span_ids(tmp_path / "f").values()) == {1}


def test_workers_end_with_their_parent(tmp_path):
    """Workers whose parent was killed end by themselves: nobody holds the ports for ever."""
    with serving(tmp_path / "f", "--workers", "2") as receiver:
        while len(worker_pids(receiver)) < 2:
            receiver.post(spans({"trace": 0, "span": 0}))
        receiver.process.kill()
        receiver.process.wait(20)
        deadline_s = time.monotonic() + 20
        while worker_pids(receiver):
            assert time.monotonic() < deadline_s, "the workers live on"
            time.sleep(0.1)


def test_slow_senders_hold_nobody_up(tmp_path):
    """While some senders trickle their bodies in, others are answered."""
    head = (
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 1000\r\n\r\n"
    )
    with serving(tmp_path / "f") as receiver:
        slow = [socket.create_connection(("127.0.0.1", receiver.http)) for _ in range(50)]
        over = threading.Event()

        def trickle():
            while not over.wait(0.02):
                for connection in slow:
                    connection.sendall(b"\n")

        for connection in slow:
            connection.sendall(head)
        thread = threading.Thread(target=trickle)
        thread.start()
        began_s = time.monotonic()
        assert {receiver.post(spans({"trace": n, "span": n})) for n in range(20)} == {200}
        assert time.monotonic() - began_s < 5
        over.set()
        thread.join()
        for connection in slow:
            connection.close()
