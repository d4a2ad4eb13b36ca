"""The lock of whoever changes what is committed: one process at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pyflare.errors import StoreError

LOCK_NAME: Final = "compact.lock"
_POLL_S: Final = 0.05


@contextmanager
def exclusive(root: Path, *, wait_s: float = 0.0) -> Iterator[bool]:
    """Try to become the one who changes the folder; yields whether that worked.

    The kernel lets go of the lock however the process ends. Raises OSError where
    the folder cannot be written.
    """
    deadline_s = time.monotonic() + wait_s
    descriptor = os.open(root / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not (held := _try_lock(descriptor)) and time.monotonic() < deadline_s:
            time.sleep(_POLL_S)
        if not held:
            yield False
            return
        try:
            yield True
        finally:
            # Said aloud: a child forked meanwhile would hold on to the lock by its copy of the descriptor.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive_or_error(root: Path, *, wait_s: float) -> Iterator[None]:
    """Become the one who changes the folder, after waiting for another if need be.

    Raises:
        StoreError: Another process was still changing it at the end of `wait_s`.
    """
    with exclusive(root, wait_s=wait_s) as held:
        if not held:
            raise StoreError(
                f"{root}: another process has been changing the folder for more than {wait_s:g} s. Try again later."
            )
        yield


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a small file for a change that takes no time, and wait for whoever holds it.

    The kernel lets go of it however the process ends. Raises OSError where the file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
