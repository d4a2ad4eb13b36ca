"""OTLP's messages, and its JSON encoding to the letter: `from_json`, `decode_json` and `to_json`."""

from __future__ import annotations

from pyflare.otlp.messages import REQUESTS, SHAPES, Shape, Signal
from pyflare.otlp.reading import Decoded, Fault, decode_json, from_json
from pyflare.otlp.writing import to_json

__all__ = ["REQUESTS", "SHAPES", "Decoded", "Fault", "Shape", "Signal", "decode_json", "from_json", "to_json"]
