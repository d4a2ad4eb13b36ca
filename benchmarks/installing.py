"""What an installation weighs and how long pip takes to resolve it, as a stranger would get it: newest versions."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.row import BenchRow

ROOT: Final = Path(__file__).parents[1]
RESOLVE_BAR_S: Final = 30
BARS_MB: Final = {"": 45, "[local]": 350}
"""By extras: what the installation may weigh, in megabytes."""
_NOT_OURS: Final = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
"""What a new virtual environment holds before anything is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A virtual environment with PyFlare in it, and what it took to get there."""

    python: Path
    resolve_s: float
    size_bytes: int

    @property
    def size_mb(self) -> float:
        """Megabytes of all that was installed."""
        return self.size_bytes / 1e6


def pip(python: str | Path, *arguments: str) -> None:
    """Run pip. Raises RuntimeError with what it said where it fails."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(finished.stdout + finished.stderr)


def build_wheel(directory: Path) -> Path:
    """The distribution, built from the tree."""
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(directory), str(ROOT))
    (built,) = directory.glob("pyflare-*.whl")
    return built


def install(wheel: Path, extras: str, directory: Path) -> Installation:
    """Install the distribution with `extras`, such as "[local]", into a new virtual environment."""
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    python = directory / "bin" / "python"
    wanted = f"pyflare{extras} @ {wheel.as_uri()}"
    started_s = time.monotonic()
    pip(python, "install", "--dry-run", wanted)
    resolve_s = time.monotonic() - started_s
    pip(python, "install", wanted)
    return Installation(python=python, resolve_s=resolve_s, size_bytes=_installed_bytes(directory))


def _installed_bytes(environment: Path) -> int:
    (packages,) = (environment / "lib").glob("python*/site-packages")
    ours = [top for top in packages.iterdir() if not top.name.startswith(_NOT_OURS)]
    files = [file for top in ours for file in ([top] if top.is_file() else top.rglob("*"))]
    return sum(file.lstat().st_size for file in files if file.is_file())


def rows() -> list[BenchRow]:
    """The lines of the table."""
    with tempfile.TemporaryDirectory() as directory:
        wheel = build_wheel(Path(directory))
        return [_row(wheel, extras, Path(directory) / f"venv{number}") for number, extras in enumerate(BARS_MB)]


def _row(wheel: Path, extras: str, directory: Path) -> BenchRow:
    installation = install(wheel, extras, directory)
    return BenchRow(
        what=f"installed size of pyflare{extras}",
        bar=f"under {BARS_MB[extras]} MB, resolved in seconds",
        measured=f"{installation.size_mb:.0f} MB",
        ok=installation.size_mb < BARS_MB[extras] and installation.resolve_s < RESOLVE_BAR_S,
        beside=f"resolved and fetched in {installation.resolve_s:.0f} s",
    )
