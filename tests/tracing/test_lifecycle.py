"""`init`, `flush`, `shutdown`, and everything a process can go through between them."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading

import pytest

import pyflare
from pyflare.errors import ConfigError
from pyflare.store.journal.reader import list_writers
from pyflare.tracing import state
from tests.tracing.program import INIT, ROOT, run
from tests.tracing.recorded import Recorded, tree


@pyflare.trace(name="work")
def work(*args):
    return args


def test_spans_go_to_the_folder_of_the_latest_init(begin, tmp_path):
    """A second `init` ends the first: its journal is sealed and dead, and nothing mixes."""
    first = begin(path=tmp_path / "first")
    work(1)
    second = begin(path=tmp_path / "second")
    work(2)
    assert len(first.ended()) == len(second.ended()) == 1
    (journal,) = list_writers(tmp_path / "first")
    assert not journal.alive
    assert all(segment.sealed_length() for segment in journal.segments())


def test_init_again_for_the_same_folder_is_another_journal(begin):
    """As when a notebook cell runs twice."""
    begin()
    work(1)
    recorded = begin()
    work(2)
    assert len(list_writers(recorded.path)) == 2
    assert len(recorded.ended()) == 2


def test_a_span_across_a_second_init_is_a_counted_loss(begin, tmp_path):
    """It began in a journal that is closed by now; its end cannot go anywhere, and that is said."""
    first = begin(path=tmp_path / "first")
    with pyflare.span("across"):
        second = begin(path=tmp_path / "second")
        work()
    assert first.running() == ["across"]
    assert first.losses() == {"write_failed": 1}
    assert [span.name for span in second.ended()] == ["work"]


def test_after_shutdown_functions_go_on_untraced(recorded):
    """And a second shutdown, or a flush, does no harm."""
    work(1)
    pyflare.shutdown()
    assert work(2) == (2,)
    assert pyflare.flush()
    pyflare.shutdown()
    assert len(recorded.ended()) == 1


def test_flush_before_init_has_nothing_to_do():
    """It says so at once."""
    assert pyflare.flush()
    pyflare.shutdown()


def test_nothing_is_written_before_the_first_span(begin):
    """`init` alone makes no folder."""
    recorded = begin()
    pyflare.flush()
    assert not recorded.path.exists()


def test_the_default_folder_is_in_the_working_directory(tmp_path, monkeypatch, faults):
    """`.pyflare`, and it stays there when the program changes directory later."""
    monkeypatch.chdir(tmp_path)
    pyflare.init()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    work()
    pyflare.shutdown()
    assert len(Recorded(tmp_path / ".pyflare").ended()) == 1


def test_tracing_can_be_switched_off(begin, monkeypatch):
    """By argument or environment, whatever the code says."""
    recorded = begin(enabled=False)
    work()
    monkeypatch.setenv("PYFLARE_ENABLED", "false")
    begin()
    work()
    assert not recorded.path.exists()


def test_settings_come_from_the_environment(begin, monkeypatch):
    """A variable fills in what the code leaves open."""
    monkeypatch.setenv("PYFLARE_CAPTURE_OUTPUT", "false")
    monkeypatch.setenv("PYFLARE_ENVIRONMENT", "staging")
    monkeypatch.setenv("PYFLARE_PROJECT", "p")
    recorded = begin(resource={"k8s.pod.name": "pod"})
    work()
    span = recorded.one()
    assert (span.output, span.scope) == (None, {"environment": "staging"})
    (journal,) = list_writers(recorded.path)
    assert (journal.info.project, journal.info.service_name) == ("p", "test")
    assert journal.info.resource["k8s.pod.name"] == "pod"
    assert journal.info.resource["deployment.environment.name"] == "staging"
    assert journal.info.resource["service.name"] == "test"


@pytest.mark.parametrize(
    "settings", [{"sample_rate": 2}, {"colour": "red"}, {"max_items": "many"}, {"redact": ["nothing like it"]}]
)
def test_a_setting_that_cannot_be_used_is_said_at_once(begin, settings):
    """`init` raises, and what was set up before goes on."""
    recorded = begin()
    with pytest.raises(ConfigError):
        begin(**settings)
    work()
    assert len(recorded.ended()) == 1


def test_init_in_many_threads_leaves_one_runtime(begin, tmp_path):
    """The last one counts, and every other journal is closed."""
    path = tmp_path / "folder"

    def start():
        pyflare.init(service="test", path=path, compaction="off")
        work()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    begin()
    assert [journal.info.writer_id for journal in list_writers(path) if journal.alive] == []


def test_local_mode_starts_no_thread_and_opens_no_socket(tmp_path):
    """Neither a thread, nor a socket, nor a child process, from import to exit."""
    source = """
    import threading
    events = []
    sys.addaudithook(lambda event, args: events.append(event) if event.startswith((
        "socket.", "subprocess.", "os.fork", "os.posix_spawn", "_thread.start")) else None)
    """
    program = """
    @pyflare.trace
    def work(value):
        return value
    for number in range(1000):
        with pyflare.context(user="u"):
            work("x" * number)
    assert pyflare.flush()
    assert threading.enumerate() == [threading.main_thread()]
    pyflare.shutdown()
    allowed = {"socket.gethostname"}
    assert set(events) <= allowed, events
    """
    import textwrap

    recorded = run(tmp_path / "f", textwrap.dedent(source) + INIT + textwrap.dedent(program), init=False).check()
    assert len(recorded.ended()) == 1000


# -- fork --------------------------------------------------------------------------------------------


def test_a_fork_inside_a_traced_function(tmp_path):
    """Parent and child both go on; each span is there once, in the journal of the process that ended it."""
    recorded = run(
        tmp_path / "f",
        """
        @pyflare.trace
        def leaf(where): pass
        @pyflare.trace
        def root():
            leaf("before")
            child = os.fork()
            leaf("child" if child == 0 else "parent")
            if child:
                assert os.waitpid(child, 0)[1] == 0
            return child
        root()
        """,
    ).check()
    assert [span.name for span in recorded.ended("root")] == ["root"]
    leaves = recorded.ended("leaf")
    assert sorted(span.input for span in leaves) == [
        b'{"where":"%s"}' % name for name in (b"before", b"child", b"parent")
    ]
    assert {span.parent_span_id for span in leaves} == {recorded.one("root").span_id}
    journals = list_writers(recorded.path)
    assert len(journals) == 2
    assert journals[1].info.forked_from == journals[0].info.writer_id
    assert journals[1].info.resource["process.pid"] == journals[1].info.pid != journals[0].info.pid
    assert recorded.running() == []


def test_forks_while_threads_trace(tmp_path):
    """Twenty children of a process whose threads trace all the time: no span lost, none twice."""
    recorded = run(
        tmp_path / "f",
        """
        import threading
        @pyflare.trace
        def work(who): pass
        stop = threading.Event()
        counts = [0] * 3
        def trace(thread):
            while not stop.is_set():
                work("thread"); counts[thread] += 1
        threads = [threading.Thread(target=trace, args=(number,)) for number in range(3)]
        for thread in threads: thread.start()
        for _ in range(20):
            child = os.fork()
            if child == 0:
                for _ in range(50): work("child")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        for thread in threads: thread.join()
        print(sum(counts))
        """
        if sys.version_info < (3, 12)
        else "import warnings; warnings.simplefilter('ignore'); print(0)",
    )
    found = recorded.check()
    spans = found.ended()
    assert len({span.span_id for span in spans}) == len(spans)
    by_input = [span.input for span in spans]
    if sys.version_info < (3, 12):
        assert by_input.count(b'{"who":"child"}') == 1000
        assert by_input.count(b'{"who":"thread"}') == int(recorded.stdout)


def test_workers_forked_before_and_after_init(tmp_path):
    """As gunicorn does, with and without preloading; grandchildren too."""
    recorded = run(
        tmp_path / "f",
        """
        @pyflare.trace
        def work(who): pass
        def child(then):
            pid = os.fork()
            if pid == 0:
                then()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        def own_init():
            pyflare.init(service="own", path=folder, compaction="off")
            work("own init")
        child(own_init)
        pyflare.init(service="test", path=folder, compaction="off")
        def grandparent():
            child(lambda: work("grandchild"))
            work("child")
        child(grandparent)
        child(own_init)
        work("parent")
        """,
        init=False,
    ).check()
    names = [b"own init", b"own init", b"grandchild", b"child", b"parent"]
    assert sorted(span.input for span in recorded.ended()) == sorted(b'{"who":"%s"}' % name for name in names)
    assert len(list_writers(recorded.path)) == 5


def test_a_span_begun_before_the_fork_is_the_parents_to_end(tmp_path):
    """The child may set and end it as it likes; only the parent's end is written."""
    recorded = run(
        tmp_path / "f",
        """
        span = pyflare.span("shared")
        span.__enter__()
        child = os.fork()
        span.set_attribute("who", "child" if child == 0 else "parent")
        if child == 0:
            pyflare.update(user="child")
        else:
            os.waitpid(child, 0)
        span.__exit__(None, None, None)
        """,
    ).check()
    assert recorded.one("shared").attributes == {"who": "parent"}


