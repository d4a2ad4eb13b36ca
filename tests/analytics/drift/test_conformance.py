"""What every registered drift detector does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyflare.analytics.drift.column import Column
from pyflare.analytics.drift.detector import DriftDetector
from pyflare.analytics.drift.registered import DETECTORS, load_detector
from pyflare.errors import DataError
from tests.analytics.drift.samples import NOW
from tests.analytics.drift.samples import sample as _sample

every_detector = pytest.mark.parametrize("name", DETECTORS.names())


def sample(rng: np.random.Generator, size: int = 800, **moved: float) -> dict[str, Column]:
    """As few rows as every detector can do with."""
    return _sample(rng, size, **moved)


def _made(name: str) -> DriftDetector:
    detector: DriftDetector = DETECTORS.get(name)()
    detector.set_reference(sample(np.random.default_rng(1)))
    return detector


@every_detector
def test_is_a_detector(name: str) -> None:
    """It has the interface, and is registered under its kind."""
    assert isinstance(DETECTORS.get(name)(), DriftDetector)
    assert DETECTORS.get(name).kind == name


@every_detector
def test_finds_what_moved_and_nothing_else(name: str) -> None:
    """It is healthy on the same world, and drifted on one that has moved, with the numbers to show for it."""
    detector = _made(name)
    same = detector.compute(sample(np.random.default_rng(2)), now=NOW, alpha=1e-4)
    moved = detector.compute(sample(np.random.default_rng(3), shift=1.5, chat=0.8), now=NOW)
    assert (same.status, moved.status, moved.is_drifted) == ("healthy", "drifted", True)
    assert same.score < moved.score <= 1
    assert np.isfinite(same.score)
    assert moved.type == detector.type
    assert moved.detected_at == NOW
    assert set(moved.feature_scores) == {column.column for column in moved.columns}
    assert moved.explanation != same.explanation


@every_detector
def test_the_level_of_a_look(name: str) -> None:
    """The level of a look replaces the configured one."""
    found = _made(name).compute(sample(np.random.default_rng(2)), now=NOW, alpha=1e-4)
    assert found.alpha == 1e-4


@every_detector
def test_answers_the_same_elsewhere(name: str) -> None:
    """Saved and loaded, it gives the same answer, and the same bytes."""
    detector = _made(name)
    loaded = load_detector(detector.to_bytes())
    current = sample(np.random.default_rng(3), shift=0.4)
    assert repr(loaded) == repr(detector)
    assert loaded.compute(current, now=NOW) == detector.compute(current, now=NOW)
    assert loaded.to_bytes() == detector.to_bytes()


@every_detector
def test_needs_a_reference(name: str) -> None:
    """Without a reference it says what to do."""
    detector: DriftDetector = DETECTORS.get(name)()
    with pytest.raises(DataError, match="set_reference"):
        detector.compute(sample(np.random.default_rng(1)), now=NOW)
    with pytest.raises(DataError, match="set_reference"):
        detector.to_bytes()


@every_detector
def test_too_little_is_unknown(name: str) -> None:
    """Too little data is unknown, never drifted and never healthy."""
    found = _made(name).compute(sample(np.random.default_rng(2), 5), now=NOW)
    assert found.status == "unknown"
    assert "5" in found.explanation


@every_detector
def test_damaged_bytes(name: str) -> None:
    """Bytes cut short, changed or of something else are a clear error."""
    data = _made(name).to_bytes()
    changed = bytearray(data)
    changed[len(data) // 2] ^= 0xFF
    for damaged in (data[:-3], bytes(changed), b"", b"PAR1", data + b"x"):
        with pytest.raises(DataError, match="drift detector"):
            load_detector(damaged)


def test_answers_the_same_in_another_process(tmp_path: Path) -> None:
    """Another process loads all of them and gets the same scores."""
    names = DETECTORS.names()
    for name in names:
        (tmp_path / name).write_bytes(_made(name).to_bytes())
    program = (
        "import sys, pathlib, numpy as np\n"
        "from pyflare.analytics.drift.registered import load_detector\n"
        "from tests.analytics.drift.test_conformance import NOW, sample\n"
        "for name in sys.argv[2:]:\n"
        "    detector = load_detector(pathlib.Path(sys.argv[1], name).read_bytes())\n"
        "    print(repr(detector.compute(sample(np.random.default_rng(3), shift=0.4), now=NOW).score))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), *names], capture_output=True, text=True, check=True
    ).stdout.split()
    current = sample(np.random.default_rng(3), shift=0.4)
    assert [float(score) for score in said] == [_made(name).compute(current, now=NOW).score for name in names]
