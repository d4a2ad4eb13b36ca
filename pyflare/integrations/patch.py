"""Another function in the place of a library's own, until it is put back."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Change(Protocol):
    """One thing that instrumenting a library changes in it."""

    def apply(self) -> None:
        """Make it."""
        ...

    def restore(self) -> None:
        """Put back what was there."""
        ...


@dataclass(slots=True, kw_only=True)
class Patch:
    """One attribute of a class or module, and what takes its place."""

    owner: Any
    name: str
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
    """Makes the traced function from the one that was there."""
    _original: Any = None
    _placed: _Switch | None = None

    def apply(self) -> None:
        """Put the traced function in place. Raises AttributeError where the library has no such function."""
        self._original = vars(self.owner).get(self.name) or getattr(self.owner, self.name)
        self._placed = _Switch(self._original, self.wrap(self._original))
        setattr(self.owner, self.name, self._placed.function)

    def restore(self) -> None:
        """Put the library's own back. Where somebody has wrapped ours since, ours just calls it from now on."""
        if self._placed is None:
            return
        if vars(self.owner).get(self.name) is self._placed.function:
            setattr(self.owner, self.name, self._original)
        self._placed.on = False
        self._placed = None


class _Switch:
    """Calls the traced function while it is on, and the library's own when it is off."""

    def __init__(self, original: Callable[..., Any], traced: Callable[..., Any]) -> None:
        self.on = True

        @functools.wraps(original)
        def function(*args: Any, **kwargs: Any) -> Any:
            return (traced if self.on else original)(*args, **kwargs)

        @functools.wraps(original)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            return await (traced if self.on else original)(*args, **kwargs)

        self.function = awaited if inspect.iscoroutinefunction(original) else function
