"""Tracing holds no spans in memory."""

from __future__ import annotations

import pytest

from benchmarks.memory import BAR_MB, QUICK_SPANS, SPANS, growth_bytes


@pytest.mark.parametrize(
    "spans", [QUICK_SPANS, pytest.param(SPANS, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
def test_memory_does_not_grow_with_spans(spans: int) -> None:
    """The memory of a traced process stays within 64 MB of where it began, however many spans it writes."""
    assert growth_bytes(spans) <= BAR_MB * 1_000_000
