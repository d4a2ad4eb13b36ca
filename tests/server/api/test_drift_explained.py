"""Explanations and references of monitors that really ran."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

import pyflare
from pyflare.server.api.options import ApiOptions
from tests.server.api.serving import Served, serving
from tests.workspace.drift.traffic import NOW, is_stale, write_traffic
from tests.workspace.drift_topics import COUNT, TOPICS, is_new, write_topics

DECLARED = """
[[pyflare.drift]]
name = "retrieval"
where = "kind = retriever"
columns = ["attributes.index", "latency"]
reference = "1d"
segment_by = ["environment"]

[[pyflare.drift]]
name = "gpt"
columns = ["latency", "status"]
filters = { model = "openai/gpt-4o" }
reference = { stored = "latest" }
"""
PRODUCTION = f"segment={quote('environment = production')}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two days, and monitors declared beside it, one of which has looked."""
    folder = write_traffic(tmp_path_factory.mktemp("drift") / ".pyflare")
    (folder.parent / "pyflare.toml").write_text(DECLARED)
    with pyflare.open(folder, compact=False) as workspace:
        workspace.drift.run("retrieval", now=NOW)
    return folder


@pytest.fixture(scope="module")
def api(root: Path):
    with serving(root) as served:
        yield served


def test_explanation(api: Served):
    """The stale index is named with its traces, and with what of the errors it carries."""
    found = api.get(f"/drift-monitors/retrieval/explanation?{PRODUCTION}")
    assert [found["column"], found["status"], found["metric"]] == ["attributes.index", "drifted", "error"]
    old = next(part for part in found["parts"] if part["label"] == "old")
    assert (old["reference"], old["current"]) == (0.0, pytest.approx(2 / 3, abs=0.01))
    assert found["trace_ids"]
    assert all(is_stale(int(trace_id, 16) - 1) for trace_id in found["trace_ids"])
    assert old["carried"] + old["within"] > 0.2
    assert found["metric_change"]["change"] > 0.2
    assert found["metric_change"]["carried_share"] == pytest.approx(1, abs=0.3)


def test_explanation_by_another_metric(api: Served):
    """Of a run by its id, a column by its name, and a score."""
    run = api.get(f"/drift-monitors/retrieval?{PRODUCTION}")["run_id"]
    address = f"/drift-monitors/retrieval/explanation?{PRODUCTION}&run_id={run}&column=latency&metric=score.helpful"
    found = api.get(address)
    assert (found["run_id"], found["column"]) == (run, "latency")
    assert found["metric_change"]["change"] == pytest.approx(-2 / 3, abs=0.01)


def test_nothing_to_explain(api: Served):
    """What was not compared is not found, and a metric that there is not is refused."""
    path = f"/drift-monitors/retrieval/explanation?{PRODUCTION}"
    assert api.ask("GET", f"{path}&column=any").status == 404
    assert api.ask("GET", "/drift-monitors/any/explanation").status == 404
    assert api.ask("GET", f"{path}&metric=no.such").status == 400


def test_reference(api: Served, root: Path):
    """A reference that is sent is the next version of the only monitor of the model."""
    columns = {"latency": {"numbers": [1.0, 2.5, None]}, "status": {"counts": {"ok": 2, "error": 1}}}
    path = f"/drift/{quote('openai/gpt-4o')}/reference"
    first = api.ask("POST", path, {"columns": columns, "start_time": "2026-11-01T00:00:00Z"})
    assert first.status == 201, first.body
    assert first.json["is_used"] is True
    named = api.ask("POST", path, {"columns": columns, "monitor": "gpt"}).json
    assert [first.json["version"], named["version"], named["rows"]] == ["1", "2", 3]
    kept = api.get(path)
    assert (kept["total"], kept["references"][0], kept["references"][1]) == (2, first.json, named)
    with pyflare.open(root, compact=False) as workspace:
        _, frame = workspace.drift.references.load("gpt", "1")
    assert frame.columns["latency"].values[1] == 2.5
    assert frame.columns["status"].levels == ("ok", "error")


