"""Streaming detectors as bytes, in the envelope of all drift detectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from pyflare.analytics.drift.state import State, pack, unpack
from pyflare.analytics.drift.streaming.base import StreamDetector
from pyflare.errors import ConfigError, DataError
from pyflare.registry import Registry

_PACKAGE: Final = "pyflare.analytics.drift.streaming"
_STATUSES: Final = ("stable", "warning", "drifted")
_COUNTERS: Final = ("n_seen", "n_alarms", "status")

STREAM_DETECTORS: Final = Registry[type[StreamDetector]](
    "streaming detector",
    {
        "adwin": f"{_PACKAGE}.adwin:ADWIN",
        "ddm": f"{_PACKAGE}.ddm:DDM",
        "eddm": f"{_PACKAGE}.eddm:EDDM",
        "hddm_a": f"{_PACKAGE}.hddm_a:HDDMA",
        "hddm_w": f"{_PACKAGE}.hddm_w:HDDMW",
        "kswin": f"{_PACKAGE}.kswin:KSWIN",
        "page_hinkley": f"{_PACKAGE}.page_hinkley:PageHinkley",
    },
    group="pyflare.stream_detectors",
)
"""Classes of streaming detectors; other distributions add theirs as entry points of `pyflare.stream_detectors`."""


def save_stream_detector(detector: StreamDetector) -> bytes:
    """The detector with all it has learnt, for `load_stream_detector`.

    Raises:
        DataError: Its class is registered under no name.
    """
    configuration = {field.name: getattr(detector, field.name) for field in fields(detector) if field.init}
    values = {name: getattr(detector, name) for name in _learnt(type(detector))}
    return pack(State(kind=_name_of(type(detector)), configuration=configuration, values=values))


def load_stream_detector(data: bytes) -> StreamDetector:
    """Bring back a detector. It goes on as the one that was saved would have.

    Raises:
        DataError: The bytes are something else, damaged, of a newer version, or of a detector that is not installed.

    Examples:
        >>> from pyflare.analytics.drift.streaming import DDM
        >>> load_stream_detector(save_stream_detector(DDM(drift_level=5.0)))
        DDM(n_seen=0, status='stable', n_alarms=0, warning_level=3.0, drift_level=5.0, warm_up=30, min_errors=20)
    """
    state = unpack(data)
    try:
        detector = STREAM_DETECTORS.get(state.kind)(**state.configuration)
    except (ConfigError, TypeError) as error:
        raise DataError(f"the state of a streaming detector cannot be loaded: {error}") from error
    _restore(detector, state.values)
    return detector


def _restore(detector: StreamDetector, values: Mapping[str, Any]) -> None:
    names = set(_learnt(type(detector)))
    if names != set(values):
        raise DataError(f"the state of {type(detector).__name__} does not fit: {sorted(names ^ set(values))}.")
    for name, value in values.items():
        if not _fits(value, getattr(detector, name)):
            raise DataError(f"the state of {type(detector).__name__} does not fit: {name} is {value!r:.60}.")
        setattr(detector, name, value)


def _fits(value: object, like: object) -> bool:
    """Whether a value is of the same kind as the one a new detector has."""
    if isinstance(like, str):
        return value in _STATUSES
    if isinstance(like, list):
        if not isinstance(value, list) or (like and len(value) != len(like)):
            return False
        return all(_fits(item, like[0] if like else 0.0) for item in value)
    return isinstance(value, int | float)


def _learnt(detector_type: type[StreamDetector]) -> Iterator[str]:
    """The fields that change with each value; the other ones follow from the configuration."""
    for field in fields(detector_type):
        if not field.init and (field.name in _COUNTERS or field.name.startswith("_")):
            yield field.name


def _name_of(detector_type: type[StreamDetector]) -> str:
    for name in STREAM_DETECTORS.names():
        if STREAM_DETECTORS.get(name) is detector_type:
            return name
    raise DataError(
        f"{detector_type.__name__} is not a registered streaming detector, so it could not be loaded again."
    )
