"""`pyflare drift`: what people and pipes get."""

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pyflare.cli.app import app
from tests.workspace.drift.traffic import NOW, write_traffic

DECLARED = """
[[pyflare.drift]]
name = "retrieval"
where = "kind = retriever"
columns = ["attributes.index", "attributes.similarity", "latency"]
reference = "1d"
thresholds = { latency = 0.3 }
"""
AT = NOW.isoformat()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two days of traffic with a monitor beside it that has looked once."""
    root = write_traffic(tmp_path_factory.mktemp("cli") / ".pyflare")
    (root.parent / "pyflare.toml").write_text(DECLARED)
    result = _run("run", "--now", AT, "--path", root)
    assert result.exit_code == 0, result.output
    assert "attributes.index" in result.stdout
    assert "drifted" in result.stdout
    return root


def _run(*arguments):
    return CliRunner().invoke(app, ["drift", *map(str, arguments)])


def _json(*arguments):
    result = _run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_run(folder):
    """A look says which it was and gives the rows that it wrote; a pipeline may ask to fail."""
    (found,) = _json("run", "retrieval", "--now", AT, "--path", folder)
    assert (found["status"], found["look"] > 1) == ("drifted", True)
    assert {row.get("column_name") for row in found["rows"]} == {
        None,
        "attributes.index",
        "attributes.similarity",
        "latency",
    }
    assert _run("run", "--fail", "--now", AT, "--path", folder).exit_code == 3


def test_run_without_a_monitor(folder):
    """Columns may be named on the spot; nothing is written down."""
    (found,) = _json(
        "run", "-c", "latency", "--where", "kind = retriever", "--reference", "1d", "--now", AT, "--path", folder
    )
    assert (found["status"], found["look"]) == ("healthy", None)


def test_first_look(tmp_path):
    """Where the usual windows hold nothing, what there is is divided, and it is said so; a command leads to the next."""
    root = write_traffic(tmp_path / ".pyflare")
    looked = _run("run", "-c", "attributes.index", "--where", "kind = retriever", "--path", root).stdout
    said, again = " ".join(looked.split()).split("The same again: ")
    assert "the newest part of what there is was compared with the rest." in said
    repeated = _run("run", "-c", "attributes.index", "--where", "kind = retriever", *again.split(), "--path", root)
    assert [line for line in repeated.stdout.splitlines() if "attributes.index" in line] == [
        line for line in looked.splitlines() if "attributes.index" in line
    ]
    few = _run("run", "-c", "latency", "--where", "kind = retriever and attributes.k = 6", "--path", root).stdout
    assert few == "once: There is nothing to compare: no spans that meet `where`.\n"
    assert "drifted" in looked
    named = " ".join(
        _run("run", "-c", "latency", "--reference", "7d", "--now", "2021-01-02", "--path", root).stdout.split()
    )
    assert (
        "the reference holds no rows, 2020-12-25 00:00 to 2021-01-01 00:00, and the current window holds no rows"
        in named
    )
    assert named.count("holds no rows") == 2
    advised = _run("report", "--path", root).stdout
    assert "none is declared" in advised
    assert "[[pyflare.drift]]" in advised
    (root.parent / "pyflare.toml").write_text(DECLARED)
    assert _run("report", "--path", root).stdout == "no drift monitor has run yet: pyflare drift run\n"


def test_report_as_a_page(folder, tmp_path):
    """A page of the latest run needs nothing else; one segment alone may be asked for, and must be there."""
    assert "wrote" in _run("report", "retrieval", "--html", tmp_path / "drift.html", "--path", folder).stdout
    assert "attributes.similarity" in (tmp_path / "drift.html").read_text()
    assert "has no run" in _run("report", "retrieval", "--segment", "a = b", "--path", folder).output


def test_report(folder):
    """Monitors stand as their latest run said; one is shown with all its columns."""
    assert "retrieval" in _run("report", "--path", folder).stdout
    shown = _run("report", "retrieval", "--path", folder).stdout
    assert "attributes.similarity" in shown
    assert "2 drifted, 1 healthy" in shown
    assert _json("report", "retrieval", "--path", folder)[0]["status"] == "drifted"
    assert "has no run" in _run("report", "nobody", "--path", folder).output


def test_explain(folder):
    """The worst column is explained by its values, its traces, and what they carry of a metric's change."""
    found = _json("explain", "retrieval", "attributes.index", "--path", folder)
    assert found["metric"]["carried_share"] > 0.5
    assert len(found["trace_ids"]) == 10
    shown = _run("explain", "retrieval", "--metric", "score.helpful", "--path", folder).stdout
    assert "score.helpful" in shown


