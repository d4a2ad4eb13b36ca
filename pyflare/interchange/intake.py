"""What readers of files hand over, and what becomes of it: rows for parts, and a quarantine for what is refused."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from pyflare.interchange.checks import take_out_invalid
from pyflare.interchange.landing import Landing
from pyflare.otlp import Signal
from pyflare.schema.records import Request, Row, WriterInfo
from pyflare.schema.tables import QUARANTINE, SCHEMA_VERSION
from pyflare.store import decode
from pyflare.store.decode import Batch

_BATCH_BYTES: Final = 8 << 20
_BATCH_ROWS: Final = 5_000
"""Requests and rows gathered before they become columns."""
_ID_HEX_DIGITS: Final = 32


class Intake:
    """Takes the content of one file."""

    def __init__(self, landing: Landing, source: Path, *, project: str = "default") -> None:
        self.refused: Counter[str] = Counter()
        """Records that could not be taken, by reason."""
        self.source = source.name
        self._landing = landing
        self._info = WriterInfo(
            writer_id=f"import-{hashlib.sha256(self.source.encode()).hexdigest()[:8]}",
            schema_version=SCHEMA_VERSION,
            pid=0,
            host="",
            started_unix_ns=time.time_ns(),
            project=project,
            service_name="unknown_service",
            resource={},
        )
        self._requests: list[Request] = []
        self._requests_bytes = 0
        self._rows: dict[tuple[str, str], list[Row]] = {}

    def table(self, name: str, rows: pa.Table) -> None:
        """Take rows of a table that PyFlare wrote."""
        self._landing.add(name, rows)

    def request(self, signal: Signal, message: Any) -> None:
        """Take an OTLP export request. Records of it that are not valid are refused one by one."""
        for reason, record in take_out_invalid(signal, message):
            self.refuse(signal, reason, record)
        body = bytes(message.SerializeToString())
        self._requests.append(Request(signal, self._info.started_unix_ns, body))
        self._requests_bytes += len(body)
        if self._requests_bytes >= _BATCH_BYTES:
            self._land_requests()

    def row(self, table: str, values: Mapping[str, Any], *, key: str) -> None:
        """Take a row by column name, times in unix nanoseconds. `key` is the column that tells it from others."""
        rows = self._rows.setdefault((table, key), [])
        rows.append(Row(table, dict(values)))
        if len(rows) >= _BATCH_ROWS:
            self._land_rows()

    def refuse(self, signal: str, reason: str, record: Mapping[str, Any]) -> None:
        """Put a record into quarantine. The same record of the same file stands there once."""
        self.refused[reason] += 1
        text = msgspec.json.encode(record, enc_hook=str)
        source = f"file:{self.source}"
        digest = hashlib.sha256(b"\0".join((signal.encode(), source.encode(), reason.encode(), text)))
        values = {
            "quarantine_id": digest.hexdigest()[:_ID_HEX_DIGITS],
            "timestamp": self._info.started_unix_ns,
            "signal": signal,
            "source": source,
            "reason": reason,
            "record": text,
        }
        self.row(QUARANTINE.name, values, key="quarantine_id")

    def finish(self) -> None:
        """Hand over what is left."""
        self._land_requests()
        self._land_rows()
        self._landing.flush()

    def _land_requests(self) -> None:
        requests, self._requests, self._requests_bytes = self._requests, [], 0
        if requests:
            for name, rows in decode.tables([Batch(info=self._info, requests=requests)]).items():
                self._landing.add(name, rows)

    def _land_rows(self) -> None:
        waiting, self._rows = self._rows, {}
        for (_, key), rows in waiting.items():
            for name, table in decode.tables([Batch(info=self._info, rows=rows)]).items():
                self._landing.add(name, table, key=key)
