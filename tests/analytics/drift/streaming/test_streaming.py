"""What holds for every streaming detector."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pyflare.analytics.drift.state import pack, unpack
from pyflare.analytics.drift.streaming import (
    ADWIN,
    DDM,
    EDDM,
    HDDMA,
    HDDMW,
    KSWIN,
    STREAM_DETECTORS,
    Alarm,
    PageHinkley,
    StreamDetector,
    load_stream_detector,
    save_stream_detector,
)
from pyflare.errors import ConfigError, DataError

NAMES = STREAM_DETECTORS.names()
EAGER: dict[str, dict[str, Any]] = {
    "adwin": {"block": 5},
    "ddm": {"warning_level": 1.0, "drift_level": 1.5, "min_errors": 3},
    "eddm": {"ratio": 0.9},
    "hddm_a": {"confidence": 0.05, "warning_confidence": 0.2, "two_sided": True},
    "hddm_w": {"confidence": 0.05, "warning_confidence": 0.2, "decay": 0.05, "two_sided": True},
    "kswin": {"window": 40, "recent": 15, "run_length": 60.0, "every": 3},
    "page_hinkley": {"run_length": 150.0},
}
"""Configurations that raise many alarms, so that much happens in a short stream."""


def made(name: str, **options: Any) -> StreamDetector:
    return STREAM_DETECTORS.get(name)(**options)


def errors(seed: int, *rates: float, each: int = 600) -> np.ndarray:
    """A stream of right (0) and wrong (1), with an error rate after the other."""
    return (np.random.default_rng(seed).random(each * len(rates)) < np.repeat(rates, each)).astype(float)


def told(alarms: Iterable[Alarm]) -> list[tuple[float, ...]]:
    """Alarms for a comparison that does not look at the last digits of means."""
    return [(alarm.position, alarm.began, round(alarm.before, 9), abs(round(alarm.after, 9))) for alarm in alarms]


def one_by_one(detector: StreamDetector, values: np.ndarray) -> list[Alarm]:
    return [alarm for value in values if (alarm := detector.update(value))]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, 2400), max_size=4))
def test_many_at_once_are_as_one_by_one(name, seed, cuts):
    """However a stream is cut into pieces, the alarms and the state are those of one value at a time."""
    stream = errors(seed, 0.1, 0.5, 0.05, 0.3)
    slow, fast = made(name, **EAGER[name]), made(name, **EAGER[name])
    alarms = [alarm for part in np.split(stream, sorted(cuts)) for alarm in fast.update_many(part)]
    assert told(alarms) == told(one_by_one(slow, stream))
    assert alarms or name == "kswin"  # which draws the values it compares, and now and then misses a change
    assert (fast.n_seen, fast.status, fast.n_alarms) == (slow.n_seen, slow.status, slow.n_alarms)
    following = errors(seed + 1, 0.3, 0.6)
    assert told(fast.update_many(following)) == told(one_by_one(slow, following))


@pytest.mark.parametrize("name", NAMES)
def test_a_large_rise_is_found_soon_after_it(name):
    """Errors that rise from a tenth to two thirds are found by every detector, and their beginning is known."""
    stream = errors(3, *[0.1] * 6, *[0.66] * 6)
    alarm = made(name).update_many(stream)[0]
    assert 3600 < alarm.position < (7200 if name == "eddm" else 4000)
    assert alarm.before < 0.12 < alarm.after
    assert alarm.began < 3700


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_detector_goes_on_as_it_would_have(name):
    """A detector that is saved in the middle of a stream, and loaded, raises the alarms of one that went on."""
    stream = errors(5, 0.1, 0.5, 0.05, 0.4)
    detector = made(name, **EAGER[name])
    detector.update_many(stream[:1111])
    loaded = load_stream_detector(save_stream_detector(detector))
    assert repr(loaded) == repr(detector)
    assert repr(loaded.update_many(stream[1111:])) == repr(detector.update_many(stream[1111:]))
    assert save_stream_detector(loaded) == save_stream_detector(detector)


def test_another_process_reads_what_was_saved(tmp_path):
    """A state is read in a process that shares nothing with the one that wrote it."""
    detector = PageHinkley(run_length=150.0)
    detector.update_many(errors(5, 0.1, 0.5))
    (tmp_path / "state").write_bytes(save_stream_detector(detector))
    program = (
        "import sys; from pathlib import Path; from pyflare.analytics.drift.streaming import load_stream_detector; "
        "print(load_stream_detector(Path(sys.argv[1]).read_bytes()))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "state"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == repr(detector)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_damaged_or_foreign_is_not_loaded(name):
    """A byte that has changed, and bytes of something else, are errors that say so."""
    data = bytearray(save_stream_detector(made(name)))
    data[len(data) // 2] ^= 1
    with pytest.raises(DataError, match=r"damaged|something else|state"):
        load_stream_detector(bytes(data))
    with pytest.raises(DataError, match="something else"):
        load_stream_detector(b"PK\x03\x04")


@pytest.mark.parametrize("change", [{"_best": [1.0]}, {"_n": "many"}, {"status": "asleep"}, {"_more": 1}])
def test_a_state_that_does_not_fit_is_not_loaded(change):
    """Values that a detector does not have, or has in another form, are an error and not a later surprise."""
    state = unpack(save_stream_detector(DDM()))
    with pytest.raises(DataError, match="the state of DDM does not fit"):
        load_stream_detector(pack(replace(state, values={**state.values, **change})))
    with pytest.raises(DataError, match="cannot be loaded"):
        load_stream_detector(pack(replace(state, configuration={"unknown": 1})))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_missing_is_refused_and_changes_nothing(name, value):
    """A missing or infinite value is an error, for one as for many, and none of them is taken."""
    detector = made(name)
    with pytest.raises(DataError, match="Leave missing values out"):
        detector.update(value)
    with pytest.raises(DataError, match="at position 1"):
        detector.update_many([0.0, value])
    assert detector.n_seen == 0


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_number_is_refused(name):
    """Text, times and what a mask hides are errors like missing values, not numbers that NumPy makes of them."""
    detector = made(name)
    for value in (None, "late", 10**400, np.datetime64("2026-05-01")):
        with pytest.raises(DataError, match="Leave missing values out"):
            detector.update(value)
        with pytest.raises(DataError, match=r"expected numbers|Leave missing values out"):
            detector.update_many([value])
    with pytest.raises(DataError, match="nan at position 1"):
        detector.update_many(np.ma.masked_array([0.0, 1.0], mask=[False, True]))
    assert detector.n_seen == 0


def test_the_largest_numbers_do_no_harm():
    """Numbers as large as are taken raise no warning of NumPy's, and what comes after them is still taken."""
    for detector in (PageHinkley(), ADWIN(), KSWIN()):
        detector.update_many([1e150, -1e150] * 500)
        detector.update_many(np.ones(500))
        assert detector.n_seen == 1500


