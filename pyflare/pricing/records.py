"""Own prices as they are written: in `pyflare.toml` beside a folder, and in `prices.json` within it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pyflare.config.files import read_settings_file
from pyflare.errors import ConfigError, DataError
from pyflare.pricing.own import LongContext, ModelPricing

FILE_NAME: Final = "prices.json"
"""In a folder: the prices that programs set for it."""
TABLE: Final = "prices"
"""In `pyflare.toml`: `[[pyflare.prices]]`; in `pyproject.toml`: `[[tool.pyflare.prices]]`."""


def prices_of(root: Path) -> tuple[ModelPricing, ...]:
    """The own prices that count for a folder, the weightiest first: those in it, then those of the settings file beside it.

    They depend on the folder alone and not on the working directory, so that whoever reads it sees the same.

    Raises:
        ConfigError: A price is written in a way that cannot be used.
    """
    path = root / FILE_NAME
    return (*_parsed(_stored(path), source=str(path)), *_of_settings(root.absolute().parent))


def save_prices(root: Path, prices: Iterable[ModelPricing], write: Callable[[Path, bytes], None]) -> None:
    """Keep prices in a folder, in place of those that were kept there.

    Args:
        root: The folder.
        prices: The weightiest first.
        write: Writes a file so that it is either the old one or the new one.

    Raises:
        OSError: The file cannot be written.
    """
    write(root / FILE_NAME, json.dumps([price.record() for price in prices], indent=2).encode() + b"\n")


def stored_prices(root: Path) -> tuple[ModelPricing, ...]:
    """The prices kept in a folder. Raises ConfigError."""
    path = root / FILE_NAME
    return _parsed(_stored(path), source=str(path))


def _stored(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: expected a list of prices in JSON; it does not read: {error}.") from error


def _of_settings(directory: Path) -> tuple[ModelPricing, ...]:
    name, values = read_settings_file(directory)
    return _parsed(values.get(TABLE, []), source=name)


def _parsed(records: object, *, source: str) -> tuple[ModelPricing, ...]:
    if not isinstance(records, list) or not all(isinstance(record, Mapping) for record in records):
        raise ConfigError(f"{source}: expected prices to be a list of tables, [[pyflare.prices]]; got {records!r}.")
    return tuple(_pricing(record, source=source) for record in records)


def _pricing(record: Mapping[str, Any], *, source: str) -> ModelPricing:
    try:
        known = _checked(record, ModelPricing)
        longer = [LongContext(**_checked(each, LongContext)) for each in known.get("long_context", ())]
        return ModelPricing(**{**known, "long_context": tuple(longer)})
    except (DataError, TypeError, ValueError) as error:
        raise ConfigError(
            f"{source}: the price of {record.get('model_id', 'a model')!r} cannot be used: {error}"
        ) from error


def _checked(record: Mapping[str, Any], kind: type) -> dict[str, Any]:
    names = [each.name for each in fields(kind) if each.init]
    for name in record:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f'Hint: did you mean "{near[0]}"?' if near else f"The names are {', '.join(names)}."
            raise DataError(f'there is no "{name}". {hint}')
    return {name: _READ.get(name, _as_it_is)(value) for name, value in record.items()}


def _as_it_is(value: object) -> object:
    return value


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    return date.fromisoformat(value) if len(value) == len("2026-01-01") else datetime.fromisoformat(value)


def _time(value: object) -> object:
    return time.fromisoformat(value) if isinstance(value, str) else value


_READ: Final[Mapping[str, Callable[[object], object]]] = {
    "effective_from": _moment,
    "daily_from": _time,
    "daily_until": _time,
}
