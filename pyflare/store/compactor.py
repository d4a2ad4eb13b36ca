"""`python -m pyflare.store.compactor FOLDER [KEEP]`: a compaction in a process of its own, at low priority.

What a busy writer starts beside itself. Exits with 0 where there is nothing
left to do or another process does it, and with 1 and a line on stderr where the
folder cannot be compacted.

It lies outside `pyflare.store.compaction` so that it can choose what is imported before that package is.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pyflare.errors import PyFlareError

if TYPE_CHECKING:
    from pyflare.store.journal.reader import WriterJournal

_NICENESS: Final = 10
_MOST_ARGUMENTS: Final = 2
_SAMPLED_RECORDS: Final = 200


class _Hidden:
    """Hides packages that pyarrow imports wherever they are: each costs as much as 10,000 spans."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse those and leave every other module to the other finders."""
        if name in self._names:
            raise ModuleNotFoundError(f"{name} is not needed for this compaction", name=name)


def _needless(root: Path) -> tuple[str, ...]:
    """What this compaction does without. NumPy pays where there are attributes to normalise; see `normalise.vector`."""
    from pyflare.store.journal.reader import list_writers

    try:
        speaks = any(journal.info.receives or _has_attributes(journal) for journal in list_writers(root))
    except OSError:  # another process is at it
        speaks = True
    return ("pandas",) if speaks else ("pandas", "numpy")


def _has_attributes(journal: WriterJournal) -> bool:
    """Whether any of a journal's first spans has attributes or events."""
    from pyflare.schema.records import SpanEnd, decode_record
    from pyflare.store.journal.reader import read_frames

    for segment in journal.segments()[:1]:
        for payload in read_frames(segment)[0][:_SAMPLED_RECORDS]:
            try:
                record = decode_record(payload)
            except msgspec.MsgspecError:
                continue
            if isinstance(record, SpanEnd) and (record.attributes or record.events):
                return True
    return False


def _take_thrifty_memory() -> None:
    """Have Arrow keep the memory it frees: asking the system for it anew costs a tenth of a compaction."""
    import pyarrow as pa

    try:
        pool = pa.jemalloc_memory_pool()
    except NotImplementedError:  # built without it
        pool = pa.system_memory_pool()
    pa.set_memory_pool(pool)


def main(arguments: list[str]) -> int:
    """Compact the folder named first, keeping rows as long as the second argument says. Returns the exit code."""
    if not 1 <= len(arguments) <= _MOST_ARGUMENTS:
        sys.stderr.write("expected a folder, and how long to keep rows: python -m pyflare.store.compactor FOLDER 30d\n")
        return 2
    root = Path(arguments[0])
    sys.meta_path.insert(0, _Hidden(*_needless(root)))
    os.nice(_NICENESS)
    from pyflare.store.compaction import compact

    _take_thrifty_memory()
    gc.freeze()  # the modules stay: no need to look through them again and again
    try:
        compact(root, keep=arguments[1] if len(arguments) == _MOST_ARGUMENTS else None)
    except (PyFlareError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        gc.unfreeze()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
