"""The demo as a whole: `python -m examples.demo`, and what can be read back of it."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pyflare
from examples.demo.__main__ import make_room
from pyflare import Workspace
from pyflare.cli.app import app

ROOT = Path(__file__).parents[2]
REQUESTS = 120


def run_demo(path: Path, *options: str) -> str:
    command = [sys.executable, "-W", "error", "-m", "examples.demo", "--path", str(path), *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert not ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("demo") / "store"
    return path, run_demo(path, "--requests", str(REQUESTS))


@pytest.fixture(scope="module")
def workspace(demo: tuple[Path, str]) -> Iterator[Workspace]:
    with pyflare.open(demo[0]) as workspace:
        yield workspace


def counted(workspace: Workspace, query: str) -> int:
    return int(workspace.sql(f"SELECT count(*) AS n {query}").to_pylist()[0]["n"])


def test_report_says_what_was_kept(demo: tuple[Path, str]) -> None:
    """Totals, steps, the change, the slowest trace and the commands to look further."""
    output = demo[1]
    assert f"of {REQUESTS} requests failed" in output
    for part in ("DocsApp.retrieve", "canary", "The slowest request", "└─", "pyflare show"):
        assert part in output


def test_report_names_the_windows_of_a_drift(demo: tuple[Path, str], workspace: Workspace) -> None:
    """The command for drift takes in what was found for canaries in both halves, and nothing is lost between them."""
    [line] = [line for line in demo[1].splitlines() if "pyflare drift run" in line]
    ran = CliRunner().invoke(app, [*shlex.split(line)[1:], "--json"])
    assert ran.exit_code == 0, ran.output
    [found, *_] = json.loads(ran.stdout)[0]["rows"]
    halves = found["n_reference"], found["n_current"]
    assert sum(halves) == counted(workspace, "FROM spans WHERE inference_type = 'retriever' AND tags[1] = 'canary'")
    assert min(halves) > 0


def test_every_request_is_a_trace_of_its_own(workspace: Workspace) -> None:
    """One trace per request; every step of it in the same trace, and none running or lost."""
    assert counted(workspace, "FROM traces WHERE operation_name = 'request'") == REQUESTS
    assert counted(workspace, "FROM spans WHERE operation_name = 'DocsApp.retrieve'") == REQUESTS
    assert counted(workspace, "FROM spans WHERE state != 'ended'") == 0
    orphans = "FROM spans AS s ANTI JOIN spans AS p ON p.span_id = s.parent_span_id AND p.trace_id = s.trace_id"
    assert counted(workspace, f"{orphans} WHERE s.parent_span_id IS NOT NULL") == 0


def test_users_and_sessions_never_mix(workspace: Workspace) -> None:
    """Requests run at once in threads and on an event loop; each trace has one user, session and group."""
    mixed = "FROM (SELECT trace_id FROM spans GROUP BY trace_id HAVING count(DISTINCT (user_id, session_id, tags)) > 1)"
    assert counted(workspace, mixed) == 0
    foreign = "FROM (SELECT session_id FROM spans GROUP BY session_id HAVING count(DISTINCT user_id) > 1)"
    assert counted(workspace, foreign) == 0


def test_processes_of_the_digest_are_in_its_trace(workspace: Workspace) -> None:
    """The digest's spans come from other processes and hang below the one that asked for them."""
    [digest] = workspace.sql("SELECT trace_id FROM spans WHERE operation_name = 'write_digest'").to_pylist()
    trace = workspace.trace(digest["trace_id"])
    assert {span.service for span in trace.root.children} == {"docs-digest"}
    assert trace.root["writer_id"] not in {span["writer_id"] for span in trace.root.children}


def test_predictions_labels_scores_and_embeddings_belong_to_requests(workspace: Workspace) -> None:
    """Each question was classified and embedded once; labels and judgements name its trace."""
    assert counted(workspace, "FROM predictions JOIN traces USING (trace_id)") == REQUESTS
    assert counted(workspace, "FROM embeddings JOIN traces USING (trace_id) WHERE len(vector) = 128") == REQUESTS
    answered = counted(workspace, "FROM traces WHERE operation_name = 'request' AND output_preview IS NOT NULL")
    assert counted(workspace, "FROM predictions WHERE label IS NOT NULL") == answered
    assert counted(workspace, "FROM scores JOIN traces USING (trace_id) WHERE name = 'overlap'") == answered
    assert 0 < counted(workspace, "FROM scores WHERE name = 'helpful'") < answered


def test_append_keeps_what_was_there(demo: tuple[Path, str], tmp_path: Path) -> None:
    """With --append a run adds to what an earlier one left."""
    path = shutil.copytree(demo[0], tmp_path / "store")
    run_demo(path, "--requests", "10", "--append")
    with pyflare.open(path) as workspace:
        assert counted(workspace, "FROM traces WHERE operation_name = 'request'") == REQUESTS + 10


def test_only_a_pyflare_folder_makes_room(tmp_path: Path) -> None:
    """A folder that holds no traces is left alone; one that does is deleted."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="choose another --path"):
        make_room(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
    (tmp_path / "pyflare.json").write_text("{}")
    make_room(tmp_path)
    assert not tmp_path.exists()
