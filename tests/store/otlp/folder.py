"""Folders whose journals hold OTLP requests, and reading them back as a user does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyflare
from pyflare.schema.records import REQUEST_TAG, encode_record
from pyflare.store.compaction import compact
from pyflare.store.decode import typed_value
from tests.store.records import T0_NS, write_journal

Rows = list[dict[str, Any]]
Read = Callable[[str], Rows]


def request(signal: str, message: Any, *, at_ns: int = T0_NS, project: str | None = None) -> bytes:
    """The record of a request that a receiver has accepted."""
    return encode_record((REQUEST_TAG, signal, at_ns, message.SerializeToString(), project))


def write_requests(root: Path, records: Iterable[bytes], **options: Any) -> str:
    """A journal of a receiver that has ended. Returns its id."""
    return write_journal(root, [*records], **{"service_name": "pyflare", "receives": True, **options})


def rows(root: Path, query: str) -> Rows:
    """What a query answers, without compacting anything."""
    with pyflare.open(root, compact=False) as workspace:
        return workspace.sql(query).to_pylist()


def both_ways(root: Path, query: str) -> Rows:
    """What a query answers while all is live, and again, equally, when all is in parts."""
    live = rows(root, query)
    assert compact(root).done
    stored = rows(root, query)
    assert repr(live) == repr(stored)
    return stored


def attributes(row: dict[str, Any]) -> dict[str, Any]:
    """A row's attributes as they were sent."""
    types = dict(row["attribute_types"])
    return {key: typed_value(text, types.get(key)) for key, text in dict(row["attributes"]).items()}
