"""`python -m pyflare.store.compaction FOLDER`: a compaction in a process of its own, at low priority.

What a busy writer starts beside itself. Exits with 0 where there is nothing
left to do or another process does it, and with 1 and a line on stderr where the
folder cannot be compacted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pyflare.errors import PyFlareError

_NICENESS: Final = 10


class _NoPandas:
    """Hides pandas: pyarrow imports it for its first array where it can, which costs as much as 10,000 spans."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> None:
        """Refuse pandas and leave every other module to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not needed for a compaction")


def main(arguments: list[str]) -> int:
    """Compact the folder named by the one argument. Returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("expected one argument, the folder: python -m pyflare.store.compaction FOLDER\n")
        return 2
    sys.meta_path.insert(0, _NoPandas())
    os.nice(_NICENESS)
    from pyflare.store.compaction import compact

    gc.freeze()  # the modules stay: no need to look through them again and again
    try:
        compact(Path(arguments[0]))
    except (PyFlareError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        gc.unfreeze()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
