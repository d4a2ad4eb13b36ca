"""Answers kept for those who ask the same again, and the names (ETag) by which they ask whether anything changed."""

from __future__ import annotations

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import blake2b

from pyflare.store.snapshot import Snapshot

_TAG_BYTES = 12


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it goes over the wire."""

    content: bytes
    encoding: str | None
    """`gzip`, `zstd`, or None for neither."""
    headers: tuple[tuple[str, str], ...] = ()
    """More headers of the answer."""


class Versions:
    """Numbers the snapshots of a folder: the same number, the same content."""

    def __init__(self) -> None:
        self._boot = secrets.token_hex(4)
        self._number = 0
        self._latest: Snapshot | None = None
        self._lock = threading.Lock()

    def of(self, snapshot: Snapshot) -> str:
        """The name of a snapshot, never used for another, by whichever process."""
        with self._lock:
            if snapshot is not self._latest:
                self._latest = snapshot
                self._number += 1
            return f"{self._boot}{self._number:x}"


def etag(version: str, key: str) -> str:
    """The strong name of the answer to one question (`key`) over one version of the folder."""
    digest = blake2b(f"{version}\n{key}".encode(), digest_size=_TAG_BYTES).hexdigest()
    return f'"{digest}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether a request's If-None-Match names the answer."""
    if if_none_match is None:
        return False
    names = [name.strip().removeprefix("W/") for name in if_none_match.split(",")]
    return tag in names or "*" in names


class Answers:
    """Bodies by ETag, the least lately used ones dropped first. Safe for threads.

    Whoever asks for what another thread is making waits for that.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size_bytes = 0
        self._made: OrderedDict[str, Body] = OrderedDict()
        self._making: dict[str, Future[Body]] = {}
        self._slots = threading.Semaphore((os.cpu_count() or 1) + 1)
        self._lock = threading.Lock()

    def get(self, tag: str, make: Callable[[], Body]) -> Body:
        """The body of that name, made if need be. Raises what `make` raises."""
        with self._lock:
            body = self._made.get(tag)
            if body is not None:
                self._made.move_to_end(tag)
                return body
            promised = self._making.get(tag)
            mine: Future[Body] = Future()
            if promised is None:
                self._making[tag] = mine
        return self._make(tag, mine, make) if promised is None else promised.result()

    def _make(self, tag: str, promise: Future[Body], make: Callable[[], Body]) -> Body:
        try:
            with self._slots:  # more at once would only take the cores from one another
                body = make()
        except BaseException as error:
            with self._lock:
                del self._making[tag]
            promise.set_exception(error)
            raise
        with self._lock:
            del self._making[tag]
            self._keep(tag, body)
        promise.set_result(body)
        return body

    def _keep(self, tag: str, body: Body) -> None:
        if len(body.content) > self._max_bytes // 8:
            return
        self._made[tag] = body
        self._size_bytes += len(body.content)
        while self._size_bytes > self._max_bytes:
            self._size_bytes -= len(self._made.popitem(last=False)[1].content)
