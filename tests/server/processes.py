"""Receivers in processes of their own."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyflare.otlp.messages import SHAPES

PATIENCE_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Receiver:
    """A running `pyflare serve`."""

    folder: Path
    http: int
    grpc: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def post(self, message: Any, signal_name: str = "traces") -> int:
        """Send a request over HTTP. Returns the status."""
        return post(self.http, message.SerializeToString(), signal_name)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=PATIENCE_S) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all lines that have these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            found = re.fullmatch(rf"{name}(?:{{(.*)}})? (\S+)", line)
            if found and all(f'{key}="{value}"' in (found[1] or "") for key, value in labels.items()):
                total += float(found[2])
        return total

    def wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            assert self.process.poll() is None, f"it ended: {self.process.stderr.read()}"
            assert time.monotonic() < deadline_s, "it did not become ready"
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> str:
        """End it. Returns what it said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return said


def post(port: int, body: bytes, signal_name: str = "traces") -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/{signal_name}", data=body, headers={"Content-Type": "application/x-protobuf"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            SHAPES[signal_name].response.FromString(response.read())
            return response.status
    except urllib.error.HTTPError as error:
        error.read()
        return error.code


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pyflare.cli", *arguments]


@contextmanager
def serving(
    folder: Path, *arguments: str, config: dict[str, Any] | None = None, name: str = "serve"
) -> Iterator[Receiver]:
    """A receiver inside the block; killed at its end, where it has not ended by itself."""
    http, grpc = free_port(), free_port()
    options = ["--path", str(folder), "--http", f"127.0.0.1:{http}", "--grpc", f"127.0.0.1:{grpc}", *arguments]
    if config is not None:
        file = folder.with_name(f"{folder.name}.yaml")
        file.write_text(json.dumps({"collector": config}))  # JSON is YAML
        options += ["--config", str(file)]
    with subprocess.Popen(
        command(name, *options), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        receiver = Receiver(folder=folder, http=http, grpc=grpc, process=process)
        try:
            receiver.wait_until_ready()
            yield receiver
        finally:
            process.kill()
