"""The pipeline as it is built: what is acknowledged is in the journal, and what is not can come again."""

from __future__ import annotations

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pyflare.otlp.messages import REQUESTS
from pyflare.server.batch import Rejection, UnavailableError
from pyflare.server.config_file import parse_config
from pyflare.server.counters import Counters
from pyflare.server.pipeline import Pipeline, build
from pyflare.server.sinks.backlog import measure
from pyflare.store.journal.reader import list_writers
from tests import disks
from tests.server.journals import records, requests, rows, span_ids, verdicts
from tests.server.requests import batch, spans, trace_id


@pytest.fixture
def built(tmp_path):
    """Builds pipelines, and closes them."""
    made: list[Pipeline] = []

    def build_one(text: str = "", root: Path = tmp_path, **options) -> Pipeline:
        made.append(build(parse_config(text, source="test"), root, **options))
        return made[-1]

    yield build_one
    for pipeline in made:
        pipeline.close()


def total(counters: Counters) -> dict[str, int]:
    return {f"{count.signal}.{count.name}": count.value for count in counters if count.value}


def test_a_request_is_one_record(built, tmp_path):
    """When `consume` returns, the request is in the journal, byte by byte as it came, with the time it came at."""
    sent = batch(spans({"trace": 0, "span": 0}, {"trace": 0, "span": 1}))
    pipeline = built()
    assert not pipeline.waits
    pipeline.consume(sent)
    (request,) = requests(tmp_path)
    assert (request.signal, request.body, request.unix_ns) == ("traces", sent.body, sent.received_unix_ns)


def test_refused_records_become_rows(built, tmp_path):
    """What was refused of a request is a row of quarantine; sent again, it has the same id."""
    rejection = Rejection(reason="expected 16 bytes", record={"resourceSpans": []})
    pipeline = built()
    for _ in range(2):
        pipeline.consume(batch(REQUESTS["traces"](), rejections=[rejection]))
    first, second = rows(tmp_path)
    assert requests(tmp_path) == []
    assert first.table == "quarantine"
    assert first.values["quarantine_id"] == second.values["quarantine_id"]
    assert (first.values["reason"], first.values["record"]) == ("expected 16 bytes", '{"resourceSpans":[]}')
    assert (first.values["signal"], first.values["source"]) == ("traces", "otlp/http")


def test_processors_stand_in_order(built, tmp_path):
    """Enriched, sampled and redacted before anything touches the journal."""
    pipeline = built(
        "collector: {enrich: {environment: test, attributes: {owner: ann@example.com}}, redact: {},"
        " sampling: {rules: [{service: noisy, rate: 0}]}, rate_limit: {records_per_s: 1, burst: 2}}"
    )
    pipeline.consume(batch(spans({"trace": 0, "span": 0}, service="noisy")))
    pipeline.consume(batch(spans({"trace": 0, "span": 1})))
    with pytest.raises(UnavailableError):
        pipeline.consume(batch(spans({"trace": 0, "span": 2})))
    (request,) = requests(tmp_path)
    assert b"deployment.environment.name" in request.body
    assert b"[mail]" in request.body
    assert b"ann@" not in request.body
    assert list(span_ids(tmp_path)) == [(2).to_bytes(8, "big")]


def test_everything_is_counted(built):
    """Requests, records, bytes, what sampling left out, and what was refused, by reason."""
    counters = Counters()
    text = "collector: {sampling: {default_rate: 0}, rate_limit: {records_per_s: 1, burst: 3}}"
    pipeline = built(text, counters=counters.of_worker(0))
    sent = batch(
        spans({"trace": 1, "span": 0}, {"trace": 2, "span": 1}, {"trace": 3, "span": 1}),
        rejections=[Rejection(reason="why", record={})],
    )
    size = len(sent.body)
    pipeline.consume(sent)
    with pytest.raises(UnavailableError):
        pipeline.consume(batch(spans({"trace": 1, "span": 0})))
    assert total(counters) == {
        "traces.requests": 2,
        "traces.accepted": 3,
        "traces.bytes": size,
        "traces.sampled": 3,
        "traces.refused.invalid": 1,
        "traces.refused.rate_limit": 1,
    }
    assert (counters.total("refused"), counters.total("accepted")) == (2, 3)


@pytest.mark.parametrize(
    ("config", "waits"),
    [
        ("{}", False),
        ("{enrich: {host: true}, rate_limit: {records_per_s: 1}, sampling: {default_rate: 0.5, tail: {}}}", False),
        ("{sampling: {rules: [{rate: 1, service: a}]}}", False),
        ("{sampling: {rules: [{rate: 1, attribute: {key: a, value: b}}]}}", True),
        ("{redact: {}}", True),
        ("{batcher: {}}", True),
        ("{sinks: {store: {fsync: true}}}", True),
    ],
)
def test_what_takes_long_says_so(built, config, waits):
    """A pipeline that waits or takes long is not run in the event loop."""
    assert built(f"collector: {config}").waits == waits


def test_waiting_for_the_disk(built, tmp_path):
    """With `fsync` the sink says that it waits, and what it acknowledges is on the disk."""
    pipeline = built("collector: {sinks: {store: {fsync: true}}}")
    assert pipeline.waits
    pipeline.consume(batch(spans({"trace": 0, "span": 0})))
    assert len(requests(tmp_path)) == 1


