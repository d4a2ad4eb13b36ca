"""celery's own worker over brokers that need no server."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

celery = pytest.importorskip("celery")

from celery import Celery, chain  # noqa: E402
from celery.contrib.testing.worker import start_worker  # noqa: E402
from kombu.exceptions import OperationalError  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.web import wait_for  # noqa: E402
from tests.tracing.recorded import Recorded, tree  # noqa: E402

ERROR = 2


def make_app(**settings):
    app = Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.update(broker_connection_retry_on_startup=False, **settings)

    @app.task(name="add", shared=False)
    def add(a, b):
        with pyflare.span("inside"):
            return a + b

    @app.task(name="fail", shared=False)
    def fail():
        raise ValueError("no stock")

    @app.task(name="flaky", shared=False, bind=True, max_retries=2, default_retry_delay=0)
    def flaky(self):
        if self.request.retries < 2:
            raise self.retry(exc=TimeoutError("slow"))
        return "done"

    return app


@pytest.fixture(scope="module")
def worker():
    """An application whose worker runs beside the tests, in a thread."""
    app = make_app()
    with start_worker(app, perform_ping_check=False, pool="solo", loglevel="error"):
        yield app


@pytest.fixture
def app(worker, recorded):
    pyflare.instrument("celery")
    return worker


def ended(recorded, name, count=1):
    wait_for(lambda: len(recorded.ended(name)) >= count)
    return recorded.ended(name)


def test_publish_and_run(app, recorded):
    """A task is published and run in one trace, with what it was given and what it returned."""
    with pyflare.span("order", user="u-1", session="s-1"):
        assert app.tasks["add"].delay(2, b=3).get(timeout=10) == 5
    (run,) = ended(recorded, "run add")
    assert tree(recorded.ended()) == {
        "inside": "run add",
        "run add": "publish add",
        "publish add": "order",
        "order": None,
    }
    publish = recorded.one("publish add")
    assert (publish.span_kind, run.span_kind) == (3, 4)
    assert json.loads(run.input) == {"args": [2], "kwargs": {"b": 3}}
    assert json.loads(run.output) == 5
    assert run.attributes["celery.task.state"] == "SUCCESS"
    assert run.attributes["messaging.message.id"] == publish.attributes["messaging.message.id"]
    assert run.scope == recorded.one("inside").scope == {"user_id": "u-1", "session_id": "s-1"}


def test_failure(app, recorded):
    """What a task raises is on its run; publishing it went well."""
    with pytest.raises(ValueError, match="no stock"):
        app.tasks["fail"].delay().get(timeout=10)
    (run,) = ended(recorded, "run fail")
    assert (run.status_code, run.fields["error_type"]) == (ERROR, "ValueError")
    assert run.attributes["celery.task.state"] == "FAILURE"
    assert recorded.one("publish fail").status_code != ERROR


def test_retries(app, recorded):
    """Each attempt is a span of the same trace; one that asks for another has not failed, and says why it asked."""
    assert app.tasks["flaky"].delay().get(timeout=10) == "done"
    runs = ended(recorded, "run flaky", 3)
    runs.sort(key=lambda span: span.attributes["celery.task.retries"])
    assert [run.attributes["celery.task.retries"] for run in runs] == [0, 1, 2]
    assert [run.attributes["celery.task.state"] for run in runs] == ["RETRY", "RETRY", "SUCCESS"]
    assert len({run.trace_id for run in runs}) == 1
    assert [run.status_code == ERROR for run in runs] == [False] * 3
    assert runs[0].events[0][2]["exception.type"] == "TimeoutError"


def test_chain(app, recorded):
    """What a task leads to is of its trace."""
    chain(app.tasks["add"].s(1, 2), app.tasks["add"].s(3)).delay().get(timeout=10)
    runs = ended(recorded, "run add", 2)
    assert len({run.trace_id for run in runs}) == 1


def test_eager(recorded):
    """What runs eagerly hangs below its caller."""
    pyflare.instrument("celery")
    app = make_app(task_always_eager=True)
    with pyflare.span("order"):
        app.tasks["add"].delay(1, 1)
    assert tree(recorded.ended()) == {"inside": "run add", "run add": "order", "order": None}


def test_broker_away(recorded):
    """Where nothing can be published, that is an error of the publishing."""
    pyflare.instrument("celery")
    app = Celery("shop", broker="amqp://127.0.0.1:1//", set_as_current=False)
    app.conf.broker_connection_timeout = 0.2
    with pytest.raises(OperationalError):
        app.send_task("add", retry=False)
    assert recorded.one("publish add").status_code == ERROR


def test_before_init():
    """Before `init`, tasks run as if nothing were instrumented."""
    pyflare.instrument("celery")
    assert make_app(task_always_eager=True).tasks["add"].delay(1, 1).get() == 2


def test_uninstrument(recorded):
    """Everything is put back."""
    pyflare.instrument("celery")
    pyflare.uninstrument("celery")
    make_app(task_always_eager=True, task_eager_propagates=True).tasks["add"].delay(1, 1)
    assert [span.name for span in recorded.ended()] == ["inside"]


WORKER = """
import pyflare
from celery import Celery

