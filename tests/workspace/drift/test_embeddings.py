"""Embeddings: in journals, in parts, and in the vector store."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import pyflare
from pyflare.store import vectors
from pyflare.store.compaction import compact
from tests.store.records import T0_NS, row, write_journal
from tests.workspace.drift.traffic import DAY_NS, NOW

COUNT = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of embeddings; on the second a fifth of them is of a new topic."""
    random = np.random.default_rng(0)
    values = random.normal(size=(2 * COUNT, 8)).astype(np.float32)
    values[-COUNT // 5 :] += 6
    records = [
        row(
            "embeddings",
            embedding_id=f"{number:032x}",
            timestamp=T0_NS + number * DAY_NS // COUNT,
            trace_id=f"{number:032x}",
            name="input" if number % 40 else "output",
            vector=vector.tolist(),
        )
        for number, vector in enumerate(values)
    ]
    write_journal(tmp_path, records)
    return tmp_path


def test_a_new_topic_leads_to_its_traces(folder: Path) -> None:
    """Embeddings of a new topic are drift of embeddings, and the traces named are of the topic."""
    with pyflare.open(folder, compact=False) as workspace:
        run = workspace.drift(table="embeddings", reference="1d", filters={"name": "input"}, now=NOW)
        (found,) = run.segments
        assert (found.result.status, found.result.type) == ("drifted", "embedding")
        assert (found.n_reference, found.n_current) == (117, 117)
        explained = run.explain()
        assert all(int(trace_id, 16) >= 2 * COUNT - COUNT // 5 for trace_id in explained.trace_ids)
        assert explained.trace_ids
        assert found.samples["vector"]


@pytest.mark.skipif(importlib.util.find_spec("lancedb") is None, reason="needs the extra vectors")
def test_moved_embeddings_are_read(folder: Path) -> None:
    """Where embeddings have moved into the vector store, a monitor finds the same."""
    options = {"table": "embeddings", "reference": "1d", "filters": {"name": "input"}, "now": NOW}
    with pyflare.open(folder, compact=False) as workspace:
        before = workspace.drift(**options)
    compact(folder, now_ns=T0_NS + 3 * DAY_NS)
    vectors.settle(folder)
    with pyflare.open(folder, compact=False) as workspace:
        assert len(workspace.query("SELECT * FROM embeddings")) == 0
        after = workspace.drift(**options)
        first_look = workspace.drift(**{name: value for name, value in options.items() if name != "reference"})
    assert (after.segments[0].n_reference, after.segments[0].n_current) == (117, 117)
    assert after.segments[0].result.score == pytest.approx(before.segments[0].result.score, abs=0.1)
    assert after.status == before.status
    assert (first_look.monitor.current, first_look.segments[0].n_current) == ("1d", 117)
