"""`pyflare ui`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyflare.cli import options
from pyflare.store.migrate import check_version


def ui(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", envvar="PYFLARE_PATH", help="The folder of traces; ./.pyflare if none is given."),
    ] = None,
    *,
    path: Annotated[Path | None, typer.Option("--path", help="The same as DIR, as other commands have it.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="4319, or the next one that is free.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen. Beyond this machine it takes a token.")] = (
        "127.0.0.1"
    ),
    token: Annotated[
        str | None,
        typer.Option("--token", envvar="PYFLARE_UI_TOKEN", help="What browsers and programs must show."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Look at a folder of traces in the browser, until Ctrl-C."""
    from pyflare.server.extra import check_ui
    from pyflare.server.ui import run

    check_ui()
    run(_folder(path or directory), host=host, port=port, token=token, open_browser=not no_open)


def _folder(given: Path | None) -> Path:
    """The folder to show. One that nobody named need not exist yet: it is made, and shows what comes."""
    if given is None:
        from pyflare.store.journal.writer import prepare_folder

        prepare_folder(options.DEFAULT_FOLDER)
        return options.DEFAULT_FOLDER
    inside = given / ".pyflare"
    if not (given / "pyflare.json").exists() and (inside / "pyflare.json").exists():
        return inside  # the project was named, not the folder in it
    check_version(given)
    return given
