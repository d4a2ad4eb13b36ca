"""What runs in the child processes of the tests: importable, so that spawned processes find it."""

from __future__ import annotations

import os

import pyflare


def begin(path):
    """Set up tracing in a process that was not forked from a traced one."""
    pyflare.init(service="worker", path=path, compaction="off")


@pyflare.trace(name="work")
def work(number):
    """A traced piece of work."""
    leaf(number)
    return number * 2, os.getpid()


@pyflare.trace(name="leaf")
def leaf(number):
    """Called by `work`."""


def plain(number):
    """Not traced."""
    return number + 1
