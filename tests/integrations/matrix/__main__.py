"""Test the libraries named, or all, one environment at a time."""

from __future__ import annotations

import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from pyflare.integrations import INTEGRATIONS
from tests.integrations.matrix import environment, page
from tests.integrations.matrix.besides import BESIDES, UNLISTED, Besides
from tests.integrations.matrix.environment import FOLDER, MatrixResult, NotMadeError

console = Console(highlight=False)


def main(names: list[str]) -> int:
    """Test, and write the page. Returns 1 where something does not hold."""
    unknown = [name for name in names if name not in INTEGRATIONS]
    if unknown:
        console.print(f"expected some of {', '.join(INTEGRATIONS)}; got {', '.join(unknown)}.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        held = [_library(name) for name in names or INTEGRATIONS if name not in UNLISTED]
    finally:
        for folder in (environment.SHARED, "programs"):
            _leave(FOLDER / folder)
    return 0 if all(held) else 1


def _leave(path: Path) -> None:
    """Delete what was made, unless it is to be kept."""
    if os.environ.get("KEEP", "0") == "0":
        shutil.rmtree(path, ignore_errors=True)


def _library(name: str) -> bool:
    """Test one library at both versions. Its row is written only where both hold."""
    oldest, newest = _version(name, oldest=True), _version(name, oldest=False)
    if oldest is None or newest is None or not (oldest.holds and newest.holds):
        return False
    rows = page.read(page.PAGE.read_text()) if page.PAGE.exists() else {}
    rows[name] = f"{oldest} | {newest} | {datetime.now(UTC):%Y-%m-%d}"
    page.PAGE.write_text(page.render(rows))
    return True


def _version(name: str, *, oldest: bool) -> MatrixResult | None:
    """Test one library at one version; None where there is no environment for it."""
    library, which = INTEGRATIONS[name], "oldest" if oldest else "newest"
    besides = BESIDES.get(name, Besides())
    path, started = FOLDER / f"{name}-{which}", time.monotonic()
    result = None
    try:
        with console.status(f"{name}, {which}: installing …") as status:
            environment.make(path, environment.requirements(name, library, oldest=oldest), large=besides.large)
            beside = _programs(besides.programs)
            status.update(f"{name}, {which}: testing …")
            result = environment.test(path, name, library.distribution, beside)
    except NotMadeError as error:
        console.print(f"[red]✗[/red] {name}, {which}: {error}", markup=True)
        return None
    finally:
        _leave(path)
    _say(name, which, result, time.monotonic() - started)
    return result


def _programs(packages: tuple[str, ...]) -> Path | None:
    """What the tests start besides; without it they pass over what needs it, and say so."""
    try:
        return environment.programs(packages) if packages else None
    except NotMadeError as error:
        console.print(f"[yellow]without {', '.join(packages)}[/yellow]: {error}", markup=True)
        return None


def _say(name: str, which: str, result: MatrixResult, elapsed_s: float) -> None:
    sign = "[green]✓[/green]" if result.holds else "[red]✗[/red]"
    console.print(f"{sign} {name:<14} {which}  {result}  [dim]{elapsed_s:.0f} s[/dim]")
    if not result.holds:
        console.print(f"  see {(FOLDER / f'{name}-{which}.log').relative_to(environment.ROOT)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
