"""All classes of a kind, such as models: those that there are, and those that will be imported."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(slots=True, kw_only=True)
class FamilyPatch:
    """Methods of a class, of all classes made from it, and of what those inherit from besides."""

    root: type
    methods: Mapping[str, Wrap]
    """What makes the traced method, by the method's name."""
    _placed: dict[tuple[type, str], tuple[Any, Any]] = field(default_factory=dict)
    """What was there, and what is."""
    _hook: Any = None
    _own: Any = None
    """The root's own `__init_subclass__`, where it has one."""

    def apply(self) -> None:
        """Put the traced methods in place, now and in every class that is still to come."""
        for kind in _descendants(self.root):
            self._wrap(kind)
        self._own = own = vars(self.root).get("__init_subclass__")
        patch, root = self, self.root

        def __init_subclass__(cls: type, /, **kwargs: Any) -> None:  # noqa: N807
            if own is None:
                super(root, cls).__init_subclass__(**kwargs)  # type: ignore[arg-type]  # mypy takes `cls` for an instance
            else:
                own.__get__(None, cls)(**kwargs)
            if patch._hook is not None:
                patch._wrap(cls)

        self._hook = classmethod(__init_subclass__)
        self.root.__init_subclass__ = self._hook  # type: ignore[method-assign]

    def restore(self) -> None:
        """Put the classes' own methods back; what somebody has wrapped since stays."""
        if vars(self.root).get("__init_subclass__") is self._hook:
            if self._own is None:
                del self.root.__init_subclass__
            else:
                self.root.__init_subclass__ = self._own  # type: ignore[method-assign]
        self._hook = None
        for (kind, name), (original, placed) in self._placed.items():
            if vars(kind).get(name) is placed:
                setattr(kind, name, original)
        self._placed.clear()

    def _wrap(self, kind: type) -> None:
        """Trace the methods that a class has, its own and inherited, each where it is defined."""
        for owner in kind.__mro__[:-1]:
            for name, wrap in self.methods.items():
                own = vars(owner).get(name)
                if own is not None and (owner, name) not in self._placed:
                    self._place(owner, name, own, wrap)

    def _place(self, owner: type, name: str, own: Any, wrap: Wrap) -> None:
        if not issubclass(owner, self.root):
            wrap = self._for_the_family(wrap)
        if hasattr(own, "fn") and hasattr(own, "__get__"):  # scikit-learn's: there only under a condition
            placed = copy.copy(own)
            placed.fn = wrap(own.fn)
        elif callable(own) and not isinstance(own, type):
            placed = wrap(own)
        else:
            return
        setattr(owner, name, placed)
        self._placed[owner, name] = (own, placed)

    def _for_the_family(self, wrap: Wrap) -> Wrap:
        """Of a class that others inherit from too, only what is of the family is traced."""

        def wrap_both(own: Callable[..., Any]) -> Callable[..., Any]:
            traced = wrap(own)

            @functools.wraps(own)
            def either(instance: Any, *args: Any, **kwargs: Any) -> Any:
                return (traced if isinstance(instance, self.root) else own)(instance, *args, **kwargs)

            return either

        return wrap_both


def _descendants(root: type) -> Iterator[type]:
    yield root
    kinds: list[type] = root.__subclasses__()
    for kind in kinds:
        yield from _descendants(kind)
