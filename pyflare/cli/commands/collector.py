"""`pyflare collector`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyflare.cli import options
from pyflare.cli.commands.serve import Grpc, Http, Workers, receive


def collector(
    *,
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help="A YAML file; see the guide.")],
    path: options.Folder = options.DEFAULT_FOLDER,
    http: Http = None,
    grpc: Grpc = None,
    workers: Workers = None,
) -> None:
    """Receive OTLP and pass it on to the sinks that a file names: the folder, OTLP backends, or both.

    Where nothing is kept, the folder is only the spool of what has not been passed on yet.
    """
    from pyflare.server.config_file import read_config
    from pyflare.server.extra import check_server

    check_server()
    receive(read_config(config), path, http=http, grpc=grpc, workers=workers)