@pytest.mark.parametrize("name", ["ddm", "eddm"])
def test_detectors_of_errors_take_nothing_but_right_and_wrong(name):
    """A probability is no error: it is refused with what was expected."""
    with pytest.raises(DataError, match=r"expected 0 \(right\) or 1 \(wrong\), got 0.5"):
        made(name).update(0.5)


@pytest.mark.parametrize("name", ["hddm_a", "hddm_w"])
def test_detectors_by_bounds_take_nothing_out_of_range(name):
    """The bounds hold for values from 0 to 1, so others are refused."""
    with pytest.raises(DataError, match=r"expected values from 0 to 1, got 1\.5"):
        made(name).update_many([0.5, 1.5])


@pytest.mark.parametrize("name", NAMES)
def test_forgetting_leaves_the_count(name):
    """After a reset a detector finds in a stream what a new one finds."""
    detector, stream = made(name, **EAGER[name]), errors(9, 0.1, 0.6)
    detector.update_many(stream)
    seen = detector.n_seen
    detector.reset()
    again = [alarm.position - seen for alarm in detector.update_many(stream)]
    assert again == [alarm.position for alarm in made(name, **EAGER[name]).update_many(stream)]


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_stream_raises_no_alarm(name):
    """Where every value is the same nothing has changed, whichever value it is."""
    for value in (0.0, 1.0):
        assert made(name).update_many(np.full(5000, value)) == ()


@pytest.mark.parametrize("detector_type", [ADWIN, PageHinkley, KSWIN])
def test_units_do_not_matter(detector_type):
    """The same stream in other units, and from another zero, raises the same alarms."""
    values = np.random.default_rng(2).normal(size=6000)
    values[4000:] += 2
    expected = [alarm.position for alarm in detector_type().update_many(values)]
    assert expected
    assert [alarm.position for alarm in detector_type().update_many(1024 * values - 4096)] == expected


@pytest.mark.parametrize(
    ("detector_type", "options"),
    [
        (ADWIN, {"delta": 0.0}),
        (DDM, {"warning_level": 5.0}),
        (EDDM, {"ratio": 1.5}),
        (EDDM, {"level": 1.0}),
        (HDDMA, {"confidence": 0.5}),
        (HDDMW, {"decay": 1.0}),
        (KSWIN, {"recent": 300}),
        (KSWIN, {"window": 100_000}),
        (KSWIN, {"window": 6, "recent": 3}),
        (PageHinkley, {"shift": 0.0}),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(detector_type, options):
    """An option out of range is an error when the detector is made."""
    with pytest.raises(ConfigError):
        detector_type(**options)


def test_a_detector_of_no_name_cannot_be_saved():
    """Bytes that nobody could load again are not written."""

    class Own(DDM):
        pass

    with pytest.raises(DataError, match="not a registered streaming detector"):
        save_stream_detector(Own())


def test_an_alarm_says_what_changed():
    """An alarm is read as a sentence."""
    alarm = Alarm(position=1200, began=1101, before=0.1, after=0.35)
    assert repr(alarm) == "Alarm at 1,200: mean 0.1 → 0.35 since 1,101"
    assert alarm.delay == 100
