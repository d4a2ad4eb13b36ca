"""`pyflare import`, `export` and `forward`, as somebody at a terminal uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from pyflare.cli.app import app
from tests.interchange.folders import write_everything
from tests.interchange.sink import open_sink

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command over a folder with rows in every table."""
    monkeypatch.setenv("PYFLARE_PATH", str(write_everything(tmp_path / "store")))
    monkeypatch.setenv("COLUMNS", "100")

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, [*arguments])
        assert result.exit_code == code, result.output
        return result

    return invoke


def test_a_folder_out_and_in(run: Run, tmp_path: Path) -> None:
    """The summaries say what went where, and the second time that all of it was there."""
    said = run("export", "-o", str(tmp_path / "all.duckdb")).stderr
    assert "14 rows of spans" in said
    assert "0 rows" not in said
    with duckdb.connect(str(tmp_path / "all.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM logs").fetchall() == [(4,)]
    copy = str(tmp_path / "copy")
    first = run("import", str(tmp_path / "all.duckdb"), "--path", copy).stdout
    assert first.startswith("added 14 rows of spans")
    again = run("import", str(tmp_path / "all.duckdb"), "--path", copy).stdout
    assert again.startswith(f"added nothing to {copy} from 1 file\n")
    assert "rows there already" in again


def test_plain_records(run: Run, tmp_path: Path) -> None:
    """The mapping makes predictions of them; what is refused is counted by reason."""
    (tmp_path / "a.csv").write_text("id,age,p\n1,30,0.5\n2,40,\n")
    said = run(
        "import", str(tmp_path / "a.csv"), "--model", "churn", "--map", "prediction=p", "--map", "features.age=age"
    )
    assert "added 1 row of predictions, 1 row of quarantine" in said.stdout
    assert "1 refused: expected a prediction" in said.stdout


def test_otlp_to_standard_output(run: Run) -> None:
    """A pipe gets one request to a line."""
    lines = run("export", "logs", "-f", "otlp-json").stdout.splitlines()
    assert all("resourceLogs" in json.loads(line) for line in lines)


def test_forward(run: Run) -> None:
    """It says what went out; the second time nothing did."""
    with open_sink() as sink:
        said = run("forward", sink.destination.endpoint, "--header", "x-key=1", "--table", "spans", "--table", "logs")
        assert said.stdout.startswith("sent 14 rows of spans, 4 rows of logs to http://127.0.0.1")
        assert {headers["x-key"] for headers in sink.headers} == {"1"}
        again = run("forward", sink.destination.endpoint, "--table", "logs")
        assert again.stdout.startswith("sent nothing")


def test_a_backend_that_is_not_there(run: Run) -> None:
    """The command gives up, says why, and exits with 1."""
    said = run("forward", "http://127.0.0.1:9", "--patience", "0", code=1)
    assert "gave up" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "{store}/pyflare.json", "--map", "prediction"], "--map: expected COLUMN=FIELD"),
        (["forward", "collector:4318"], "An OTLP endpoint is a URL"),
        (["forward", "http://127.0.0.1:9", "--header", "=secret"], "--header: expected KEY=VALUE"),
        (["forward", "http://127.0.0.1:9", "--table", "traces"], "--table: expected spans, metrics, logs"),
        (["forward", "http://127.0.0.1:9", "--from", "soon"], "--from: expected a datetime"),
    ],
)
def test_errors_are_one_line(run: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    """What cannot be done is said on stderr, without a traceback and without secrets."""
    result = run(*(argument.format(store=tmp_path / "store") for argument in arguments), code=1)
    assert said in " ".join(result.stderr.split())
    assert "secret" not in result.output
