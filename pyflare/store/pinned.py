"""One moment of a folder, held for as long as somebody reads it.

A compaction deletes the parts that it supersedes. A long read, such as an
export, links the parts of its snapshot into a hidden directory first: the
links cost nothing and go with the read.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyflare.store.overlay import TraceOverlay
from pyflare.store.session import Parameters, Session
from pyflare.store.snapshot import Snapshot
from pyflare.store.statements import explaining

if TYPE_CHECKING:
    import pyarrow as pa

_ATTEMPTS: Final = 20
"""Snapshots tried while compactions delete parts before they are linked."""
_TOUCH_EVERY_S: Final = 60.0
"""How often a long read says that its links are in use: a sweep deletes what has been left for an hour."""

Build = Callable[[Snapshot, TraceOverlay | None], tuple[str, Parameters]]
"""Makes a query and its parameters for the snapshot it will run on."""


@dataclass(slots=True)
class Pin:
    """A snapshot, and a folder in which its parts stay."""

    root: Path
    """Where the parts of the snapshot lie: links of them, or the folder itself where it can hold no links."""
    snapshot: Snapshot
    has_links: bool
    _touched_s: float = field(default_factory=time.monotonic)

    def touch(self) -> None:
        """Say that the links are in use."""
        now_s = time.monotonic()
        if self.has_links and now_s - self._touched_s > _TOUCH_EVERY_S:
            self._touched_s = now_s
            os.utime(self.root)


@contextmanager
def pinned(root: Path, take_snapshot: Callable[[], Snapshot]) -> Iterator[Pin]:
    """Hold the folder as it is now.

    Raises:
        CorruptError: The catalogue is damaged, or names parts that are not there.
    """
    links = root / f".pinned.{os.getpid()}-{secrets.token_hex(3)}"
    try:
        yield _pin(root, links, take_snapshot)
    finally:
        shutil.rmtree(links, ignore_errors=True)


def _pin(root: Path, links: Path, take_snapshot: Callable[[], Snapshot]) -> Pin:
    for _ in range(_ATTEMPTS):
        snapshot = take_snapshot()
        try:
            _link_parts(root, links, snapshot)
        except FileNotFoundError:  # superseded and deleted before it was linked
            shutil.rmtree(links, ignore_errors=True)
            continue
        except OSError:  # a folder of somebody else, or a file system without links
            shutil.rmtree(links, ignore_errors=True)
            return Pin(root, snapshot, has_links=False)
        return Pin(links, snapshot, has_links=True)
    return Pin(root, take_snapshot(), has_links=False)  # a part is missing for good: reading it says which


def _link_parts(root: Path, links: Path, snapshot: Snapshot) -> None:
    links.mkdir()
    for part in snapshot.catalog.all_parts():
        target = part.path(links)
        target.parent.mkdir(exist_ok=True)
        os.link(part.path(root), target)


class Frozen:
    """Runs queries on one pinned snapshot. Not for several threads at once."""

    def __init__(self, pin: Pin, session: Session, overlay: TraceOverlay | None) -> None:
        self.pin = pin
        self._overlay = overlay
        self._session = session

    @contextmanager
    def stream(self, build: Build) -> Iterator[pa.RecordBatchReader]:
        """Run a query and give its rows piece by piece, for as long as the context lasts.

        Raises:
            QueryError: DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read.
        """
        import pyarrow as pa

        with explaining():
            self._session.show(self.pin.root, self.pin.snapshot, self._overlay)
            with self._session.stream(*build(self.pin.snapshot, self._overlay)) as reader:
                yield pa.RecordBatchReader.from_batches(reader.schema, self._touching(reader))

    def _touching(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in reader:
            self.pin.touch()
            yield batch