# -- signals, finalisers, exit -----------------------------------------------------------------------


def test_a_signal_handler_that_traces(tmp_path):
    """A handler that calls traced functions, also failing ones, while the program is inside traced calls."""
    recorded = run(
        tmp_path / "f",
        """
        import signal, time
        @pyflare.trace
        def work(value): return value
        @pyflare.trace
        def failing(): raise ValueError("in the handler")
        handled = 0
        def handler(number, stack):
            global handled
            work("handler" * 10)
            try: failing()
            except ValueError: pass
            handled += 1
            signal.setitimer(signal.ITIMER_REAL, 0.001)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        deadline = time.monotonic() + 1.0
        done = 0
        while time.monotonic() < deadline:
            work({"nested": [done]}); done += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(done + 2 * handled)
        """,
    )
    spans = recorded.check().ended()
    assert len(spans) == int(recorded.stdout)
    assert len({span.span_id for span in spans}) == len(spans)
    assert recorded.recorded.losses() == {}


def test_ctrl_c_ends_the_span_and_the_program(tmp_path):
    """The program dies of the signal as it does untraced, and the span says why it ended."""
    result = run(
        tmp_path / "f",
        """
        import signal, time
        @pyflare.trace(name="waiting")
        def waiting():
            signal.raise_signal(signal.SIGINT)
            time.sleep(60)
        waiting()
        """,
    )
    assert result.returncode == -signal.SIGINT
    span = result.recorded.one("waiting")
    assert (span.status_code, span.fields["error_type"]) == (2, "KeyboardInterrupt")


