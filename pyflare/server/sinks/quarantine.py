"""Refused records as rows of the table `quarantine`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from pyflare.schema.records import ROW_TAG, encode_record
from pyflare.server.batch import Batch

_ID_HEX_DIGITS: Final = 32


def quarantine_records(batch: Batch, writer_id: str) -> Iterator[bytes]:
    """The journal's records of what was refused of a batch.

    A row's id follows from what was refused: where a sender repeats it, the row is the same again.
    """
    for rejection in batch.rejections:
        record = msgspec.json.encode(rejection.record)
        reason = rejection.reason
        digest = hashlib.sha256(b"\0".join((batch.signal.encode(), batch.source.encode(), reason.encode(), record)))
        row = {
            "quarantine_id": digest.hexdigest()[:_ID_HEX_DIGITS],
            "timestamp": batch.received_unix_ns,
            "writer_id": writer_id,
            "signal": batch.signal,
            "source": batch.source,
            "reason": reason,
            "record": record.decode(),
        }
        yield encode_record((ROW_TAG, "quarantine", row))
