"""`pyflare serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyflare.cli import options

if TYPE_CHECKING:
    from pyflare.server.config import CollectorConfig

Http = Annotated[
    str | None,
    typer.Option("--http", metavar="HOST:PORT", help="OTLP over HTTP. 127.0.0.1:4318 unless the file says otherwise."),
]
Grpc = Annotated[
    str | None,
    typer.Option("--grpc", metavar="HOST:PORT", help="OTLP over gRPC. 127.0.0.1:4317 unless the file says otherwise."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes that share the ports. 1 unless the file says otherwise.")
]


def serve(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    http: Http = None,
    grpc: Grpc = None,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="A YAML file; see the guide.")] = None,
    workers: Workers = None,
) -> None:
    """Receive OTLP from any program into the folder, until Ctrl-C."""
    from pyflare.server.config import CollectorConfig
    from pyflare.server.config_file import read_config
    from pyflare.server.extra import check_server

    check_server()
    receive(CollectorConfig() if config is None else read_config(config), path, http=http, grpc=grpc, workers=workers)


def receive(config: CollectorConfig, path: Path, *, http: str | None, grpc: str | None, workers: int | None) -> None:
    """Run a receiver as `config` says, but for what was given on the command line."""
    from pyflare.server.config_file import override
    from pyflare.server.process import run

    run(override(config, http=http, grpc=grpc, workers=workers), path)
