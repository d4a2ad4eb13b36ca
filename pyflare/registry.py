"""Parts that are chosen by name: detectors, evaluators, notifiers."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from pyflare.errors import ConfigError

T = TypeVar("T")
Part = TypeVar("Part")


class Registry(Generic[T]):
    """Names and what they stand for, imported when it is asked for.

    A name comes from one of three places: the table given here, the decorator `register`, or an entry point that
    another distribution declares. A name that two of them claim is an error, so no part can replace another unseen.

    Args:
        noun: What is registered, for messages: `drift detector`.
        parts: Name to `module:attribute`, for the parts that ship with the package.
        group: The group of entry points in which other distributions add theirs; None for none.

    Examples:
        >>> numbers = Registry[float]("number", {"pi": "math:pi"})
        >>> numbers.names(), round(numbers.get("pi"), 2)
        (('pi',), 3.14)
    """

    def __init__(self, noun: str, parts: Mapping[str, str] | None = None, *, group: str | None = None) -> None:
        self._noun = noun
        self._addresses = dict(parts or {})
        self._group = group
        self._parts: dict[str, T] = {}

    def register(self, name: str) -> Callable[[Part], Part]:
        """Decorate a part with its name. Raises ConfigError where the name is taken by another part."""

        def add(part: Part) -> Part:
            if self._address_of(part) != self._addresses.get(name):
                self._claim(name)
            self._parts[name] = part  # type: ignore[assignment]  # the decorator keeps the type of what it decorates
            return part

        return add

    def names(self) -> tuple[str, ...]:
        """All names, sorted. Nothing is imported for it."""
        return tuple(sorted({*self._addresses, *self._parts, *self._entries()}))

    def get(self, name: str) -> T:
        """The part of a name. Raises ConfigError where there is none, with the nearest name."""
        if name not in self._parts:
            self._parts[name] = self._load(name)
        return self._parts[name]

    def _load(self, name: str) -> T:
        entries = self._entries()
        if name in self._addresses and name in entries:
            raise ConfigError(f"{self._noun} {name!r}: {entries[name].value} takes a name that PyFlare has.")
        if name in entries:
            loaded: T = entries[name].load()
            return loaded
        if name not in self._addresses:
            raise ConfigError(self._unknown(name))
        module, _, attribute = self._addresses[name].partition(":")
        part: T = getattr(importlib.import_module(module), attribute)
        return part

    def _claim(self, name: str) -> None:
        if name in self._parts or name in self._addresses or name in self._entries():
            raise ConfigError(f"{self._noun} {name!r} is there already. Choose another name.")

    def _entries(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self._group)} if self._group else {}

    def _unknown(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.names(), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(self.names())}."
        return f"expected the name of a {self._noun}, got {name!r}.{hint}"

    @staticmethod
    def _address_of(part: object) -> str:
        return f"{getattr(part, '__module__', '')}:{getattr(part, '__qualname__', '')}"
