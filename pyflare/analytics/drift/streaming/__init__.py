"""Streams: values that come one by one, watched for a change as they come."""

from pyflare.analytics.drift.streaming.adwin import ADWIN
from pyflare.analytics.drift.streaming.alarm import Alarm, StreamStatus
from pyflare.analytics.drift.streaming.base import StreamDetector
from pyflare.analytics.drift.streaming.ddm import DDM
from pyflare.analytics.drift.streaming.eddm import EDDM
from pyflare.analytics.drift.streaming.hddm_a import HDDMA
from pyflare.analytics.drift.streaming.hddm_w import HDDMW
from pyflare.analytics.drift.streaming.kswin import KSWIN
from pyflare.analytics.drift.streaming.page_hinkley import PageHinkley
from pyflare.analytics.drift.streaming.state import STREAM_DETECTORS, load_stream_detector, save_stream_detector

__all__ = [
    "ADWIN",
    "DDM",
    "EDDM",
    "HDDMA",
    "HDDMW",
    "KSWIN",
    "STREAM_DETECTORS",
    "Alarm",
    "PageHinkley",
    "StreamDetector",
    "StreamStatus",
    "load_stream_detector",
    "save_stream_detector",
]
