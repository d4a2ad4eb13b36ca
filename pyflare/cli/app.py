"""The commands of `pyflare`, and how their errors are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

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


def make_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line.

    Args:
        arguments: What was written after `pyflare`. Where it begins with a command, only
            that one is loaded: the viewer need not wait for what other commands import.
    """
    app = typer.Typer(
        cls=_Group,
        help="Look into a folder of traces, keep it in order, and take data out of it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    asked = [command for command in commands.ALL if command.name in arguments[:1]]
    for command in asked or commands.ALL:
        _add(app, command)
    return app


def _add(app: typer.Typer, command: commands.Command) -> None:
    run = command.run
    if isinstance(run, typer.Typer):
        app.add_typer(run, name=command.name, rich_help_panel=command.panel)
    else:
        app.command(command.name, rich_help_panel=command.panel)(run)


def _say_version(*, asked: bool) -> None:
    if asked:
        commands.VERSION.run()
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="The same as the command version.")
    ] = False,
) -> None:
    """Look into a folder of traces, keep it in order, and take data out of it."""


def __getattr__(name: str) -> typer.Typer:
    """`app`, the whole command line, made when somebody asks for it."""
    if name == "app":
        return make_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
