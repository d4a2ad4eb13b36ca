"""Tail sampling seen from the store: a refused trace goes, whenever its spans were compacted."""

from __future__ import annotations

import time

import pytest

import pyflare
from pyflare.server.config_file import parse_config
from pyflare.server.pipeline import build
from pyflare.store.compaction import compact
from tests.server.journals import verdicts
from tests.server.requests import batch, spans

TAIL = "collector: {sampling: {tail: {wait_s: 0.3, rate: 0}}, sinks: {store: {compact_after_mib: 0}}}"


def names(folder):
    with pyflare.open(folder, compact=False) as workspace:
        found = workspace.sql("SELECT operation_name FROM spans ORDER BY 1")["operation_name"].to_pylist()
        traces = workspace.sql("SELECT operation_name FROM traces ORDER BY 1")["operation_name"].to_pylist()
        assert set(traces) <= set(found)
        return found


def wait_for_verdict(folder):
    deadline_s = time.monotonic() + 20
    while not verdicts(folder) and "boring" in names(folder):  # on a slow machine a compaction may have taken it
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@pytest.mark.parametrize("compacts", [(), (1,), (2,), (3,), (1, 2), (2, 3), (1, 3), (1, 2, 3)])
def test_a_refused_trace_is_gone(tmp_path, compacts):
    """Whether its spans came in one request or two, and were compacted before the verdict, after it, or not at all."""

    def moment(number):
        pipeline.sink.journal.seal()
        if number in compacts:
            assert compact(tmp_path).done

    pipeline = build(parse_config(TAIL, source="test"), tmp_path)
    began_s = time.monotonic()
    pipeline.consume(
        batch(
            spans({"trace": 0, "span": 0, "name": "boring"}, {"trace": 1, "span": 1, "name": "failed", "failed": True})
        )
    )
    moment(1)
    pipeline.consume(
        batch(
            spans({"trace": 0, "span": 2, "name": "boring too"}, {"trace": 1, "span": 3, "name": "inner", "parent": 1})
        )
    )
    if time.monotonic() - began_s < 0.25:
        assert "inner" in names(tmp_path)
    moment(2)
    wait_for_verdict(tmp_path)
    moment(3)
    if 3 in compacts or not compacts:  # else it is in a part until the next compaction
        assert names(tmp_path) == ["failed", "inner"]
    pipeline.close()
    assert compact(tmp_path).done
    assert names(tmp_path) == ["failed", "inner"]
