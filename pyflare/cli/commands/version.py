"""`pyflare version`."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

import pyflare
from pyflare.cli import console
from pyflare.schema.tables import SCHEMA_VERSION


def version() -> None:
    """Say which PyFlare this is, and what it runs on."""
    beside = ", ".join(f"{name} {version_of(name)}" for name in ("duckdb", "pyarrow"))
    out = console.stdout()
    out.print(f"pyflare {pyflare.__version__}, schema {SCHEMA_VERSION}")
    out.print(f"Python {platform.python_version()}, {beside}", style="dim")