pyflare.init(service="worker", path={path!r}, compaction="off")
pyflare.instrument("celery")
app = Celery("shop", broker={broker!r}, backend={backend!r})
app.conf.broker_transport_options = {options!r}

@app.task(name="work")
def work():
    with pyflare.span("inside"):
        return 1
"""


@contextmanager
def worker_of_its_own(recorded, folder, *, broker, backend, options):
    """A forked worker in another process, and an application here that publishes to it."""
    names = {"path": str(recorded.path), "broker": broker, "backend": backend, "options": options}
    (folder / "shop.py").write_text(WORKER.format(**names))
    app = Celery("shop", broker=broker, backend=backend, set_as_current=False)
    app.conf.broker_transport_options = options
    command = [sys.executable, "-m", "celery", "-A", "shop", "worker", "-P", "prefork", "-c", "1", "-l", "error"]
    worker = subprocess.Popen(command, cwd=folder, env={**os.environ, "C_FORCE_ROOT": "1"})
    try:
        yield app
    finally:
        app.close()
        worker.terminate()
        worker.wait(30)


ONE_TRACE = {
    "inside": "run work",
    "run work": "publish work",
    "publish work": "order",
    "order": None,
}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_worker_of_its_own(recorded, tmp_path):
    """A forked worker in another process continues the trace that this one began."""
    folder = tmp_path / "queue"
    folder.mkdir()
    options = dict.fromkeys(("data_folder_in", "data_folder_out", "processed_folder"), str(folder))
    pyflare.instrument("celery")
    places = {"broker": "filesystem://", "backend": f"file://{folder}"}
    with worker_of_its_own(recorded, tmp_path, **places, options=options) as app:
        with pyflare.span("order"):
            app.send_task("work")
        wait_for(lambda: Recorded(recorded.path).ended("run work"), seconds=180)
    assert tree(recorded.ended()) == ONE_TRACE


@pytest.fixture
def redis(tmp_path):
    """A broker on this machine, at a socket: nobody else can be at its port."""
    pytest.importorskip("redis")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server here")
    socket = tmp_path / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(socket.exists, seconds=30)
        yield f"redis+socket://{socket}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_redis(recorded, tmp_path, redis):
    """Over Redis a worker continues the trace, and what a task returned comes back."""
    pyflare.instrument("celery")
    with worker_of_its_own(recorded, tmp_path, broker=redis, backend=redis, options={}) as app:
        with pyflare.span("order"):
            answer = app.send_task("work")
        assert answer.get(timeout=180) == 1
        wait_for(lambda: Recorded(recorded.path).ended("run work"), seconds=180)
    assert tree(recorded.ended()) == ONE_TRACE
    publish, run = recorded.one("publish work"), recorded.one("run work")
    assert publish.attributes["messaging.message.id"] == run.attributes["messaging.message.id"]
