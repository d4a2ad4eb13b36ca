"""`pyflare.instrument()`: trace the libraries a program uses."""

from __future__ import annotations

import threading
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

from pyflare.errors import ConfigError
from pyflare.integrations.imports import forget, when_imported
from pyflare.integrations.patch import Change
from pyflare.integrations.table import INTEGRATIONS, Integration
from pyflare.tracing.guard import guard
from pyflare.tracing.reminder import expect_calls

_applied: Final[dict[str, list[Change]]] = {}
_lock: Final = threading.RLock()


def instrument(*names: str) -> tuple[str, ...]:
    """Trace calls of the libraries a program uses, from now on, until `uninstrument`.

    A library that has not been imported yet is traced as soon as it is. Before
    `pyflare.init` nothing is recorded, and nothing is ever instrumented twice.

    Args:
        *names: Such as "openai"; without any, every known library that is installed.

    Returns:
        The names of those that are, or will be, traced.

    Raises:
        ConfigError: One asked for by name is not known, not installed, or too old.
    """
    expect_calls()
    chosen = [_asked(name) for name in names] if names else [name for name in INTEGRATIONS if _problem(name) is None]
    also = [other for name in chosen for other in INTEGRATIONS[name].also if _problem(other) is None]
    wanted = tuple(dict.fromkeys([*chosen, *also]))
    for name in wanted:
        when_imported(INTEGRATIONS[name].package, lambda name=name: _apply(name))  # type: ignore[misc]
    return wanted


def uninstrument(*names: str) -> None:
    """Put everything back as it was.

    Args:
        *names: Such as "openai"; without any, all that are instrumented.
    """
    meant = [name for name in names or INTEGRATIONS if name in INTEGRATIONS]
    for name in meant:
        forget(INTEGRATIONS[name].package)
    with _lock:
        for name in [name for name in reversed(_applied) if name in meant]:  # the last one lies on top
            for patch in reversed(_applied.pop(name)):
                patch.restore()


def _asked(name: str) -> str:
    problem = _problem(name)
    if problem is not None:
        raise ConfigError(problem)
    return name


def _problem(name: str) -> str | None:
    """Why a library cannot be instrumented; None where it can."""
    known = INTEGRATIONS.get(name)
    if known is None:
        from difflib import get_close_matches

        near = get_close_matches(name, INTEGRATIONS, n=1)
        hint = f' Hint: did you mean "{near[0]}"?' if near else ""
        return f'expected one of {", ".join(INTEGRATIONS)}; got "{name}".{hint}'
    if not _is_there(known.package):
        return f"{name} is not installed. Install it with: pip install {known.distribution}"
    installed = _installed(known)
    if installed is not None and installed < known.minimum:
        wanted = ".".join(map(str, known.minimum))
        return f"{name} is traced from version {wanted} on; {'.'.join(map(str, installed))} is installed."
    return None


def _is_there(package: str) -> bool:
    """Whether a package, or one inside another, can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # the one it would be in is missing
        return False


def _installed(known: Integration) -> tuple[int, ...] | None:
    """The version there is, as numbers; None where it says none."""
    try:
        words = version(known.distribution).split(".")
    except PackageNotFoundError:
        return None
    return tuple(int(word) for word in words[: len(known.minimum)] if word.isdecimal())


def _apply(name: str) -> None:
    """Put an integration's functions in place: all of them, or none and a warning."""
    with _lock:
        if name in _applied:
            return
        done: list[Change] = []
        try:
            for patch in import_module(INTEGRATIONS[name].module).patches():
                patch.apply()
                done.append(patch)
        except Exception as error:
            for patch in reversed(done):
                patch.restore()
            said = f"PyFlare does not trace {name}: this version of it is not known ({type(error).__name__}: {error})."
            guard.fault(f"instrument {name}", error, said=said)
            return
        _applied[name] = done
