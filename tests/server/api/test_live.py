"""Live updates: what clients are told, and when."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from pyflare.server.api.live.client import Client
from pyflare.store.compaction import compact
from tests.server.api.serving import Served, serving
from tests.store.records import end, open_journal, start, write_journal

_WAIT_S = 10.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_journal(tmp_path, [end(1, 1, name="before")])
    return tmp_path


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    with serving(folder) as served:
        yield served


def _hear(socket: ClientConnection) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(socket.recv(timeout=_WAIT_S))
    return heard


def _subscribe(socket: ClientConnection, *channels: str, filter: str = "") -> None:
    socket.send(json.dumps({"action": "subscribe", "channels": channels, "filter": filter}))
    heard = _hear(socket)
    assert heard["type"] == "subscribed", heard


def _silent(socket: ClientConnection, for_s: float = 0.6) -> bool:
    try:
        heard = socket.recv(timeout=for_s)
    except TimeoutError:
        return True
    raise AssertionError(heard)


def test_a_trace_begins_and_ends(folder: Path, served: Served) -> None:
    """Whoever follows traces is told when one begins and when it ends, with its whole row."""
    journal = open_journal(folder)
    with served.live() as socket:
        _subscribe(socket, "traces:*")
        journal.write(start(2, 2, name="answer", at_ns=time.time_ns()))
        begun = _hear(socket)
        assert (begun["type"], begun["payload"]["trace_id"]) == ("trace", f"{2:032x}")
        assert begun["payload"]["state"] == "running"
        assert begun["payload"]["duration_ms"] is None
        journal.write(end(2, 2, name="answer", at_ns=time.time_ns(), status=2, fields={"model_id": "gpt-4o"}))
        ended = _hear(socket)["payload"]
        assert (ended["state"], ended["status"], ended["model_id"], ended["duration_ms"]) == (
            "ended",
            "error",
            "gpt-4o",
            1000.0,
        )
        assert ended["trace"] == served.get("/traces")["traces"][0]
        assert _silent(socket)
    journal.close()


def test_a_span_of_another_process_arrives_within_a_second(folder: Path, served: Served) -> None:
    """From the end of a span in another process to its message it takes less than a second."""
    program = (
        "import sys, time, pyflare; pyflare.init(path=sys.argv[1]); sys.stdin.readline()\n"
        "with pyflare.span('answer'): pass\n"
        "print(time.time_ns(), flush=True); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with (
        served.live() as socket,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        _subscribe(socket, "traces:*")
        time.sleep(1.0)
        child.stdin.write("\n")
        child.stdin.flush()
        ended_ns = int(child.stdout.readline())
        assert _hear(socket)["payload"]["trace"]["operation_name"] == "answer"
        assert time.time_ns() - ended_ns < 1_000_000_000
        child.stdin.write("\n")
        child.stdin.flush()


def test_channels_and_filters_choose(folder: Path, served: Served) -> None:
    """A channel of a model gets traces that called it; a filter leaves out those that do not meet it."""
    journal = open_journal(folder)
    with served.live() as of_model, served.live() as filtered, served.live() as gone:
        _subscribe(of_model, "traces:gpt-4o")
        _subscribe(filtered, "traces:*", filter='text ~ "refund" and not model = small')
        _subscribe(gone, "traces:*")
        gone.send('{"action": "unsubscribe", "channels": ["traces:*"]}')
        assert _hear(gone)["channels"] == []
        now_ns = time.time_ns()
        journal.write(end(2, 2, at_ns=now_ns, fields={"model_id": "small"}, input=b'"a refund, please"'))
        journal.write(end(3, 3, at_ns=now_ns, fields={"model_id": "gpt-4o"}, input=b'"hello"'))
        journal.write(end(4, 4, at_ns=now_ns, input=b'"my REFUND?"'))
        assert _hear(of_model)["payload"]["trace_id"] == f"{3:032x}"
        assert _hear(filtered)["payload"]["trace_id"] == f"{4:032x}"
        assert all(_silent(socket, 0.3) for socket in (of_model, filtered, gone))
    journal.close()


def test_spans_of_one_trace(folder: Path, served: Served) -> None:
    """Whoever follows a trace is told of its spans as they begin and end, and of no others."""
    journal = open_journal(folder)
    with served.live() as socket:
        _subscribe(socket, f"spans:{2:032x}")
        journal.write(start(2, 2, name="answer", at_ns=time.time_ns()))
        assert (_hear(socket)["payload"]["span"]["state"]) == "running"
        journal.write(end(3, 9, at_ns=time.time_ns()))
        journal.write(
            end(
                2,
                3,
                parent=2,
                name="look up",
                kind="tool",
                at_ns=time.time_ns(),
                status=2,
                status_message="no such index",
            )
        )
        heard = _hear(socket)
        assert heard["type"] == "span"
        span = heard["payload"]["span"]
        assert (span["span_id"], span["kind"], span["error"], span["scores"]) == (
            f"{3:016x}",
            "tool",
            "no such index",
            {},
        )
        assert _silent(socket, 0.3)
    journal.close()


def test_what_is_compacted_at_once_is_told_once(folder: Path, served: Served) -> None:
    """A program that ran and was compacted between two looks is told of; a compaction alone is no news."""
    with served.live() as socket:
        _subscribe(socket, "traces:*", f"spans:{2:032x}")
        write_journal(folder, [end(2, 2, name="short", at_ns=time.time_ns())])
        compact(folder)
        heard = sorted((_hear(socket)["type"], _hear(socket)["type"]))
        assert heard == ["span", "trace"]
        compact(folder)
        assert _silent(socket)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("hello", "bad_message", "malformed"),
        ("[]", "bad_message", "Expected `object`"),
        ('{"action": "fly"}', "bad_message", "Invalid enum value 'fly'"),
        ('{"action": "subscribe"}', "bad_message", "expected channels"),
        ('{"action": "subscribe", "channels": ["alerts:*"]}', "bad_message", "no channel"),
        ('{"action": "subscribe", "channels": ["spans:xyz"]}', "bad_message", "no channel"),
        ('{"action": "subscribe", "channels": ["traces:*"], "filter": "modle = x"}', "bad_filter", "modle"),
        ('{"action": "subscribe", "channels": ["traces:*"], "extra": 1}', "bad_message", "unknown field"),
        (" " * 70_000, "too_large", "65,536"),
    ],
)
def test_messages_that_cannot_be_used(served: Served, text: str, code: str, said: str) -> None:
    """A message that makes no sense is answered by an error in the one shape, and the connection stays."""
    with served.live() as socket:
        socket.send(text)
        heard = _hear(socket)
        assert (heard["type"], heard["error"]["code"]) == ("error", code)
        assert said in heard["error"]["message"]
        assert heard["error"].keys() == {"code", "message", "hint", "details"}
        socket.send('{"action": "ping"}')
        assert _hear(socket)["type"] == "pong"


def test_channels_are_limited(served: Served) -> None:
    """A client can follow so many channels, and is told when it wants more."""
    with served.live() as socket:
        socket.send(json.dumps({"action": "subscribe", "channels": [f"traces:{n}" for n in range(33)]}))
        assert _hear(socket)["error"]["code"] == "too_many_channels"


def test_answers_that_nobody_reads_do_not_pile_up() -> None:
    """A client that asks on and on, and reads nothing, is behind, and is let go."""

    async def run() -> list[bool]:
        client = Client()
        behind = []
        for _ in range(101):
            client.answer("pong")
            behind.append(client.is_behind)
        await client.batch(1.0)
        return [*behind, client.is_behind]

    *before, last, after = asyncio.run(run())
    assert (before[0], before[98], last, after) == (False, False, True, False)


def test_nobody_looks_when_nobody_follows(served: Served) -> None:
    """The folder is watched while somebody follows something, by one watcher for all."""
    with served.live() as first, served.live() as second:
        _subscribe(first, "traces:*")
        _subscribe(second, "traces:*")
        assert served.app.state.live.is_watching
        assert len(served.app.state.live) == 2
    ends_s = time.monotonic() + _WAIT_S
    while served.app.state.live.is_watching and time.monotonic() < ends_s:
        time.sleep(0.01)
    assert not served.app.state.live.is_watching
    assert len(served.app.state.live) == 0


def test_the_server_ends_while_clients_follow(folder: Path) -> None:
    """A server that is told to end says goodbye to those who follow, and ends at once."""
    with ExitStack() as stack:
        with serving(folder) as served:
            socket = stack.enter_context(served.live())
            _subscribe(socket, "traces:*")
            began_s = time.monotonic()
        assert time.monotonic() - began_s < 5
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=_WAIT_S)


def test_a_slow_client_is_told_what_it_missed() -> None:
    """Beyond its bound the oldest messages go, and are counted; answers stay; newer news replaces older."""

    async def run() -> list[str]:
        client = Client(max_waiting=3)
        for number in range(5):
            client.put(number, f"trace {number}")
        client.put(4, "trace 4 again")
        client.answer("pong")
        return await client.batch(1.0)

    pong, dropped, *traces = asyncio.run(run())
    assert (pong, traces) == ("pong", ["trace 2", "trace 3", "trace 4 again"])
    assert json.loads(dropped)["type"] == "dropped"
    assert json.loads(dropped)["count"] == 2


def test_silence_is_broken_by_pings() -> None:
    """A client that is told nothing for long is told that the server is there."""
    (ping,) = asyncio.run(Client().batch(0.01))
    assert json.loads(ping)["type"] == "ping"


def test_more_traces_than_can_be_told(folder: Path, served: Served) -> None:
    """Of very many traces at once the latest are told, and how many were not."""
    journal = open_journal(folder, segment_bytes=(1 << 22, 1 << 22))
    with served.live() as socket:
        _subscribe(socket, "traces:*")
        now_ns = time.time_ns()
        for number in range(2, 6002):
            journal.write(end(number, number, at_ns=now_ns + number))
        told: set[str] = set()
        dropped = 0
        while len(told) + dropped < 6000:
            heard = _hear(socket)
            if heard["type"] == "dropped":
                dropped += heard["count"]
            else:
                told.add(heard["payload"]["trace_id"])
        assert dropped > 0
        assert f"{6001:032x}" in told
    journal.close()
