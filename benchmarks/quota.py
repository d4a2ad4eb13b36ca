"""Processes held to a share of a core, so that what two of them do can be told from what the machine has left.

Needs a cgroup hierarchy that can be written (root, Linux); where there is none, nothing is held and that is said.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PERIOD_US: Final = 10_000
_VERSION_1: Final = Path("/sys/fs/cgroup/cpu")
_VERSION_2: Final = Path("/sys/fs/cgroup")


def can_limit() -> bool:
    """Whether processes can be held to a share here."""
    return _hierarchy() is not None


@contextmanager
def limited(pids: Sequence[int], *, cores: float) -> Iterator[None]:
    """Hold each of the processes, with all its threads, to so many cores inside the block.

    Raises:
        OSError: Processes cannot be held here; see `can_limit`.
    """
    parent = _hierarchy()
    if parent is None:
        raise PermissionError("expected a cgroup hierarchy for CPU time that can be written")
    groups: list[Path] = []
    try:
        for pid in pids:
            group = parent / f"benchmark-{os.getpid()}-{secrets.token_hex(4)}"
            group.mkdir()
            groups.append(group)
            _set(group, round(cores * _PERIOD_US))
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for group in groups:
            for pid in (group / "cgroup.procs").read_text().split():
                (parent / "cgroup.procs").write_text(pid)
            group.rmdir()


def _hierarchy() -> Path | None:
    if os.access(_VERSION_1 / "cpu.cfs_quota_us", os.F_OK) or (_VERSION_1 / "cpu.shares").exists():
        return _VERSION_1 if os.access(_VERSION_1, os.W_OK) else None
    controllers = _VERSION_2 / "cgroup.subtree_control"
    if controllers.exists() and "cpu" in controllers.read_text().split() and os.access(_VERSION_2, os.W_OK):
        return _VERSION_2
    return None


def _set(group: Path, quota_us: int) -> None:
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
        return
    (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
    (group / "cpu.cfs_quota_us").write_text(str(quota_us))
