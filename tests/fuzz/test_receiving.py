"""Whatever bytes come, the receiver answers; whatever it accepts can be stored."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyflare.otlp import SHAPES
from tests.fuzz.receiving import receive, seeds, store

SEEDS: Final = list(seeds())


def fuzz(data: bytes) -> None:
    taken = receive(data)
    if taken is not None and taken.batch.records:
        store(taken)


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_seeds(seed: bytes) -> None:
    """What the fuzzing begins with is accepted whole."""
    taken = receive(seed)
    assert taken is not None
    assert (taken.batch.records > 0, taken.batch.rejected) == (True, 0)
    store(taken)


@given(data=st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    """Bytes that mean nothing are refused, and nothing else happens."""
    fuzz(data)


@st.composite
def mutated(draw: Any) -> bytes:
    """A good request with pieces of it overwritten, cut out or doubled."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + 8] = draw(st.binary(min_size=1, max_size=8))
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case _:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
    return bytes(data)


@given(data=mutated())
@settings(max_examples=300)
def test_mutated_requests(data: bytes) -> None:
    """A request that was damaged on its way is refused or stored, whole or in part."""
    fuzz(data)


_NAMES: Final = sorted(
    {field.json_name for shape in SHAPES.values() for field in shape.request.DESCRIPTOR.fields}
    | {"scopeSpans", "scopeMetrics", "scopeLogs", "spans", "metrics", "logRecords", "resource", "scope", "name"}
    | {"instrumentationLibrarySpans", "traceId", "spanId", "attributes", "key", "value", "events", "links", "body"}
    | {"intValue", "doubleValue", "bytesValue", "kvlistValue", "arrayValue", "values", "timeUnixNano", "gauge"}
)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "1544712660000000000", "NaN", "AP8="]),
)
_documents = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=20,
)


@given(choice=st.integers(3, 5), document=_documents)
def test_documents(choice: int, document: Any) -> None:
    """JSON of the right words in the wrong places is refused or stored."""
    fuzz(bytes([choice]) + json.dumps(document).encode())


@given(choice=st.integers(3, 5), record=_documents)
def test_records(choice: int, record: Any) -> None:
    """So is a record of the wrong shape in the right place."""
    envelopes = {
        3: ("resourceSpans", "scopeSpans", "spans"),
        4: ("resourceMetrics", "scopeMetrics", "metrics"),
        5: ("resourceLogs", "scopeLogs", "logRecords"),
    }
    resources, scopes, records = envelopes[choice]
    fuzz(bytes([choice]) + json.dumps({resources: [{scopes: [{records: [record]}]}]}).encode())
