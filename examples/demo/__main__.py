"""`python -m examples.demo`: run the demo and report what PyFlare kept of it."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from examples.demo.report import report
from examples.demo.run import run

REQUESTS: Final = 3000


def main() -> None:
    """Read the options, make room, run and report."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="how many questions (%(default)s)")
    parser.add_argument("--path", type=Path, default=Path(".pyflare-demo"), help="where to trace to (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which users and questions (%(default)s)")
    parser.add_argument("--append", action="store_true", help="keep what an earlier run left in the folder")
    options = parser.parse_args()
    if not options.append:
        make_room(options.path)
    console = Console()
    run(options.path, request_count=options.requests, seed=options.seed, console=console)
    report(options.path, console)


def make_room(path: Path) -> None:
    """Delete what an earlier run left, and nothing else."""
    if not path.exists():
        return
    if any(path.iterdir()) and not (path / "pyflare.json").is_file():
        sys.exit(f"{path} holds something that is not a PyFlare folder; choose another --path")
    shutil.rmtree(path)


if __name__ == "__main__":
    main()
