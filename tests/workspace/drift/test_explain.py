"""Why a column has drifted."""

from __future__ import annotations

import pytest

from pyflare.errors import NotFoundError, QueryError
from pyflare.workspace import Workspace
from tests.workspace.drift.test_running import RETRIEVAL
from tests.workspace.drift.traffic import NOW, is_stale

PRODUCTION = "environment = production"


def test_levels_traces_and_what_they_carry(workspace: Workspace) -> None:
    """The stale index is named with its traces, and carries most of the rise in errors and the fall of the score."""
    run = workspace.drift.run(RETRIEVAL, now=NOW)
    found = run.explain("attributes.index", segment=PRODUCTION)
    assert [part.label for part in found.parts[:2]] in (["old", "new"], ["new", "old"])
    old = next(part for part in found.parts if part.label == "old")
    assert (old.reference, old.current) == (0.0, pytest.approx(2 / 3, abs=0.01))
    assert found.trace_ids
    assert all(is_stale(int(trace_id, 16) - 1) for trace_id in found.trace_ids)
    assert found.metric_change is not None
    assert found.metric_change.change > 0.2
    assert found.carried_share == pytest.approx(1, abs=0.3)
    helpful = run.explain("attributes.index", segment=PRODUCTION, metric="score.helpful")
    assert helpful.metric_change is not None
    assert helpful.metric_change.change == pytest.approx(-2 / 3, abs=0.01)
    assert helpful.carried_share == pytest.approx(1)
    assert "old" in repr(found)


def test_bins_of_numbers(workspace: Workspace) -> None:
    """Of numbers the bins that grew are named, and most of their traces are from the stale index."""
    found = workspace.drift.run(RETRIEVAL, now=NOW).explain(
        "attributes.similarity", segment=PRODUCTION, metric="latency"
    )
    first = max(found.parts, key=lambda part: part.current - part.reference)
    assert first.current > first.reference
    assert sum(is_stale(int(trace_id, 16) - 1) for trace_id in first.trace_ids) > len(first.trace_ids) / 2


def test_the_worst_without_a_name(workspace: Workspace) -> None:
    """Without a column or segment the one that moved most is explained, also by the name of a monitor that has run."""
    run = workspace.drift.run(RETRIEVAL, now=NOW)
    assert run.explain().segment == PRODUCTION
    assert workspace.drift.explain(RETRIEVAL).drift.column == run.explain().drift.column
    assert run.explain("attributes.index").segment == PRODUCTION


def test_what_cannot_be_explained(workspace: Workspace) -> None:
    """A monitor that has not run, a segment or a metric that is not there: each says so."""
    with pytest.raises(NotFoundError, match="has no run"):
        workspace.drift.explain(RETRIEVAL)
    run = workspace.drift.run(RETRIEVAL, now=NOW)
    with pytest.raises(NotFoundError, match="it has 'environment = "):
        run.explain("latency", segment="environment = moon")
    with pytest.raises(QueryError, match="metric"):
        run.explain("latency", segment=PRODUCTION, metric="model")