def test_watch(folder):
    """Watching looks as often as it is told to."""
    assert len(_json("watch", "retrieval", "--looks", "1", "--path", folder)) == 1


def test_one_that_cannot_look_keeps_none_from_looking(folder, tmp_path):
    """What the others find is shown, why one could not look is said, and the exit code tells; alone it ends the watch."""
    root = tmp_path / ".pyflare"
    shutil.copytree(folder, root)
    lacking = '[[pyflare.drift]]\nname = "lacking"\ncolumns = ["latency"]\nreference = { stored = "latest" }\n'
    (tmp_path / "pyflare.toml").write_text(lacking + DECLARED)
    for command in (("run", "--now", AT), ("watch", "--looks", "1")):
        result = _run(*command, "--json", "--path", root)
        assert result.exit_code == 1
        assert "'lacking' has no reference 'latest'" in " ".join(result.stderr.split())
        assert [run["monitor"] for run in json.loads(result.stdout)] == ["retrieval"]
    assert _run("watch", "lacking", "--path", root).exit_code == 1


def test_references(folder):
    """References are kept, listed and removed."""
    assert "no reference is kept" in _run("references", "--path", folder).stdout
    assert "kept version 1" in _run("references", "set", "retrieval", "--now", AT, "--path", folder).stdout
    (kept,) = _json("references", "--path", folder)
    assert (kept["monitor"], kept["version"], kept["n_rows"]) == ("retrieval", "1", 300)
    assert "retrieval" in _run("references", "--path", folder).stdout
    assert "removed version 1" in _run("references", "remove", "retrieval", "1", "--path", folder).stdout


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("", "no drift monitor is declared"),
        ('[[pyflare.drift]]\nname = "a"\ncolumms = []', 'Did you mean "columns"?'),
        ('[[pyflare.drift]]\nname = "a"\ncurrent = "soon"', "how long the window is"),
        ('[[pyflare.drift]]\ncolumns = ["latency"]', 'has no name. Add one: name = "answers"'),
        ('[[pyflare.drift]]\nname = "a"\n[[pyflare.drift]]\nname = "a"', "are called 'a'"),
        ("[pyflare]\ndrift = 3", "list of tables"),
    ],
)
def test_what_cannot_be_declared(folder, tmp_path, declared, message):
    """A declaration that cannot be used says what was expected."""
    root = tmp_path / ".pyflare"
    root.mkdir()
    (root / "pyflare.json").write_bytes((folder / "pyflare.json").read_bytes())
    (tmp_path / "pyflare.toml").write_text(declared)
    result = _run("run", "--path", root)
    assert result.exit_code == 1
    assert message in " ".join(result.output.split())


def test_a_name_that_is_not_declared(folder):
    """A misspelt monitor is explained, and so is a column in the place of one."""
    assert 'Did you mean "retrieval"?' in _run("run", "retrievel", "--path", folder).output
    assert "pyflare drift run -c latency" in _run("run", "latency", "--path", folder).output


def test_without_the_extra(folder):
    """Without what monitors need the help page is shown all the same, and a command says what to install."""
    program = "import sys; sys.modules['scipy'] = None; from pyflare.cli.app import make_app; make_app()(sys.argv[1:])"
    helped, ran = (
        subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=100, check=False
        )
        for arguments in (["drift", "--help"], ["drift", "run", "-c", "latency", "--path", str(folder)])
    )
    assert (helped.returncode, ran.returncode) == (0, 1)
    assert "pyflare[drift]" in ran.stderr
