"""From a traced function to the collector, by way of `pyflare.init`."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time

import pytest
from opentelemetry.trace import StatusCode

import pyflare
from tests.tracing.shipping.collectors import Collector


@pytest.fixture(autouse=True)
def _ends():
    yield
    pyflare.shutdown(5)


def attributes(span):
    """A span's attributes as Python values; lists are left out."""
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in span.attributes}


def begin(collector: Collector, **options) -> None:
    pyflare.init(
        service="shop",
        endpoint=collector.destination().endpoint,
        protocol=collector.protocol,
        ship_interval_s=0.05,
        **options,
    )


def run(code: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """A program's result, and how long it took after it printed the time."""
    script = "import os, sys, time\nimport tests.offline\ntests.offline.block()\nimport pyflare\n" + textwrap.dedent(
        code
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:This process:DeprecationWarning", "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ended_s = time.time()
    lines = result.stdout.split()
    return result, ended_s - float(lines[-1]) if lines else 0.0


def test_a_traced_call_arrives_with_opentelemetrys_names(collector, tmp_path, monkeypatch):
    """Model, user, tokens, content, error and tree; and the folder of an endpoint alone is only a spool."""
    monkeypatch.chdir(tmp_path)
    begin(collector)

    @pyflare.trace(kind="llm", model="gpt-4o")
    def answer(question: str) -> str:
        pyflare.update(input_tokens=3, output_tokens=4)
        return "in the shop"

    @pyflare.trace(kind="tool")
    def look(word: str) -> None:
        raise ValueError("nothing there")

    with pyflare.span("request", user="u-1", session="s-1"):
        answer("where?")
        with pytest.raises(ValueError, match="nothing"):
            look("x")
    assert pyflare.flush(10)
    spans = {span.name.rsplit(".", 1)[-1]: span for span in collector.spans}
    assert sorted(spans) == ["answer", "look", "request"]
    assert spans["answer"].parent_span_id == spans["look"].parent_span_id == spans["request"].span_id
    said = attributes(spans["answer"])
    assert (
        said.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 3,
            "user.id": "u-1",
            "session.id": "s-1",
            "input.value": '{"question":"where?"}',
            "output.value": '"in the shop"',
        }.items()
    )
    failed = spans["look"]
    assert (
        attributes(failed).items()
        >= {
            "error.type": "ValueError",
            "gen_ai.tool.call.arguments": '{"word":"x"}',
        }.items()
    )
    assert failed.status.code == failed.status.STATUS_CODE_ERROR
    assert [event.name for event in failed.events] == ["exception"]
    pyflare.shutdown(5)
    assert list((tmp_path / ".pyflare" / "journal").iterdir()) == []


def test_what_is_redacted_does_not_reach_the_network(collector, tmp_path):
    """Patterns and fields are hidden before anything is written or sent."""
    config = pyflare.RedactionConfig(patterns=("mail",), fields={"output.token": "redact", "input.token": "allow"})
    begin(collector, path=tmp_path, redact=config)

    @pyflare.trace
    def ask(token: str, to: str) -> dict[str, str]:
        return {"token": "secret", "to": to}

    ask("public", "ann@example.com")
    assert pyflare.flush(10)
    said = attributes(collector.spans[0])
    assert json.loads(said["input.value"]) == {"token": "public", "to": "[mail]"}
    assert json.loads(said["output.value"]) == {"token": "[redacted]", "to": "[mail]"}


def test_tail_sampling_ships_what_is_kept(collector, tmp_path):
    """Failed traces go out whole, the others do not go out at all."""
    begin(collector, path=tmp_path, tail_rate=0.0)
    for fails in (False, True) * 20:
        with pyflare.span("request") as request:
            with pyflare.span("step"):
                pass
            if fails:
                request.record_exception(ValueError("x"))
                request.set_status(StatusCode.ERROR)
    assert pyflare.flush(10)
    assert sorted(collector.names) == ["request"] * 20 + ["step"] * 20
    assert len({span.trace_id for span in collector.spans}) == 20


def test_a_forked_worker_ships_too(collector, tmp_path):
    """As with a server that loads the application and forks its workers."""
    code = """
    pyflare.init(
        service="shop", path=sys.argv[1], endpoint=sys.argv[2], protocol=sys.argv[3], shutdown_timeout_s=20.0
    )
    with pyflare.span("master"):
        pass
    children = []
    for number in range(3):
        child = os.fork()
        if not child:
            with pyflare.span(f"worker-{number}"):
                pass
            sys.exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    print(time.time(), flush=True)
    """
    result, _ = run(code, str(tmp_path), collector.destination().endpoint, collector.protocol)
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(collector.names) == ["master", "worker-0", "worker-1", "worker-2"]


@pytest.mark.parametrize("runs_s", [0, 0.7])
def test_a_program_ends_within_two_seconds_with_the_collector_down(collector, tmp_path, runs_s):
    """Nothing is lost: the next program delivers all of it, once."""
    endpoint = collector.destination().endpoint
    code = f"""
    pyflare.init(service="shop", path=sys.argv[1], endpoint=sys.argv[2], protocol=sys.argv[3], ship_interval_s=0.1)
    for number in range(500):
        with pyflare.span("work"):
            pass
    time.sleep({runs_s})
    print(time.time(), flush=True)
    """
    collector.stop()
    result, took_s = run(code, str(tmp_path), endpoint, collector.protocol)
    assert result.returncode == 0
    assert took_s < 2.0
    collector.start()
    result, _ = run(code, str(tmp_path), endpoint, collector.protocol)
    assert (result.returncode, result.stderr) == (0, "")
    begin(collector, path=tmp_path)
    deadline_s = time.monotonic() + 10
    while len(collector.counts) < 1000 and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert len(collector.counts) == 1000
    assert max(collector.counts.values()) == 1
