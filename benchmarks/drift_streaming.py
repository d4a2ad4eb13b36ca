"""Streaming detectors: updates a second, alarms where nothing changes, and how soon a change is found, beside river's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.row import BenchRow
from pyflare.analytics.drift.streaming import STREAM_DETECTORS

VALUES: Final = 1_000_000
QUICK_VALUES: Final = 200_000
LENGTH: Final = 50_000
"""Values of a stream without a change."""
STREAMS: Final = 100
QUICK_STREAMS: Final = 20
BAR: Final = 1_000_000
"""Updates a second."""
ALARMS_BAR: Final = 0.1
"""Alarms in a stream without a change; what the detectors' documentation says is at most 0.06."""
CHANGES: Final = 25
"""Streams with a change."""
BEFORE: Final = 5_000
NUMBERS: Final = ("page_hinkley", "kswin")
"""Detectors that are measured on normal values; the others on errors."""

_Stream = npt.NDArray[np.float64]


def _oracles() -> dict[str, Callable[[], Any]]:
    from river import drift

    return {
        "adwin": drift.ADWIN,
        "ddm": drift.binary.DDM,
        "eddm": drift.binary.EDDM,
        "hddm_a": drift.binary.HDDMA,
        "hddm_w": drift.binary.HDDMW,
        "kswin": lambda: drift.KSWIN(seed=1),
        "page_hinkley": drift.PageHinkley,
    }


def stream(name: str, generator: np.random.Generator, size: int, *, moved: bool = False) -> _Stream:
    """Values as a detector takes them: errors at a rate of 0.3, or normal ones; moved, at 0.5 or a mean of 1."""
    if name in NUMBERS:
        return generator.normal(1.0 if moved else 0.0, 1.0, size)
    return (generator.random(size) < (0.5 if moved else 0.3)).astype(np.float64)


def alarms_of(name: str, *, streams: int, length: int) -> float:
    """The mean number of alarms in a stream without a change."""
    generator = np.random.default_rng(20)
    found = [len(STREAM_DETECTORS.get(name)().update_many(stream(name, generator, length))) for _ in range(streams)]
    return float(np.mean(found))


def delay_of(name: str) -> str:
    """After how many values a change is found, in the median, and how often it is not within 20,000."""
    generator, delays = np.random.default_rng(21), []
    for _ in range(CHANGES):
        parts = stream(name, generator, BEFORE), stream(name, generator, 20_000, moved=True)
        alarms = STREAM_DETECTORS.get(name)().update_many(np.concatenate(parts))
        delays.append(next((alarm.position - BEFORE for alarm in alarms if alarm.position > BEFORE), None))
    known = [delay for delay in delays if delay is not None]
    missed = CHANGES - len(known)
    said = f"found after {np.median(known):,.0f} values" if known else "not found"
    return f"{said}, {missed} of {CHANGES} missed" if known and missed else said


def updates_per_s(update: Callable[[], object], values: int) -> float:
    """By CPU time, the better of two."""
    times = []
    for _ in range(2):
        started = time.process_time()
        update()
        times.append(time.process_time() - started)
    return values / min(times)


def river_updates_per_s(make: Callable[[], Any], values: list[float]) -> float:
    """The same of river's detector, which takes one value at a time."""

    def update() -> None:
        detector = make()
        for value in values:
            detector.update(value)

    return updates_per_s(update, len(values))


def rows(*, quick: bool = False) -> Iterator[BenchRow]:
    """The lines of the table: for each detector its speed and its false alarms."""
    size, streams = (QUICK_VALUES, QUICK_STREAMS) if quick else (VALUES, STREAMS)
    oracles = _oracles()
    for name in STREAM_DETECTORS.names():
        make = STREAM_DETECTORS.get(name)
        values = stream(name, np.random.default_rng(3), size)
        ours = updates_per_s(lambda make=make, values=values: make().update_many(values), size)
        some = values[: 2_000 if name == "kswin" else 50_000].tolist()
        theirs = river_updates_per_s(oracles[name], some)
        yield BenchRow(
            what=f"{make.__name__}: updates a second, many at once",
            bar="at least 1,000,000",
            measured=f"{ours / 1e6:.1f} million",
            ok=ours >= BAR,
            beside=f"river, one at a time: {theirs / 1e6:.3g} million",
        )
        alarms = alarms_of(name, streams=streams, length=LENGTH)
        yield BenchRow(
            what=f"{make.__name__}: alarms in {LENGTH:,} values without a change",
            bar=f"at most {ALARMS_BAR:g}",
            measured=f"{alarms:.2f}",
            ok=alarms <= ALARMS_BAR,
            beside=f"{_river_alarms(name, oracles[name])}; a change is {delay_of(name)}",
        )


def _river_alarms(name: str, make: Callable[[], Any]) -> str:
    """What river's detector raises with its defaults, on one stream."""
    size = 6_000 if name == "kswin" else LENGTH
    detector, alarms = make(), 0
    for value in stream(name, np.random.default_rng(22), size).tolist():
        detector.update(value)
        alarms += detector.drift_detected
    return f"river {alarms} in {size:,}"
