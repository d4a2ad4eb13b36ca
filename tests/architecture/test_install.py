"""What an installation weighs and how long it takes, as a stranger would get it: newest versions, no constraints."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MEGABYTE: Final = 1_000_000
RESOLVE_LIMIT_S: Final = 30
NOT_OURS: Final = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
"""What a new virtual environment holds before anything is installed."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, built from the tree."""
    directory = tmp_path_factory.mktemp("wheel")
    _pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(directory), str(ROOT))
    (built,) = directory.glob("pyflare-*.whl")
    return built


def _pip(python: str | Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def _environment(directory: Path) -> Path:
    """Make a virtual environment and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    return directory / "bin" / "python"


def _installed_bytes(environment: Path) -> int:
    (packages,) = (environment / "lib").glob("python*/site-packages")
    ours = [top for top in packages.iterdir() if not top.name.startswith(NOT_OURS)]
    files = [file for top in ours for file in ([top] if top.is_file() else top.rglob("*"))]
    return sum(file.lstat().st_size for file in files if file.is_file())


@pytest.mark.parametrize(
    ("extras", "limit_mb", "import_check"), [("", 45, "pyflare.init"), ("[local]", 350, "pyflare.open")]
)
def test_install(wheel: Path, tmp_path: Path, extras: str, limit_mb: int, import_check: str) -> None:
    """The installation resolves in seconds, it is small, and what it is for works without the other extras."""
    python = _environment(tmp_path / "venv")
    wanted = f"pyflare{extras} @ {wheel.as_uri()}"
    started_s = time.monotonic()
    _pip(python, "install", "--dry-run", wanted)
    assert time.monotonic() - started_s < RESOLVE_LIMIT_S
    _pip(python, "install", wanted)
    assert _installed_bytes(tmp_path / "venv") < limit_mb * MEGABYTE
    subprocess.run([python, "-W", "error", "-c", f"import pyflare; {import_check}"], cwd=tmp_path, check=True)


def test_base_install_traces(wheel: Path, tmp_path: Path) -> None:
    """The base alone traces, and says which extra reading needs."""
    python = _environment(tmp_path / "venv")
    _pip(python, "install", str(wheel))
    program = """
import pyflare

pyflare.init(service="base")
with pyflare.span("work", input={"n": 1}) as span:
    span.set_output(2)
assert pyflare.flush()
try:
    pyflare.open(".pyflare")
except pyflare.errors.MissingExtraError as error:
    assert error.extra == "local", error
else:
    raise AssertionError("reading should need an extra")
"""
    subprocess.run([python, "-W", "error", "-c", program], cwd=tmp_path, check=True)
    assert list((tmp_path / ".pyflare" / "journal").glob("*/*.seg"))
