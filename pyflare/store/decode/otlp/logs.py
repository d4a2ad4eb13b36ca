"""Log records, as an engine has laid them out, into the columns of `logs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from pyflare.schema.records import WriterInfo
from pyflare.schema.tables import LOGS
from pyflare.store.decode import arrays
from pyflare.store.decode.otlp.attributes import Attributes
from pyflare.store.decode.otlp.origins import Origin, OriginColumns, plain
from pyflare.store.decode.otlp.table import LATEST_NS, finish, fits, none_for, within
from pyflare.store.decode.otlp.values import value_of
from pyflare.store.decode.typed import json_text

_UNSET: Final = pa.scalar(0, pa.uint64())


@dataclass(frozen=True, slots=True, kw_only=True)
class LogArrays:
    """n log records as arrays of OTLP's fields, in any order."""

    origins: Sequence[Origin]
    origin: pa.Array
    """int32, shape (n,): positions in `origins`."""
    accepted_ns: pa.Array
    """int64, shape (n,): when the request of each was accepted: the time of a record that has none of its own."""
    time_ns: pa.Array
    """uint64, shape (n,), 0 where it is not known; so is `observed_ns`."""
    observed_ns: pa.Array
    severity_number: pa.Array
    severity_text: pa.Array
    body: pa.Array
    """As JSON; null where there is none."""
    event_name: pa.Array
    trace_id: Sequence[bytes]
    span_id: Sequence[bytes]
    flags: pa.Array
    dropped_attributes: pa.Array
    attributes: Attributes


def body_text(body: AnyValue) -> str:
    """A record's body as JSON."""
    return json_text(value_of(body))


def log_table(logs: LogArrays, info: WriterInfo) -> pa.Table:
    """The records as rows of `logs`, sorted by time."""
    origins = OriginColumns(logs.origins, logs.origin, info)
    attributes, types = logs.attributes.maps()
    observed_ns = none_for(within(logs.observed_ns), 0)
    time_ns = pc.coalesce(none_for(within(logs.time_ns), 0), observed_ns, logs.accepted_ns)
    columns = {
        **origins.shared(),
        "timestamp": time_ns.cast(pa.timestamp("ns")),
        "observed_time": observed_ns.cast(pa.timestamp("ns")),
        "trace_id": arrays.optional_hex_ids(logs.trace_id),
        "span_id": arrays.optional_hex_ids(logs.span_id),
        "event_name": none_for(logs.event_name, ""),
        "severity_number": none_for(logs.severity_number.cast(pa.int64()), 0),
        "severity_text": none_for(logs.severity_text, ""),
        "body": logs.body,
        "attributes": attributes,
        "attribute_types": types,
        "trace_flags": none_for(logs.flags.cast(pa.int64()), 0),
        "otlp": origins.otlp(_rests(logs)),
    }
    return finish(columns, LOGS, len(logs.origin))


def _rests(logs: LogArrays) -> dict[int, dict[str, Any]]:
    """What of single records no column holds, by position, under the name `record`."""
    usual = pc.and_(fits(logs.time_ns), fits(logs.observed_ns))
    usual = pc.and_(usual, pc.equal(logs.dropped_attributes, 0))
    usual = pc.and_(usual, pc.not_equal(logs.time_ns, _UNSET))
    odd: list[int] = pc.indices_nonzero(pc.invert(usual)).to_pylist()
    return {row: {"record": _rest(logs, row)} for row in odd}


def _rest(logs: LogArrays, row: int) -> dict[str, Any]:
    time_ns, observed_ns = logs.time_ns[row].as_py(), logs.observed_ns[row].as_py()
    rest = plain(droppedAttributesCount=logs.dropped_attributes[row].as_py())
    if not 0 < time_ns <= LATEST_NS:
        rest["timeUnixNano"] = time_ns
    if observed_ns > LATEST_NS:
        rest["observedTimeUnixNano"] = observed_ns
    return rest
