"""Keeping forks and the shipping thread apart."""

from __future__ import annotations

import threading
import time

from pyflare.tracing.shipping.forking import ForkGate


def test_a_fork_waits_for_what_must_not_be_interrupted():
    """The fork begins when the other thread is done."""
    gate = ForkGate(5.0)
    entered, times = threading.Event(), []

    def load():
        with gate.held():
            entered.set()
            time.sleep(0.1)
            times.append(time.monotonic())

    thread = threading.Thread(target=load)
    thread.start()
    entered.wait()
    gate._before()
    assert times
    gate._in_parent()
    thread.join()


def test_a_fork_does_not_wait_for_ever():
    """After a moment it goes on, and the child has a lock of its own."""
    gate = ForkGate(0.25)
    entered, may_end = threading.Event(), threading.Event()

    def hang():
        with gate.held():
            entered.set()
            may_end.wait()

    thread = threading.Thread(target=hang)
    thread.start()
    entered.wait()
    began_s = time.monotonic()
    gate._before()
    assert 0.25 <= time.monotonic() - began_s < 1.0
    gate._in_parent()
    child = ForkGate(0.25)
    child.__dict__.update(gate.__dict__)
    child._in_child()
    with child.held():
        pass
    may_end.set()
    thread.join()


def test_a_thread_that_forks_inside_does_not_wait_for_itself():
    """An import that forks, as some do, goes on."""
    gate = ForkGate(5.0)
    with gate.held():
        started_s = time.monotonic()
        gate._before()
        gate._in_parent()
        assert time.monotonic() - started_s < 2.5
