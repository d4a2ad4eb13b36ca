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


class _NoPandas:
    """Hides pandas: pyarrow imports it for its first array where it can, which costs as much as 10,000 spans."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse pandas and leave every other module to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not needed for a compaction", name=name)


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
    sys.meta_path.insert(0, _NoPandas())
    os.nice(_NICENESS)
    from pyflare.store.compaction import compact

    _take_thrifty_memory()
    gc.freeze()  # the modules stay: no need to look through them again and again
    try:
        compact(Path(arguments[0]), keep=arguments[1] if len(arguments) == _MOST_ARGUMENTS else None)
    except (PyFlareError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        gc.unfreeze()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
