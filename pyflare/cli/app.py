"""The commands of `pyflare`, and how their errors are shown."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from pyflare.cli import commands, console
from pyflare.errors import PyFlareError


class _Group(TyperGroup):
    """Shows PyFlare's own errors in one line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; exit with 1 where it could not do what it was asked."""
        try:
            return super().invoke(ctx)
        except (PyFlareError, PermissionError) as error:
            console.fail(error)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_Group,
    help="Look into a folder of traces, keep it in order, and take data out of it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in commands.ALL:
    app.command(_command.name, rich_help_panel=_command.panel)(_command.run)
