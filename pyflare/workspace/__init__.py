"""Reading a folder: `pyflare.open(path)` gives a `Workspace`."""

from __future__ import annotations

import importlib.util
import os

from pyflare.errors import MissingExtraError

for _needed in ("duckdb", "pyarrow", "rich"):
    if importlib.util.find_spec(_needed) is None:
        raise MissingExtraError("Reading a folder", "local")

from pyflare.workspace.doctor import DoctorReport  # noqa: E402  (only after the check above)
from pyflare.workspace.rows import Rows  # noqa: E402
from pyflare.workspace.stats import StoreStats  # noqa: E402
from pyflare.workspace.trace import Trace, TraceSpan  # noqa: E402
from pyflare.workspace.workspace import DEFAULT_PATH, Workspace  # noqa: E402

__all__ = ["DEFAULT_PATH", "DoctorReport", "Rows", "StoreStats", "Trace", "TraceSpan", "Workspace", "open"]


def open(path: str | os.PathLike[str] = DEFAULT_PATH, *, compact: bool = True) -> Workspace:
    """Open a folder for reading. Any number of processes may write to it meanwhile.

    Args:
        path: The folder that `pyflare.init(path=…)` writes to.
        compact: Whether to start a compaction beside this process where journals have grown
            large; it makes later reading faster, and this one never waits for it.

    Raises:
        StoreNotFoundError: There is no PyFlare folder at the path.
        SchemaVersionError: The folder was written by a newer PyFlare.
    """
    return Workspace(path, compact=compact)