def test_finalisers_may_trace(tmp_path):
    """`__del__` that calls traced functions, run by the garbage collector at any allocation."""
    recorded = run(
        tmp_path / "f",
        """
        import gc
        gc.set_threshold(50, 2, 2)
        @pyflare.trace
        def work(value): return value
        finalised = 0
        class Node:
            def __init__(self): self.me = self
            def __del__(self):
                global finalised
                finalised += 1
                work("finaliser")
        for number in range(3000):
            Node()
            work([number, {"k": (number,)}])
        gc.collect()
        print(3000 + finalised)
        """,
    )
    assert len(recorded.check().ended()) == int(recorded.stdout) == 6000


def test_daemon_threads_may_trace_until_the_very_end(tmp_path):
    """The interpreter exits while threads are in the middle of traced calls: no noise, only whole records."""
    for _ in range(3):
        recorded = run(
            tmp_path / "f",
            """
            import threading, time
            @pyflare.trace
            def work(value): return value
            def for_ever():
                while True: work({"text": "x" * 100})
            for _ in range(4): threading.Thread(target=for_ever, daemon=True).start()
            time.sleep(0.2)
            """,
        ).check()
    assert len(recorded.ended()) > 100


def test_exit_handlers_may_trace(tmp_path):
    """Those registered after `init` run before the end of tracing and are recorded; earlier ones just run."""
    recorded = run(
        tmp_path / "f",
        """
        import atexit
        @pyflare.trace
        def work(who): print(who)
        atexit.register(work, "registered before init")
        """
        + "\n        ".join(("", *INIT.splitlines()))
        + """
        atexit.register(work, "registered after init")
        """,
        init=False,
    )
    recorded.check()
    assert recorded.stdout.splitlines() == ["registered after init", "registered before init"]
    assert [span.input for span in recorded.recorded.ended()] == [b'{"who":"registered after init"}']


def test_streams_left_open_at_the_end_make_no_noise(tmp_path):
    """Generators, coroutines and spans that are still open when the interpreter goes."""
    result = run(
        tmp_path / "f",
        """
        @pyflare.trace(name="stream")
        def stream():
            yield 1
        @pyflare.trace(name="returned")
        def returned():
            return (x for x in "abc")
        kept = [stream(), returned(), returned()]
        next(kept[0]); next(kept[1])
        sys.modules["__main__"].cycle = kept
        kept.append(kept)
        span = pyflare.span("open"); span.__enter__()
        """,
    )
    assert "stream" in {start.name for start in result.check().started()}


