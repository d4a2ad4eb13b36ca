"""OTLP's messages and their two encodings. JSON is read and written to the letter.

`from_json` and `to_json` are for whoever wants a message; `decode_json` and
`decode_protobuf` are for receivers: they tell apart the records that cannot be read.
"""

from __future__ import annotations

from pyflare.otlp.binary import decode_protobuf
from pyflare.otlp.counting import TooManyError
from pyflare.otlp.messages import REQUESTS, SHAPES, Shape, Signal
from pyflare.otlp.reading import Decoded, Fault, decode_json, from_json
from pyflare.otlp.writing import to_json

__all__ = [
    "REQUESTS",
    "SHAPES",
    "Decoded",
    "Fault",
    "Shape",
    "Signal",
    "TooManyError",
    "decode_json",
    "decode_protobuf",
    "from_json",
    "to_json",
]
