"""Reading a folder: `pyflare.open(path)` gives a `Workspace`."""

from __future__ import annotations

import importlib
import importlib.util
import os
from typing import TYPE_CHECKING, Any

from pyflare.errors import MissingExtraError

for _needed in ("duckdb", "pyarrow", "rich"):
    if importlib.util.find_spec(_needed) is None:
        raise MissingExtraError("Reading a folder", "local")

from pyflare.workspace.rows import Rows  # noqa: E402  (only after the check above)
from pyflare.workspace.trace import Trace, TraceSpan  # noqa: E402
from pyflare.workspace.workspace import DEFAULT_PATH, Workspace  # noqa: E402

if TYPE_CHECKING:
    from pyflare.workspace.doctor import DoctorReport
    from pyflare.workspace.stats import StoreStats

_LAZY = {"DoctorReport": "doctor", "StoreStats": "stats"}
"""What few programs need, and its module: loaded when somebody asks for it."""

__all__ = ["DEFAULT_PATH", "DoctorReport", "Rows", "StoreStats", "Trace", "TraceSpan", "Workspace", "open"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)


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
