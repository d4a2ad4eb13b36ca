"""Writing rows back into a folder: through a journal of this process, like every other record."""

from __future__ import annotations

import errno
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pyflare.errors import ReadOnlyError, StoreError
from pyflare.schema.records import ROW_TAG, encode_record
from pyflare.schema.tables import TABLES
from pyflare.store.journal.writer import JournalWriter

_SERVICE: Final = "pyflare"
_SEGMENT_BYTES: Final = (1 << 16, 1 << 20)
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class RowWriter:
    """Writes rows of any table. Safe for threads; nothing is made in the folder before the first row.

    A row is in the mapped journal when `write` returns: it is readable at once, by every process, and survives the
    end of this one, however it ends.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._journal: JournalWriter | None = None
        self._lock = threading.Lock()

    def write(self, table: str, values: Mapping[str, Any], *, unix_ns: int) -> None:
        """Write one row.

        Args:
            table: The table's name.
            values: By column; those that are None are left out.
            unix_ns: The time of the row, in unix nanoseconds.

        Raises:
            ReadOnlyError: This process may not write to the folder.
            StoreError: The folder cannot be written, as where the disk is full.
        """
        said = {name: value for name, value in values.items() if value is not None}
        record = encode_record((ROW_TAG, table, {**said, TABLES[table].time_column: unix_ns}))
        with self._lock:
            if self._journal is None:
                self._journal = JournalWriter(
                    self._root, service_name=_SERVICE, segment_bytes=_SEGMENT_BYTES, counts_failures=False
                )
            if not self._journal.write(record):
                error, self._journal = self._journal.error, None
                raise _explained(self._root, table, error)

    def close(self) -> None:
        """Let go of the journal. A later row opens another."""
        with self._lock:
            journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()


def _explained(root: Path, table: str, error: OSError | None) -> StoreError:
    if error is not None and error.errno in _READ_ONLY:
        return ReadOnlyError(f"{root}: expected a folder that this process may write to; {error.strerror}.")
    return StoreError(f"{root}: a row of {table} could not be written; {error or 'the journal is closed'}.")
