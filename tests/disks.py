"""Disks that are soon full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Path]:
    """A disk of its own below a folder; skips the test where none can be mounted."""
    target = folder / "disk"
    target.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(target)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    try:
        yield target
    finally:
        subprocess.run(["umount", "--lazy", str(target)], check=True)


def fill(disk: Path) -> Path:
    """Use up every byte of a disk. Returns the file that does."""
    filler = disk / "filler"
    try:
        with open(filler, "ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        return filler
