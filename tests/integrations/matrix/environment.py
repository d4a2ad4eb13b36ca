"""One environment: a library at one version, PyFlare from this folder, and what its tests say there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyflare.integrations import Integration
from tests.integrations.matrix.besides import BESIDES, Besides

ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = ROOT / "build" / "integrations"
SHARED: Final = "shared"
_TOOLS: Final = ("pytest", "pytest-timeout", "hypothesis")


class NotMadeError(RuntimeError):
    """An environment could not be made; its message is what was said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixResult:
    """What the tests of one library said at one version."""

    version: str
    passed: int
    failed: int
    skipped: int

    @property
    def holds(self) -> bool:
        """Whether something was tested and nothing failed."""
        return self.passed > 0 and self.failed == 0

    def __str__(self) -> str:
        words = [f"{self.passed} passed"]
        words += [f"{count} {word}" for count, word in ((self.failed, "failed"), (self.skipped, "skipped")) if count]
        return f"{self.version}: {', '.join(words)}"


def requirements(name: str, library: Integration, *, oldest: bool) -> list[str]:
    """What pip is asked for. The newest version is whatever pip finds."""
    besides = BESIDES.get(name, Besides())
    pinned = f"=={'.'.join(map(str, library.minimum))}" if oldest else ""
    return [f"{library.distribution}{pinned}", *besides.always, *(besides.oldest if oldest else ())]


def files_of(name: str) -> list[Path]:
    """A library's files of tests."""
    files = BESIDES.get(name, Besides()).tests or (f"test_{name.replace('-', '_')}.py",)
    return [ROOT / "tests" / "integrations" / file for file in files]


def make(path: Path, wanted: list[str], *, large: tuple[str, ...] = ()) -> None:
    """Make an environment with PyFlare's base and what is wanted.

    What is large is not installed into it but below it: it finds that where it has no other version itself.

    Raises:
        NotMadeError: It could not be made.
    """
    _bare(path)
    if large:
        shared = FOLDER / SHARED
        if not shared.exists():
            _bare(shared)
            _install(shared, [*large])
        _packages(path).joinpath("shared.pth").write_text(f"{_packages(shared)}\n")
    _install(path, ["--editable", str(ROOT), *_TOOLS, *wanted])


def _bare(path: Path) -> None:
    """An environment without pip: this one's pip installs into it."""
    _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(path)])


def _packages(path: Path) -> Path:
    return next(path.glob("lib/python*/site-packages"))


def _install(path: Path, wanted: list[str]) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(path / "bin" / "python"), "install"]
    _run([*pip, "--quiet", "--no-compile", "--disable-pip-version-check", *wanted])


def programs(packages: tuple[str, ...]) -> Path:
    """Debian's packages, laid out in a folder of the build: nothing is installed, and nobody need be root.

    Raises:
        NotMadeError: They cannot be had here.
    """
    folder = FOLDER / "programs"
    folder.mkdir(exist_ok=True)
    if shutil.which("apt-get") is None:
        raise NotMadeError("there is no apt-get here")
    _run(["apt-get", "download", "-q", *packages], cwd=folder)
    for package in folder.glob("*.deb"):
        _run(["dpkg-deb", "--extract", str(package), str(folder)])
        package.unlink()
    return folder


def _with_programs(folder: Path | None) -> dict[str, str]:
    """The variables by which programs of such a folder, and their libraries, are found."""
    if folder is None:
        return dict(os.environ)
    libraries = ":".join(str(path) for path in folder.glob("usr/lib/*-linux-gnu"))
    return {**os.environ, "PATH": f"{folder}/usr/bin:{os.environ['PATH']}", "LD_LIBRARY_PATH": libraries}


def _run(command: list[str], *, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotMadeError(done.stderr.strip()[-2000:])


def version_in(path: Path, distribution: str) -> str:
    """The version of a distribution that an environment has."""
    program = f"from importlib.metadata import version; print(version({distribution!r}))"
    done = subprocess.run([path / "bin" / "python", "-c", program], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test(path: Path, name: str, distribution: str, beside: Path | None) -> MatrixResult:
    """Run a library's tests; what pytest said stays beside the environment, in `<environment>.log`.

    Args:
        path: The environment.
        name: The library's name.
        distribution: What pip calls it.
        beside: A folder of `programs`.
    """
    report, log = path.with_suffix(".xml"), path.with_suffix(".log")
    report.unlink(missing_ok=True)
    command = [path / "bin" / "python", "-m", "pytest", *files_of(name)]
    options = ["-m", "", "-o", "filterwarnings=default", "-p", "no:cacheprovider", f"--junitxml={report}"]
    variables = _with_programs(beside)
    with log.open("w") as output:
        subprocess.run(
            [*command, *options], check=False, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    return _counted(report, version_in(path, distribution))


def _counted(report: Path, version: str) -> MatrixResult:
    if not report.exists():  # pytest itself failed
        return MatrixResult(version=version, passed=0, failed=1, skipped=0)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return MatrixResult(version=version, passed=total - skipped - failed, failed=failed, skipped=skipped)
