"""`pyflare` as a process of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workspace.folders import write_folder

COMMAND = [sys.executable, "-m", "pyflare.cli"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("store"))


def _environment(root: Path, **variables: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "FORCE_COLOR"}}
    return {**plain, "PYFLARE_PATH": str(root), "TERM": "xterm-256color", **variables}


def _on_a_terminal(*arguments: str, environment: dict[str, str]) -> str:
    """What a command prints on a terminal."""
    main, side = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], stdout=side, stderr=side, stdin=side, env=environment) as process:
        os.close(side)
        printed = b""
        while True:
            try:
                chunk = os.read(main, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            printed += chunk
        assert process.wait() == 0
    os.close(main)
    return printed.decode()


def test_a_pipe_gets_plain_text(root: Path) -> None:
    """What is piped has no escape sequences, and lines of a fixed width."""
    done = subprocess.run([*COMMAND, "traces"], capture_output=True, text=True, check=True, env=_environment(root))
    assert "\x1b" not in done.stdout
    assert "5 rows" in done.stdout
    assert done.stderr == ""


def test_a_terminal_gets_colour(root: Path) -> None:
    """On a terminal failed traces are red, unless NO_COLOR is set."""
    assert "\x1b[31m✗ answer" in _on_a_terminal("traces", environment=_environment(root, COLUMNS="120"))
    plain = _on_a_terminal("traces", environment=_environment(root, COLUMNS="120", NO_COLOR="1"))
    assert "\x1b[31m" not in plain
    assert "✗ answer" in plain


def test_binary_is_not_for_terminals(root: Path) -> None:
    """Parquet goes into a pipe, and not onto a terminal."""
    piped = subprocess.run(
        [*COMMAND, "export", "scores", "-f", "parquet"], capture_output=True, check=True, env=_environment(root)
    )
    assert piped.stdout[:4] == b"PAR1"
    with pytest.raises(AssertionError):
        _on_a_terminal("export", "scores", "-f", "parquet", environment=_environment(root))


def test_a_reader_that_leaves_is_no_error(root: Path) -> None:
    """When `head` has seen enough, the command ends without a word."""
    script = f"{' '.join(COMMAND)} export spans | head -n 1"
    done = subprocess.run(script, shell=True, capture_output=True, text=True, check=True, env=_environment(root))
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_errors_exit_with_one(root: Path) -> None:
    """An error is a line on stderr and the exit code 1."""
    done = subprocess.run(
        [*COMMAND, "query", "SELECT nothing"], capture_output=True, text=True, check=False, env=_environment(root)
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: Binder Error:")


@pytest.mark.parametrize(
    ("arguments", "what", "extra"),
    [([], "pyflare", "local"), (["traces"], "pyflare", "local"), (["ui", "--port", "1"], "pyflare ui", "ui")],
)
def test_without_the_extra(arguments: list[str], what: str, extra: str) -> None:
    """Where nothing optional is installed, the command says what to install: at once all that it needs."""
    program = (
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'typer' else real(name, *a)\n"
        "from pyflare.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f'{what} needs the extra "{extra}". Install it with: pip install "pyflare[{extra}]"\n'


def test_pandas_is_not_loaded(root: Path) -> None:
    """A command starts without pandas, which it does not need and which takes as long to load as all the rest."""
    program = (
        "import sys; sys.argv = ['pyflare', 'traces']\n"
        "from pyflare.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print('pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=_environment(root)
    )
    assert done.stdout.splitlines()[-1] == "False"
