"""What a server process says to whoever started it."""

from __future__ import annotations

import sys
import time


def say(line: str) -> None:
    """Write a line for whoever started the process."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()
