"""Scores over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pyflare.server.api.options import ApiOptions
from tests.server.api.serving import Served, serving
from tests.store.records import end, write_journal

ONE, SPAN = f"{1:032x}", f"{10:016x}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_journal(tmp_path, [end(1, 10, scope={"session_id": "s"}), end(2, 20)])
    return tmp_path


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    with serving(folder) as served:
        yield served


def test_a_score_is_there_at_once(served: Served) -> None:
    """What is written is listed, stands in its trace, and counts as said by a person."""
    answer = served.ask("POST", "/scores", {"trace_id": ONE, "name": "helpful", "value": 1, "comment": "right"})
    assert answer.status == 201
    assert served.get(f"/scores?trace_id={ONE}") == {"scores": [answer.json], "next_cursor": None}
    assert (answer.json["source"], answer.json["value"], answer.json["comment"]) == ("human", 1.0, "right")
    assert {trace["trace_id"]: trace["scores"] for trace in served.get("/traces")["traces"]} == {
        ONE: {"helpful": 1.0},
        f"{2:032x}": {},
    }


def test_taking_a_score_back(served: Served) -> None:
    """A score without value and label takes the earlier one back."""
    for value in (1, None):
        served.ask("POST", "/scores", {"trace_id": ONE, "span_id": SPAN, "name": "helpful", "value": value})
    assert served.get("/scores")["scores"] == []


def test_pages(served: Served) -> None:
    """Scores come page by page, the latest first."""
    for name in "abc":
        served.ask("POST", "/scores", {"session_id": "s", "name": name, "label": "good"})
    first = served.get("/scores?limit=2&session_id=s")
    rest = served.get(f"/scores?limit=2&session_id=s&cursor={first['next_cursor']}")
    assert [score["name"] for page in (first, rest) for score in page["scores"]] == ["c", "b", "a"]
    assert rest["next_cursor"] is None
    assert served.ask("GET", "/scores?cursor=x").json["error"]["code"] == "bad_query"


@pytest.mark.parametrize(
    ("score", "status", "code"),
    [
        ({"name": "helpful", "value": 1}, 400, "bad_value"),
        ({"name": "helpful", "value": 1, "trace_id": "f" * 32}, 404, "not_found"),
        ({"name": "helpful", "value": 1, "trace_id": ONE, "span_id": "f" * 16}, 404, "not_found"),
        ({"name": "helpful", "value": 1, "trace_id": ONE, "session_id": "s"}, 400, "bad_value"),
        ({"name": "", "value": 1, "trace_id": ONE}, 400, "bad_request"),
        ({"name": "helpful", "value": "much", "trace_id": ONE}, 400, "bad_request"),
        ({"name": "helpful", "trace_id": ONE, "source": "code"}, 400, "bad_request"),
    ],
)
def test_scores_that_cannot_be(served: Served, score: dict[str, object], status: int, code: str) -> None:
    """What judges nothing, or nothing that is there, is refused in the one shape of errors."""
    answer = served.ask("POST", "/scores", score)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)


def test_a_server_that_only_reads(folder: Path) -> None:
    """A server that only reads refuses scores and views with the reason."""
    with serving(folder, options=ApiOptions(read_only=True)) as served:
        score = served.ask("POST", "/scores", {"trace_id": ONE, "name": "helpful", "value": 1})
        view = served.ask("POST", "/views", {"name": "mine", "screen": "traces", "search": {}})
    assert {(answer.status, answer.json["error"]["code"]) for answer in (score, view)} == {(403, "read_only")}
