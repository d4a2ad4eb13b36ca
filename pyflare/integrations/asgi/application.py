"""Applications that are traced without a middleware: around their `__call__`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pyflare.integrations.asgi.middleware import Config, Receive, Scope, Send, serve, stand_back

_AS_SET: Final = Config()


@dataclass(slots=True, kw_only=True)
class ApplicationPatch:
    """A class of applications, each request of which is under a span, as the settings say.

    Servers look at `__call__` to tell what an application is: what takes its place
    is a coroutine function of three arguments, as it was.
    """

    owner: Any
    """The class whose `__call__` it is."""
    only: type
    """The applications that are traced."""
    _on: bool = False
    _original: Callable[..., Any] | None = None
    _placed: Callable[..., Any] | None = None

    def apply(self) -> None:
        """Put the traced one in place."""
        self._original, self._on = self.owner.__call__, True
        self._placed = self._traced(self._original)
        self.owner.__call__ = self._placed

    def restore(self) -> None:
        """Put the class' own back; where somebody has wrapped ours since, ours just calls it from now on."""
        self._on = False
        if self.owner.__call__ is self._placed:
            self.owner.__call__ = self._original

    def _traced(self, call: Callable[..., Any]) -> Callable[..., Any]:
        patch = self

        async def __call__(self: Any, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: N807
            if not patch._on or not isinstance(self, patch.only) or stand_back(self):
                await call(self, scope, receive, send)
                return

            async def app(scope: Scope, receive: Receive, send: Send) -> None:
                await call(self, scope, receive, send)

            await serve(app, _AS_SET, scope, receive, send)

        return __call__
