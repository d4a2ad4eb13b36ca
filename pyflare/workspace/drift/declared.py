"""The monitors that are declared in the settings file beside a folder: `[[pyflare.drift]]`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pyflare.config.files import read_settings_file
from pyflare.errors import ConfigError, NotFoundError, QueryError
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.sources import source_of

TABLE: Final = "drift"
"""In `pyflare.toml`: `[[pyflare.drift]]`; in `pyproject.toml`: `[[tool.pyflare.drift]]`."""


def declared_monitors(root: Path) -> tuple[DriftMonitor, ...]:
    """The monitors of a folder, in the order in which they are written.

    They depend on the folder alone and not on the working directory, so that whoever reads it sees the same.

    Raises:
        ConfigError: One is written in a way that cannot be used, or two have one name.
    """
    source, values = read_settings_file(root.absolute().parent)
    records = values.get(TABLE, [])
    if not isinstance(records, list) or not all(isinstance(record, Mapping) for record in records):
        raise ConfigError(f"{source}: expected drift to be a list of tables, [[pyflare.drift]]; got {records!r}.")
    monitors = tuple(_monitor(record, source=source) for record in records)
    names = [monitor.name for monitor in monitors]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{source}: {names.count(name)} drift monitors are called {name!r}. Rename all but one.")
    return monitors


def declared_monitor(root: Path, name: str) -> DriftMonitor:
    """The monitor of a name. Raises ConfigError, and NotFoundError where none has it."""
    monitors = declared_monitors(root)
    for monitor in monitors:
        if monitor.name == name:
            return monitor
    names = [monitor.name for monitor in monitors]
    near = get_close_matches(name, names, n=1)
    known = f"There are: {', '.join(names)}." if names else "None is declared: [[pyflare.drift]] with a name does it."
    there = f'Did you mean "{near[0]}"?' if near else known
    column = f" A column is looked at without a monitor by `pyflare drift run -c {name}`." if _is_column(name) else ""
    raise NotFoundError(f"no drift monitor is called {name!r} in the settings file beside {root}. {there}{column}")


def _is_column(name: str) -> bool:
    try:
        source_of("spans", name)
    except QueryError:
        return False
    return True


def _monitor(record: Mapping[str, Any], *, source: str) -> DriftMonitor:
    if (called := record.get("name")) is None:
        raise ConfigError(f'{source}: a drift monitor has no name. Add one: name = "answers" below [[pyflare.drift]].')
    try:
        return DriftMonitor.of(record)
    except ConfigError as error:
        raise ConfigError(f"{source}: the drift monitor {called!r}: {error}") from error
