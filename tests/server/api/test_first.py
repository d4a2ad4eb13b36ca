"""The first screen's answers, given before the framework is loaded."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pyflare.server.api.first import First
from pyflare.server.api.options import API_PREFIX
from pyflare.server.api.served import Answered, Served
from tests.server.api.serving import serving
from tests.store.records import end, write_journal

PLAIN = (
    "/metrics",
    "/metrics/timeseries?metrics=requests&metrics=errors&metrics=cost_usd&points=90",
    "/metrics/timeseries",
    "/breakdown?dimension=model&order_by=requests&limit=6",
    "/breakdown?dimension=service",
)
OTHER = (
    "/traces",
    "/metrics?start_time=2h",
    "/metrics?filter=model+%3D+x",
    "/metrics/timeseries?metrics=nonsense",
    "/metrics/timeseries?points=0",
    "/metrics/timeseries?points=9999999",
    "/metrics/timeseries?points=1&points=2",
    "/metrics/timeseries?bucket_s=60",
    "/breakdown",
    "/breakdown?dimension=",
    "/breakdown?dimension=colour",
    "/breakdown?dimension=model&dimension=service",
    "/breakdown?dimension=model&limit=x",
    "/breakdown?dimension=model&limit=٣",
    "/breakdown?dimension=model&start_time=2h",
    "/info?x=1",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("first")
    write_journal(root, [end(number, number, duration_ns=number * 1_000_000) for number in range(1, 30)])
    return root


@pytest.fixture
def first(folder: Path) -> Iterator[First]:
    served = Served.open(folder)
    yield First(served)
    served.close()


def request(path: str, *, method: str = "GET", **headers: str) -> dict[str, Any]:
    path, _, query = path.partition("?")
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": f"{API_PREFIX}{path}",
        "query_string": query.encode(),
        "headers": named,
    }


@pytest.mark.parametrize("path", PLAIN)
def test_the_same_bytes_as_the_framework_gives(folder: Path, first: First, path: str) -> None:
    """Whoever asks a moment later is told the same, and compressed alike."""
    answered = first.answer(request(path, accept_encoding="gzip"))
    with serving(folder) as served:
        answer = served.ask("GET", path, **{"accept-encoding": "gzip"})
    assert answered is not None
    assert (answered.status, answered.content) == (answer.status, answer.body)
    same = ("content-type", "cache-control", "vary", "content-encoding")
    assert [answered.headers.get(name) for name in same] == [answer.headers.get(name) for name in same]


def test_the_folder_at_a_glance(folder: Path, first: First) -> None:
    """The folder itself is told before the framework is there."""
    answered = first.answer(request("/info"))
    assert answered is not None
    assert b'"traces":29' in answered.content
    assert answered.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", OTHER)
def test_all_else_waits_for_the_framework(first: First, path: str) -> None:
    """What has to be checked, or is not of the first screen, is left to the framework, which is then loaded at once."""
    assert first.answer(request(path)) is None
    started_s = time.monotonic()
    first.wait()
    assert time.monotonic() - started_s < 0.5


@pytest.mark.parametrize("scope", [request("/metrics", method="HEAD"), {"type": "websocket", "path": "/api/v1/live"}])
def test_other_ways_to_ask(first: First, scope: dict[str, Any]) -> None:
    """Only plain reading is answered."""
    assert first.answer(scope) is None


def test_who_has_the_answer_is_told_so(first: First) -> None:
    """An ETag of a first answer is good for asking again."""
    answered = first.answer(request("/metrics"))
    assert answered is not None
    again = first.answer(request("/metrics", if_none_match=answered.headers["etag"]))
    assert again is not None
    assert (again.status, again.content) == (304, b"")


def test_waiting_ends_once_all_are_answered(first: First) -> None:
    """The framework is loaded when the answers are given, and not while one is made."""
    answers: list[Answered | None] = []
    asking = [threading.Thread(target=lambda path=path: answers.append(first.answer(request(path)))) for path in PLAIN]
    for thread in asking:
        thread.start()
    first.wait()
    for thread in asking:
        thread.join()
    assert len(answers) == len(PLAIN)
    assert None not in answers


def test_no_framework_is_loaded() -> None:
    """What answers first imports neither FastAPI nor pydantic."""
    code = "import sys, pyflare.server.site, pyflare.server.api.first; print({'fastapi', 'pydantic'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
