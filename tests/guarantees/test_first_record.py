"""The journal is made by whichever thread writes first."""

from __future__ import annotations

import threading
from pathlib import Path

from pyflare.store.journal.reader import list_writers
from pyflare.store.journal.writer import JournalWriter

THREADS = 8
ATTEMPTS = 20


def _write_at_once(journal: JournalWriter) -> None:
    together = threading.Barrier(THREADS)

    def write() -> None:
        together.wait()
        journal.write(b"record")

    threads = [threading.Thread(target=write) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_that_come_first_at_once_lose_nothing(tmp_path: Path) -> None:
    """However many threads write the first record at once, one journal is made and nothing is counted as lost."""
    for _ in range(ATTEMPTS):
        journal = JournalWriter(tmp_path, service_name="threads")
        _write_at_once(journal)
        assert journal.losses.counts() == {}
        assert journal.error is None
        journal.close()
    assert len(list_writers(tmp_path)) == ATTEMPTS
    assert [path.name for path in (tmp_path / "journal").iterdir() if path.name.startswith(".")] == []
