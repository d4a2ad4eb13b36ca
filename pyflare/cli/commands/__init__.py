"""The commands, one module each, in the order of the help page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pyflare.cli.commands.collector import collector
from pyflare.cli.commands.compact import compact
from pyflare.cli.commands.doctor import doctor
from pyflare.cli.commands.export import export
from pyflare.cli.commands.forward import forward
from pyflare.cli.commands.gc import gc
from pyflare.cli.commands.import_ import import_
from pyflare.cli.commands.quarantine import quarantine
from pyflare.cli.commands.query import query
from pyflare.cli.commands.serve import serve
from pyflare.cli.commands.show import show
from pyflare.cli.commands.stats import stats
from pyflare.cli.commands.tail import tail
from pyflare.cli.commands.traces import traces
from pyflare.cli.commands.ui import ui
from pyflare.cli.commands.version import version

_LOOK: Final = "Look"
_RECEIVE: Final = "Receive"
_MOVE: Final = "In and out"
_KEEP: Final = "Keep in order"


class Command(NamedTuple):
    """A command and the part of the help page it stands in. Its name is the function's, but for words of Python's."""

    run: Callable[..., Any]
    panel: str

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.run.__name__.rstrip("_")


ALL: Final = (
    Command(ui, _LOOK),
    Command(traces, _LOOK),
    Command(show, _LOOK),
    Command(tail, _LOOK),
    Command(query, _LOOK),
    Command(stats, _LOOK),
    Command(import_, _MOVE),
    Command(export, _MOVE),
    Command(forward, _MOVE),
    Command(serve, _RECEIVE),
    Command(collector, _RECEIVE),
    Command(quarantine, _RECEIVE),
    Command(doctor, _KEEP),
    Command(gc, _KEEP),
    Command(compact, _KEEP),
    Command(version, _KEEP),
)
