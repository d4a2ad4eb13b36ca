"""Processes that are there to be killed, forked from one that has done its imports.

An interpreter that starts anew and imports the store takes a second of processor time, most of what a test of a
hundred kills costs. A process forked from one that is ready is as much a process, and takes a few milliseconds.

    python -m tests.forked MODULE DESCRIPTOR
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.architecture.tree import ROOT

_MOST_BYTES: Final = 1 << 16
_THREADED: Final = "This process"
"""How Python 3.12 begins to warn of a fork beside threads: the one that Arrow has does nothing yet, and holds no lock."""
_KILL: Final = b"kill"
_WAIT: Final = b"wait"


class Nursery:
    """Starts processes that run the `main` of a module, one at a time."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def start(self, *arguments: object, descriptor: int | None = None) -> None:
        """Start one; `main` gets the arguments as text, and a descriptor as the last one."""
        request = json.dumps([str(argument) for argument in arguments]).encode()
        socket.send_fds(self._channel, [request], [] if descriptor is None else [descriptor])

    def kill(self) -> int:
        """Send it SIGKILL, unless it has ended. Returns as `wait`."""
        self._channel.send(_KILL)
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended. Returns its exit code, or the signal that killed it as a negative number."""
        answer = self._channel.recv(_MOST_BYTES)
        assert answer, "the process that forks others is gone"
        return int(answer)

    def run(self, *arguments: object) -> int:
        """Start one and wait for it to end by itself."""
        self.start(*arguments)
        self._channel.send(_WAIT)
        return self.wait()


@contextmanager
def nursery(module: str) -> Iterator[Nursery]:
    """Forks processes inside the block."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    filters = ["-W", "error", "-W", f"ignore:{_THREADED}:DeprecationWarning"]
    command = [sys.executable, *filters, "-m", "tests.forked", module, str(theirs.fileno())]
    with ours, subprocess.Popen(command, cwd=ROOT, pass_fds=(theirs.fileno(),)):
        theirs.close()
        yield Nursery(ours)
        ours.close()  # and so the process ends


def _serve(main: Callable[..., Any], channel: socket.socket) -> None:
    """Fork a process for each request, kill it where that is asked for, and say how it ended."""
    while True:
        request, descriptors, *_ = socket.recv_fds(channel, _MOST_BYTES, 1)
        if not request:
            return
        pid = os.fork()
        if pid == 0:
            channel.close()
            _become(main, [*json.loads(request), *descriptors])
        for descriptor in descriptors:
            os.close(descriptor)
        if channel.recv(_MOST_BYTES) != _WAIT:
            os.kill(pid, signal.SIGKILL)  # its id is its own until it has been waited for
        channel.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _become(main: Callable[..., Any], arguments: list[Any]) -> None:
    """Be a process of its own, to the end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        main(*arguments)
    except BaseException:  # whatever it is, the process ends here
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    _serve(importlib.import_module(sys.argv[1]).main, socket.socket(fileno=int(sys.argv[2])))
