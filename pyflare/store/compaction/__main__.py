"""`python -m pyflare.store.compaction FOLDER [KEEP]`: a compaction in a process of its own, at low priority.

What a busy writer starts beside itself. Exits with 0 where there is nothing
left to do or another process does it, and with 1 and a line on stderr where the
folder cannot be compacted.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Final

from pyflare.errors import PyFlareError

_NICENESS: Final = 10
_MOST_ARGUMENTS: Final = 2


class _Hidden:
    """Hides packages that pyarrow imports wherever they are; a fifth of what 100,000 spans cost is spent on that."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse those and leave every other module to the other finders."""
        if name in self._names:
            raise ModuleNotFoundError(f"{name} is not needed for this compaction", name=name)


def _needless(root: Path) -> tuple[str, ...]:
    """Packages that this compaction can do without: NumPy is for what other programs have sent."""
    from pyflare.store.journal.reader import list_writers

    return ("pandas",) if any(journal.info.receives for journal in list_writers(root)) else ("pandas", "numpy")


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
        sys.stderr.write(
            "expected a folder, and how long to keep rows: python -m pyflare.store.compaction FOLDER 30d\n"
        )
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
