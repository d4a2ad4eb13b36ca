"""`pyflare ui` in a process of its own, as people start it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any, Final

PATIENCE_S: Final = 30.0


@dataclass
class Viewer:
    """A running `pyflare ui`."""

    folder: Path
    port: int = 0
    """0 until it is known."""
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: bool = True) -> None:
        """Start it, on the port of before where there was one; returns once it answers, or has said where it is."""
        command = [sys.executable, "-m", "pyflare.cli", "ui", str(self.folder), "--no-open", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        lines: Queue[str] = Queue()
        threading.Thread(target=self._read, args=(self.process, lines), daemon=True).start()
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", line := lines.get(timeout=PATIENCE_S))):
            assert line, f"it ended: {''.join(self.said)}"
        self.port = int(found[1])
        if wait:
            self._wait_until_it_answers()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE_S)

    def get(self, path: str, **parameters: str) -> Any:
        """What the API answers."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        with urllib.request.urlopen(f"{self.url}/api/v1{path}{query}", timeout=PATIENCE_S) as response:
            return json.load(response)

    def _read(self, process: subprocess.Popen[str], lines: Queue[str]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                self.said.append(line)
                lines.put(line)
        lines.put("")

    def _wait_until_it_answers(self) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s:
            assert self.process is not None
            assert self.process.poll() is None, f"it ended: {self.said}"
            try:
                self.get("/info")
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError(f"it did not answer within {PATIENCE_S} s: {self.said}")


@contextmanager
def viewing(folder: Path) -> Iterator[Viewer]:
    """A viewer of a folder inside the block."""
    viewer = Viewer(folder)
    try:
        viewer.start()
        yield viewer
    finally:
        viewer.kill()