def test_the_process_may_be_killed_at_any_moment(tmp_path):
    """Every call that had returned is in the journal, whole."""
    program = subprocess.Popen(
        [sys.executable, "-c", _COUNTING, str(tmp_path / "f")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    lines = [program.stdout.readline() for _ in range(200)]
    program.kill()
    lines += program.stdout.read().splitlines()
    program.wait()
    program.stdout.close()
    ended = {span.input for span in Recorded(tmp_path / "f").ended()}
    returned = {b'{"number":%d}' % int(line) for line in lines if line.strip().isdigit()}
    assert len(returned) >= 200
    assert returned <= ended


_COUNTING = """
import sys, pyflare
pyflare.init(service="test", path=sys.argv[1], compaction="off")
@pyflare.trace
def work(number): return number
number = 0
while True:
    work(number)
    sys.stdout.write(f"{number}\\n"); sys.stdout.flush()
    number += 1
"""


# -- the log -----------------------------------------------------------------------------------------


class Raising(logging.Handler):
    def handle(self, record):
        raise RuntimeError("the log is broken")


def test_a_broken_log_does_no_harm(begin, faults, monkeypatch):
    """Handlers that raise do not reach the traced program, neither at a fault nor at the end."""
    begin()
    handler = Raising()
    logging.getLogger("pyflare").addHandler(handler)
    try:
        monkeypatch.setattr(state.runtime.content, "value", _fail)
        assert work(1) == (1,)
        pyflare.shutdown()
    finally:
        logging.getLogger("pyflare").removeHandler(handler)
    assert faults
    faults.clear()


def _fail(*args, **kwargs):
    raise RuntimeError("injected")


def test_a_log_handler_may_trace(begin, faults, monkeypatch):
    """A handler that calls traced functions is not called again for what goes wrong in them."""
    recorded = begin()

    class Tracing(logging.Handler):
        def emit(self, record):
            work("from the handler")

    handler = Tracing()
    logging.getLogger("pyflare").addHandler(handler)
    try:
        monkeypatch.setattr(state.runtime.content, "value", _fail)
        work(1)
    finally:
        logging.getLogger("pyflare").removeHandler(handler)
    assert len(recorded.ended()) == 2
    assert recorded.running() == []
    faults.clear()


def test_losses_are_said_at_once_and_at_the_end(begin, caplog):
    """Why nothing can be kept is one line of the log when it happens, and how much it was another at shutdown."""
    recorded = begin()
    recorded.path.write_text("a file where the folder should be")
    for _ in range(3):
        work()
    assert [message for message in caplog.messages if "cannot write to" in message] == [
        f"PyFlare cannot write to {recorded.path}: File exists. The program goes on; what is lost is counted."
    ]
    pyflare.shutdown()
    assert "could not keep everything: {'write_failed': 6}" in caplog.text


def test_a_traced_process_can_start_others(tmp_path):
    """A child started by exec is no part of the journal and does not keep its lock."""
    run(
        tmp_path / "f",
        """
        import subprocess
        pyflare.trace(lambda: None)()
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
        journal = os.listdir(folder + "/journal")[0]
        pyflare.shutdown()
        from pathlib import Path
        from pyflare.store.journal.reader import list_writers
        assert [found.alive for found in list_writers(Path(folder))] == [False]
        child.communicate(b"\\n")
        """,
    ).check()
    assert os.listdir(tmp_path / "f" / "journal")


def test_spans_of_every_process_join_into_one_tree(tmp_path):
    """A program that starts another with a traceparent in its environment has one trace."""
    recorded = run(
        tmp_path / "f",
        """
        import subprocess
        with pyflare.span("parent"):
            headers = {}
            pyflare.inject(headers)
            program = (
                'import os, sys, pyflare;'
                'pyflare.init(service="child", path=sys.argv[1], compaction="off");'
                'exec("with pyflare.extract(dict(os.environ)), pyflare.span(\\'child\\'): pass")'
            )
            subprocess.run([sys.executable, "-c", program, folder], env={**os.environ, "TRACEPARENT": headers["traceparent"]}, check=True)
        """,
    ).check()
    assert tree(recorded.ended()) == {"child": "parent", "parent": None}