@pytest.mark.parametrize(
    ("model", "body", "status"),
    [
        ("nobody", {"columns": {"a": {"numbers": [1.0]}}}, 404),
        ("openai/gpt-4o", {"columns": {"a": {"numbers": [1.0]}}, "monitor": "retrieval"}, 404),
        ("openai/gpt-4o", {"columns": {"a": {}}}, 400),
        ("openai/gpt-4o", {"columns": {"a": {"numbers": [1.0], "counts": {"x": 1}}}}, 400),
        ("openai/gpt-4o", {"columns": {"a": {"numbers": [1.0]}, "b": {"numbers": []}}}, 400),
        ("openai/gpt-4o", {"columns": {"a": {"numbers": []}}}, 400),
        ("openai/gpt-4o", {"columns": {}}, 400),
    ],
)
def test_reference_refused(api: Served, model: str, body: dict, status: int):
    """A reference of no monitor, or one that is none, is refused."""
    assert api.ask("POST", f"/drift/{quote(model)}/reference", body).status == status


def test_reference_read_only(root: Path):
    """A server that only reads keeps no reference."""
    with serving(root, options=ApiOptions(read_only=True)) as api:
        answer = api.ask("POST", "/drift/any/reference", {"columns": {"a": {"numbers": [1.0]}}})
    assert (answer.status, answer.json["error"]["code"]) == (403, "read_only")


def test_report(api: Served):
    """The latest run is one page as a file; its name holds nothing that a segment could bring in."""
    answer = api.ask("GET", f"/drift-monitors/retrieval/report?{PRODUCTION}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="drift-retrieval-environment-production.html"'
    )
    assert b"attributes.index" in answer.body
    assert api.ask("GET", "/drift-monitors/any/report").status == 404


def test_report_of_an_earlier_run(api: Served, root: Path):
    """A run by its id, or the latest of a range, is the page of that run: later ones do not appear in it."""
    (first,) = api.get(f"/drift-monitors/retrieval/history?{PRODUCTION}")["points"]
    later = NOW - timedelta(hours=12)
    with pyflare.open(root, compact=False) as workspace:
        workspace.drift.run("retrieval", now=later)
    path = f"/drift-monitors/retrieval/report?{PRODUCTION}"
    of_first = api.ask("GET", f"{path}&run_id={first['run_id']}")
    of_range = api.ask("GET", f"{path}&end_time={quote(NOW.isoformat())}")
    assert f"{NOW:%Y-%m-%d %H:%M}".encode() in of_first.body
    assert f"{later:%Y-%m-%d %H:%M}".encode() in of_range.body
    assert f"{NOW:%Y-%m-%d %H:%M}".encode() not in of_range.body
    assert api.ask("GET", f"{path}&run_id={'0' * 32}").status == 404


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory):
    """Two days of embeddings, on the second of which a fifth is of a new topic, and a monitor of them that looked."""
    folder = tmp_path_factory.mktemp("topics") / ".pyflare"
    write_topics(folder)
    (folder.parent / "pyflare.toml").write_text(TOPICS)
    with pyflare.open(folder, compact=False) as workspace:
        workspace.drift.run("topics", now=NOW)
    with serving(folder) as served:
        yield served


def test_map(topics: Served):
    """The embeddings of both samples lie on a plane with their traces, those of the new topic apart."""
    found = topics.get("/drift-monitors/topics/map?method=principal")
    current = found["current"]
    assert [found["method"], found["reference"]["total"], current["total"]] == ["principal", COUNT, COUNT]
    assert all(-1 <= value <= 1 for value in (*current["x"], *current["y"]))
    new = [x for x, trace_id in zip(current["x"], current["trace_ids"], strict=True) if is_new(trace_id)]
    assert len(new) == COUNT // 5
    assert min(abs(x - y) for x in new for y in found["reference"]["x"]) > 0.3


def test_map_of_fewer(topics: Served):
    """Points can be fewer than rows; what holds no embeddings has no map."""
    found = topics.get("/drift-monitors/topics/map?method=principal&limit=50")
    assert [len(found[name]["x"]) for name in ("reference", "current")] == [25, 25]


def test_no_map(api: Served):
    """A column of numbers or categories has no map."""
    answer = api.ask("GET", f"/drift-monitors/retrieval/map?{PRODUCTION}&column=latency")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_value")
