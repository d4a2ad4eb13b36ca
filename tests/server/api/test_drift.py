"""Drift over HTTP: what monitors wrote is what the API says."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from pyflare.server.api.moments import rfc3339
from pyflare.store.journal.writer import prepare_folder
from tests.server.api.serving import Served, serving
from tests.store.records import T0_NS
from tests.workspace.drift_rows import HOUR_NS, MODEL, PRODUCTION, RUNS, drift_rows, run_id, write_drift


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory):
    """A folder with a day of four monitors' runs, the last at T0."""
    root = tmp_path_factory.mktemp("folder")
    write_drift(root, drift_rows(end_ns=T0_NS, trace_ids=["0" * 31 + "1"]))
    with serving(root) as served:
        yield served


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory):
    """A folder in which no monitor ever ran."""
    root = tmp_path_factory.mktemp("bare")
    prepare_folder(root)
    with serving(root) as served:
        yield served


def names(found: dict) -> list[tuple[str, str | None, str]]:
    return [(each["monitor"], each["segment"], each["status"]) for each in found["monitors"]]


def test_monitors(api: Served):
    """Each monitor stands once for each segment, the worst first, with its latest run and those before it."""
    found = api.get("/drift-monitors")
    assert names(found) == [
        ("retrieval", None, "drifted"),
        ("prompts", PRODUCTION, "warning"),
        ("answers", None, "healthy"),
        ("prompts", "environment = staging", "healthy"),
    ]
    assert found["total"] == 4
    first = found["monitors"][0]
    assert first["last_run"] == rfc3339(T0_NS)
    assert first["columns"] == {"drifted": 2, "healthy": 1}
    assert (first["runs"], len(first["recent"]), first["recent"][-1]["run_id"]) == (RUNS, RUNS, first["run_id"])
    assert [each["status"] for each in first["recent"]][:3] == ["healthy"] * 3


def test_monitors_of_a_range(api: Served):
    """A range that ends before the drift shows monitors as they stood then."""
    found = api.get(f"/drift-monitors?end_time={rfc3339(T0_NS - 10 * HOUR_NS)}&model_id={quote(MODEL)}")
    assert names(found) == [("answers", None, "healthy"), ("retrieval", None, "healthy")]
    assert found["monitors"][0]["runs"] == RUNS - 11


def test_run(api: Served):
    """A run gives every column, the worst first, with its contributions and the traces behind it."""
    found = api.get("/drift-monitors/retrieval")
    assert (found["run_id"], found["status"], found["alpha"]) == (run_id("retrieval", RUNS - 1), "drifted", 0.05 / 1000)
    assert found["current_end"] == found["timestamp"] == rfc3339(T0_NS)
    assert [each["column"] for each in found["columns"]] == ["retrieval.index", "retrieval.score", "latency_ms"]
    index = found["columns"][0]
    assert index["sample_trace_ids"] == ["0" * 31 + "1"]
    assert index["contributions"][0]["label"] in ("2026-11", "2025-02")
    assert index["notes"] == ["3 levels with fewer than 5 expected rows are pooled."]
    assert sum(each["contribution"] for each in index["contributions"]) == pytest.approx(1)


def test_earlier_run(api: Served):
    """An earlier run is given by its id, whatever the range."""
    wanted = run_id("prompts", 3)
    address = f"/drift-monitors/prompts?segment={quote(PRODUCTION)}&run_id={wanted}&start_time={rfc3339(T0_NS)}"
    assert api.get(address)["run_id"] == wanted


def test_unknown_column(api: Served):
    """A column with too little data has no numbers, and a reason."""
    found = api.get(f"/drift-monitors/prompts?segment={quote(PRODUCTION)}")
    column = next(each for each in found["columns"] if each["column"] == "tool_name")
    assert (column["status"], column["effect_size"], column["p_value"]) == ("unknown", None, None)
    assert "expected at least 30" in column["explanation"]


def test_course(api: Served):
    """The course of a monitor and of a column, the oldest run first, with bounds."""
    whole = api.get("/drift-monitors/retrieval/history")
    assert [len(whole["points"]), whole["total"], whole["column"]] == [RUNS, RUNS, None]
    column = api.get("/drift-monitors/retrieval/history?column=retrieval.score&limit=5")
    assert [len(column["points"]), column["total"], column["effect_name"]] == [5, RUNS, "cliffs_delta"]
    last = column["points"][-1]
    assert last["timestamp"] == rfc3339(T0_NS)
    assert last["effect_low"] < last["effect_size"] < last["effect_high"]


def test_model(api: Served):
    """A model's status sums up its monitors by type of drift; its id may hold a slash."""
    found = api.get(f"/drift/{quote(MODEL)}")
    assert (found["model_id"], found["overall_status"], found["last_updated"]) == (MODEL, "drifted", rfc3339(T0_NS))
    feature = found["drift_scores"]["feature"]
    assert (feature["is_drifted"], feature["threshold"], feature["trend"]) == (True, 0.1, "increasing")
    assert feature["score"] == feature["feature_breakdown"]["retrieval.index"] == 0.98
    assert found["drift_scores"]["embedding"]["is_drifted"] is False
    assert found["drift_scores"]["concept"] is None


def test_model_history(api: Served):
    """A model's history can be of one type of drift and of a range."""
    assert api.get(f"/drift/{quote(MODEL)}/history")["total"] == 2 * RUNS
    since = rfc3339(T0_NS - 2 * HOUR_NS)
    found = api.get(f"/drift/{quote(MODEL)}/history?drift_type=feature&start_time={since}")
    assert [(each["monitor"], each["is_drifted"]) for each in found["history"]] == [("retrieval", True)] * 3


def test_nothing(bare: Served):
    """Where no monitor ran, lists are empty, and what was asked for by name is not found."""
    assert bare.get("/drift-monitors") == {"monitors": [], "total": 0}
    assert bare.get("/drift/any/history")["history"] == []
    assert bare.get("/drift-monitors/any/history")["points"] == []
    for path in ("/drift/any", "/drift-monitors/any", f"/drift-monitors/any?run_id={'0' * 32}"):
        answer = bare.ask("GET", path)
        assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


def test_refused(api: Served):
    """What cannot be a run or a type of drift is refused."""
    for path in ("/drift-monitors/retrieval?run_id=latest", "/drift/any/history?drift_type=any"):
        assert api.ask("GET", path).status == 400
