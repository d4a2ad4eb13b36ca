"""The entry point of `pyflare`."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from typing import Final

from pyflare.errors import MissingExtraError

_NEEDED: Final = ("typer", "rich", "duckdb", "pyarrow")
_MORE: Final = {"ui": "ui", "serve": "server", "drift": "drift"}
"""Commands that need more than the others, and the extra that has it all."""
_INTERRUPTED: Final = 130
_LOOK_AFTER: Final = 50_000
"""New objects between two looks for garbage: what is imported is none, and looking at it over and over takes a tenth
of a command's time."""


class _NoPandas:
    """Hides pandas: pyarrow imports it for its first array where it can, which would double the time to start."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse pandas and leave every other module to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError("the command line does without pandas")


def main() -> None:
    """Run the command line and exit with its code."""
    if any(importlib.util.find_spec(module) is None for module in _NEEDED):
        command = sys.argv[1] if sys.argv[1:] and sys.argv[1] in _MORE else ""
        sys.exit(str(MissingExtraError(f"pyflare {command}".rstrip(), _MORE.get(command, "local"))))
    sys.meta_path.insert(0, _NoPandas())
    gc.set_threshold(_LOOK_AFTER, *gc.get_threshold()[1:])
    from pyflare.cli.app import make_app

    try:
        make_app(sys.argv[1:])(prog_name="pyflare")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:  # whoever read the output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
