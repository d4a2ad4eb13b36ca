"""The commands, one module each, in the order of the help page. A module is loaded when its command is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple

_LOOK: Final = "Look"
_RECEIVE: Final = "Receive"
_MOVE: Final = "In and out"
_KEEP: Final = "Keep in order"


class Command(NamedTuple):
    """A command and the part of the help page it stands in."""

    name: str
    panel: str

    @property
    def run(self) -> Callable[..., Any]:
        """The function behind it, or a Typer of several. It and its module are named like the command, but for words of Python's."""
        word = f"{self.name}_" if self.name in _WORDS else self.name
        function: Callable[..., Any] = getattr(import_module(f"pyflare.cli.commands.{word}"), word)
        return function


_WORDS: Final = frozenset({"import"})

VERSION: Final = Command("version", _KEEP)
ALL: Final = (
    Command("ui", _LOOK),
    Command("traces", _LOOK),
    Command("show", _LOOK),
    Command("tail", _LOOK),
    Command("query", _LOOK),
    Command("stats", _LOOK),
    Command("cost", _LOOK),
    Command("drift", _LOOK),
    Command("import", _MOVE),
    Command("export", _MOVE),
    Command("forward", _MOVE),
    Command("serve", _RECEIVE),
    Command("collector", _RECEIVE),
    Command("quarantine", _RECEIVE),
    Command("doctor", _KEEP),
    Command("gc", _KEEP),
    Command("compact", _KEEP),
    VERSION,
)
