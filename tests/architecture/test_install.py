"""What an installation weighs and how long it takes, as a stranger would get it: newest versions, no constraints."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.installing import BARS_MB, RESOLVE_BAR_S, build_wheel, install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, built from the tree."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize(("extras", "works"), [("", "pyflare.init"), ("[local]", "pyflare.open")])
def test_install(wheel: Path, tmp_path: Path, extras: str, works: str) -> None:
    """An installation resolves in seconds, is small, and what it is for works without the other extras."""
    installation = install(wheel, extras, tmp_path / "venv")
    assert installation.resolve_s < RESOLVE_BAR_S
    assert installation.size_mb < BARS_MB[extras]
    command = [installation.python, "-W", "error", "-c", f"import pyflare; {works}"]
    subprocess.run(command, cwd=tmp_path, check=True)


def test_base_install_traces(wheel: Path, tmp_path: Path) -> None:
    """The base alone traces, and says which extra reading needs."""
    python = install(wheel, "", tmp_path / "venv").python
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
