"""`pyflare drift watch`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

import pyflare
from pyflare.cli import console, options
from pyflare.cli.commands.drift import options as own
from pyflare.cli.commands.drift.run import look_at, monitor_names, show


def watch(
    monitors: own.Monitors = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    every: Annotated[str, typer.Option("--every", help="How long to wait between two looks.")] = "5m",
    looks: Annotated[int, typer.Option("--looks", help="How often to look; 0 for ever.", min=0)] = 0,
    json: options.Json = False,
) -> None:
    """Let monitors look again and again, and print what they find. However often, they keep their promise.

    One that cannot look says why, and does not keep the others from looking, nor itself the next time.
    """
    from pyflare.workspace.drift.periods import window_ns

    wait_s = window_ns(every, name="--every") / 1e9
    with pyflare.open(path) as workspace:
        names, look = monitor_names(workspace.drift, monitors), 0
        while True:
            with console.working("comparing"):
                found, failed = look_at(workspace.drift, names)
            show(found, failed, json=json)
            look += 1
            if not found and look == 1:  # what is misspelt stays so; what fails later may pass
                raise typer.Exit(1)
            if look == looks:
                raise typer.Exit(1 if failed else 0)
            time.sleep(wait_s)
