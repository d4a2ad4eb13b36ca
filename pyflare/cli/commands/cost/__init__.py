"""`pyflare cost`: alone it is the summary; each other command is a module of this package, in the order of the help page."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import typer

from pyflare.cli.commands.cost.summary import summary

COMMANDS: Final = ("by", "unpriced", "budgets", "forecast", "what_if", "reprice", "prices")
"""A command and its function are named like its module."""

cost: Final = typer.Typer(no_args_is_help=False, help="What model calls cost, for whom, and by which prices.")
cost.callback(invoke_without_command=True)(summary)
for _name in COMMANDS:
    cost.command(_name.replace("_", "-"))(getattr(import_module(f"{__name__}.{_name}"), _name))
