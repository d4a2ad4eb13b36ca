"""What a value is captured as, for the tests that ask."""

from __future__ import annotations

import json

from pyflare.tracing.capture import Limits, encode_value

LIMITS = Limits()


def captured(value, limits=LIMITS):
    """What is kept of a value, decoded by another JSON library than the one that wrote it."""
    data, _ = encode_value(value, limits)
    return json.loads(data.decode("utf-8"), parse_constant=_refuse)


def _refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def truncated(value, limits=LIMITS):
    return encode_value(value, limits)[1]
