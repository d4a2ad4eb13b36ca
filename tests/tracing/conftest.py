"""A traced process of its own for every test, and a look at what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pyflare
from pyflare.tracing.context import get_current
from pyflare.tracing.guard import guard
from tests.tracing.recorded import Recorded


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """PyFlare's own faults, counted afresh; a test that expects some takes them out."""
    counts: dict[str, int] = {}
    monkeypatch.setattr(guard, "faults", counts)
    return counts


@pytest.fixture
def begin(tmp_path: Path, faults: dict[str, int]) -> Iterator[Callable[..., Recorded]]:
    """Call it with settings to trace into a folder. At the end nothing may be current and no fault open."""
    before = get_current()

    def start(**settings: Any) -> Recorded:
        path = Path(settings.pop("path", tmp_path / "folder"))
        pyflare.init(service="test", path=path, compaction="off", **settings)
        return Recorded(path)

    yield start
    pyflare.shutdown()
    assert get_current() == before, "a span or scope is still current after the test"
    assert faults == {}


@pytest.fixture
def recorded(begin: Callable[..., Recorded]) -> Recorded:
    """Tracing is on with the default settings; what was written is read here."""
    return begin()
