"""Do something once a module has been imported: at once where it is there already."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from pyflare.tracing.guard import guard

_waiting: Final[dict[str, Callable[[], None]]] = {}


def when_imported(module: str, act: Callable[[], None]) -> None:
    """Call `act` after `module` was imported. A later call for the same module takes the place of an earlier one."""
    if module in sys.modules:
        act()
        return
    _waiting[module] = act
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def forget(module: str) -> None:
    """Wait for the module no longer."""
    _waiting.pop(module, None)
    if not _waiting and _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)


class _Finder(MetaPathFinder):
    """Finds what the others find, and has the modules that are waited for say when they are there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        act = _waiting.pop(fullname, None)  # at once: finding it again must not end up here
        if act is None:
            return None
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader, act)
        return spec


_FINDER: Final = _Finder()


class _Telling(Loader):
    """Another loader, and what to do once it has loaded."""

    def __init__(self, loader: Loader, act: Callable[[], None]) -> None:
        self._loader = loader
        self._act = act

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:
            spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        try:
            self._act()
        except Exception as error:
            guard.fault(f"instrument {module.__name__}", error)