def test_a_disk_that_fails_is_not_acknowledged(built, monkeypatch):
    """Where the disk does not say that it has the bytes, the sender keeps them."""
    pipeline = built("collector: {sinks: {store: {fsync: true}}}")

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UnavailableError, match="cannot be written: Input/output error"):
        pipeline.consume(batch(spans({"trace": 0, "span": 0})))


def test_verdicts_are_written(built, tmp_path):
    """The tail sampler stores a trace's spans at once, and its word on a refused trace when the window closes."""
    pipeline = built("collector: {sampling: {tail: {wait_s: 0.1, rate: 0}}}")
    pipeline.consume(batch(spans({"trace": 0, "span": 0}, {"trace": 1, "span": 1, "failed": True})))
    assert len(span_ids(tmp_path)) == 2
    deadline_s = time.monotonic() + 10
    while not verdicts(tmp_path):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    assert verdicts(tmp_path) == [trace_id(0)]
    assert pipeline.sink.journal.losses.counts() == {"sampled_tail": 1}


# -- slow and full -----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 12 MB."""
    with disks.small_disk(tmp_path, 12) as disk:
        yield disk


def test_a_full_disk_puts_senders_off(small_disk, built):
    """On a full disk batches are put off, none half-written; with space again they are taken. Nothing counts as lost."""
    root = small_disk / "folder"
    pipeline = built("collector: {sinks: {store: {compact_after_mib: 0}}}", root=root)
    text = "x" * 20_000
    acknowledged, put_off, filler = set(), [], None
    for number in range(400):
        try:
            pipeline.consume(batch(spans({"trace": number, "span": number, "attributes": {"text": text}})))
            acknowledged.add((number + 1).to_bytes(8, "big"))
        except UnavailableError as error:
            put_off.append(error)
        if number == 20:
            filler = disks.fill(small_disk)
    assert {(error.reason, error.retry_after_s > 1, str(error)) for error in put_off} == {
        ("disk_full", True, "the disk is full: No space left on device; come again later")
    }
    assert len(put_off) > 100
    assert span_ids(root).keys() == acknowledged
    filler.unlink()
    pipeline.sink.journal._retry_at_s = 0.0  # a second later
    pipeline.consume(batch(spans({"trace": 1000, "span": 1000})))
    assert set(span_ids(root).values()) == {1}
    assert len(span_ids(root)) == len(acknowledged) + 1
    assert pipeline.sink.journal.losses.counts() == {}


def test_a_backlog_puts_senders_off(built, tmp_path):
    """With more journal waiting than may, batches are put off until compactions or destinations have caught up."""
    pipeline = built("collector: {sinks: {max_backlog_mib: 1, store: {compact_after_mib: 0}}}")
    pipeline.consume(batch(spans({"trace": 0, "span": 0, "attributes": {"text": "x" * 2_000_000}})))
    pipeline.watch.look()
    with pytest.raises(UnavailableError, match=r"1 MiB may; come again") as raised:
        pipeline.consume(batch(spans({"trace": 1, "span": 1})))
    assert (raised.value.reason, raised.value.is_rate_limit) == ("backlog", False)
    assert len(requests(tmp_path)) == 1


def test_the_backlog_is_measured(built, tmp_path):
    """Bytes of segments that no part holds, and the age of the oldest."""
    assert measure(tmp_path, now_s=time.time()).size_bytes == 0
    pipeline = built()
    pipeline.consume(batch(spans({"trace": 0, "span": 0})))
    backlog = measure(tmp_path, now_s=time.time() + 60)
    assert backlog.size_bytes > 0
    assert 59 < backlog.lag_s < 120


def test_an_ended_pipeline_puts_senders_off(tmp_path):
    """What comes while the receiver ends is not acknowledged; the journal is sealed."""
    pipeline = build(parse_config("", source="test"), tmp_path)
    pipeline.consume(batch(spans({"trace": 0, "span": 0})))
    pipeline.close()
    with pytest.raises(UnavailableError) as raised:
        pipeline.consume(batch(spans({"trace": 0, "span": 1})))
    assert raised.value.reason == "ending"
    (journal,) = list_writers(tmp_path)
    assert not journal.alive
    assert journal.losses() == {}
    assert [segment.sealed_length() is not None for segment in journal.segments()] == [True]
    assert len(records(tmp_path)) == 1


def test_one_wait_for_the_disk_serves_many(built, tmp_path, monkeypatch):
    """Requests that come while the disk is busy share the next wait, and each is acknowledged after its own bytes."""
    pipeline = built("collector: {sinks: {store: {fsync: true}}}")
    pipeline.consume(batch(spans({"trace": 0, "span": 0})))
    sync, waits = pipeline.sink.journal.sync, []

    def slow() -> bool:
        waits.append(time.monotonic())
        time.sleep(0.2)
        return sync()

    monkeypatch.setattr(pipeline.sink.journal, "sync", slow)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: pipeline.consume(batch(spans({"trace": n, "span": n}))), range(1, 21)))
    assert len(requests(tmp_path)) == 21
    assert len(waits) < 10
