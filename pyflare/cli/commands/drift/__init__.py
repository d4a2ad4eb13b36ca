"""`pyflare drift`: each command is a module of this package, in the order of the help page."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import typer

COMMANDS: Final = ("run", "report", "explain", "watch")
"""A command and its function are named like its module."""

drift: Final = typer.Typer(
    no_args_is_help=True,
    help="Whether inputs, answers or embeddings have moved: the monitors declared in pyflare.toml.",
)
for _name in COMMANDS:
    drift.command(_name)(getattr(import_module(f"{__name__}.{_name}"), _name))
drift.add_typer(import_module(f"{__name__}.references").references, name="references")
