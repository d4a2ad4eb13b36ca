"""What was refused, and what became of it: look at it, try it again, or let go of it.

A refused record is a row of the table `quarantine`. A later row of the same id says
that it was accepted or discarded; a still later one that it was refused again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

import msgspec

from pyflare.errors import DataError, NotFoundError, StoreError
from pyflare.otlp import SHAPES, Signal
from pyflare.schema.records import REQUEST_TAG, ROW_TAG, encode_record
from pyflare.server.otlp.intake import read
from pyflare.server.otlp.limits import Limits
from pyflare.server.otlp.status import RequestError
from pyflare.store.journal.writer import JournalWriter
from pyflare.workspace import Workspace

_SERVICE_NAME: Final = "pyflare"
_SOURCE: Final = "quarantine"
_UNRESOLVED: Final = """
SELECT quarantine_id, epoch_ns(timestamp) AS unix_ns, signal, source, reason, record
FROM quarantine
QUALIFY row_number() OVER (PARTITION BY quarantine_id ORDER BY timestamp DESC, resolved NULLS LAST) = 1
    AND resolved IS NULL
ORDER BY timestamp, quarantine_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record in quarantine."""

    quarantine_id: str
    """32 hex digits."""
    unix_ns: int
    """When it was refused, the last time."""
    signal: str
    """`traces`, `metrics`, `logs`, or the table it was meant for."""
    source: str | None
    """Where it came from, such as `otlp/http`."""
    reason: str
    record: dict[str, Any] | None
    """The record with what surrounds it, as OTLP/JSON; None where it was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What became of a record that was tried again."""

    quarantine_id: str
    accepted: bool
    reason: str
    """Why it was refused again; empty where it was accepted."""


def unresolved(workspace: Workspace, ids: Sequence[str] = ()) -> list[Refused]:
    """The records in quarantine, the oldest first.

    Args:
        workspace: The folder.
        ids: Ids, or their beginnings; all records where it is empty.

    Raises:
        NotFoundError: No record in quarantine has one of the ids.
        DataError: An id is the beginning of several.
    """
    found = [_refused(row) for row in workspace.sql(_UNRESOLVED).to_pylist()]
    return [_one(found, wanted) for wanted in ids] if ids else found


def _refused(row: Mapping[str, Any]) -> Refused:
    record = msgspec.json.decode(row["record"]) if row["record"] else None
    return Refused(**{**row, "record": record if isinstance(record, dict) and record else None})


def _one(found: Sequence[Refused], wanted: str) -> Refused:
    matching = [refused for refused in found if wanted and refused.quarantine_id.startswith(wanted.lower())]
    if not matching:
        raise NotFoundError(f"nothing in quarantine has the id {wanted!r}. Hint: pyflare quarantine list")
    if len(matching) > 1:
        raise DataError(f"{wanted!r} is the beginning of {len(matching)} ids. Give more of it.")
    return matching[0]


def retry(path: Path, refused: Sequence[Refused], *, fields: Mapping[str, Any] | None = None) -> list[Retried]:
    """Check records again, and append those that are valid now to a journal of the folder.

    Args:
        path: The folder.
        refused: The records.
        fields: Fields of each record to set before that, by their names in OTLP/JSON; None takes one away.

    Raises:
        StoreError: The folder cannot be written. What was accepted before stays so.
    """
    with _journal(path) as journal:
        return [_retry(journal, one, fields or {}) for one in refused]


def discard(path: Path, refused: Sequence[Refused]) -> None:
    """Let go of records: they are not listed any more.

    Raises:
        StoreError: The folder cannot be written.
    """
    with _journal(path) as journal:
        for one in refused:
            _resolve(journal, one, "discarded")


def _retry(journal: JournalWriter, refused: Refused, fields: Mapping[str, Any]) -> Retried:
    reason = _take(journal, refused, fields)
    if reason is None:
        _resolve(journal, refused, "accepted")
    return Retried(quarantine_id=refused.quarantine_id, accepted=reason is None, reason=reason or "")


def _take(journal: JournalWriter, refused: Refused, fields: Mapping[str, Any]) -> str | None:
    """Append a record if it is valid. Returns why it is not."""
    if refused.signal not in SHAPES:
        return f"expected traces, metrics or logs, got {refused.signal}: read its file again instead"
    if refused.record is None:
        return "the record was not kept"
    signal = refused.signal
    try:
        body = msgspec.json.encode(_with_fields(signal, refused.record, fields))
        taken = read(signal, body, "json", source=_SOURCE, key="", limits=Limits())
    except (RequestError, DataError) as error:
        return str(error)
    if taken.batch.rejected:
        return next(iter(taken.reasons))
    if not taken.batch.records:
        return "there is no record in it"
    _append(journal, encode_record((REQUEST_TAG, signal, taken.batch.received_unix_ns, taken.batch.serialised())))
    return None


def _with_fields(signal: Signal, request: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The request with fields of its record set."""
    if not fields:
        return request
    shape = SHAPES[signal]
    resources = shape.request.DESCRIPTOR.fields_by_name[shape.resources]
    scopes = resources.message_type.fields_by_name[shape.scopes]
    records = scopes.message_type.fields_by_name[shape.records].json_name
    changed = msgspec.json.decode(msgspec.json.encode(request))
    try:
        (scope,) = changed[resources.json_name][0][scopes.json_name]
        (record,) = scope[records]
        scope[records] = [{name: value for name, value in {**record, **fields}.items() if value is not None}]
    except (KeyError, IndexError, TypeError, ValueError):
        raise DataError("expected one record with what surrounds it, got something else: it cannot be set") from None
    return cast(dict[str, Any], changed)


def _resolve(journal: JournalWriter, refused: Refused, how: Literal["accepted", "discarded"]) -> None:
    row = {
        "quarantine_id": refused.quarantine_id,
        "timestamp": max(time.time_ns(), refused.unix_ns + 1),
        "signal": refused.signal,
        "source": refused.source,
        "reason": refused.reason,
        "resolved": how,
    }
    _append(journal, encode_record((ROW_TAG, "quarantine", row)))


def _append(journal: JournalWriter, record: bytes) -> None:
    if not journal.write(record):
        raise StoreError(f"{journal.root} cannot be written: {journal.error}")


@contextmanager
def _journal(path: Path) -> Iterator[JournalWriter]:
    journal = JournalWriter(path, service_name=_SERVICE_NAME)
    try:
        yield journal
    finally:
        journal.close()
