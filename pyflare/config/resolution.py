"""Which value of a setting counts: argument, environment, OpenTelemetry's alias, file, default."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pyflare.config.files import read_settings_file
from pyflare.config.table import FILE_TABLES, SETTINGS, Setting, Settings
from pyflare.errors import ConfigError

_PREFIX: Final = "PYFLARE_"
_logger = logging.getLogger("pyflare")


def resolve(**arguments: object) -> Settings:
    """The settings that count now, from the arguments, the environment and the working directory.

    An argument that is None, and a variable that is empty, are as if not given.

    Raises:
        ConfigError: A name is unknown or a value cannot be used; the message says which, where it came
            from, what was expected and what came.
    """
    return resolve_from(arguments, environ=os.environ, directory=Path())


def resolve_from(arguments: Mapping[str, object], *, environ: Mapping[str, str], directory: Path) -> Settings:
    """`resolve` for a given environment and directory."""
    file_name, written = read_settings_file(directory)
    file_values = {name: value for name, value in written.items() if name not in FILE_TABLES}
    _refuse_unknown(arguments, source="the arguments")
    _refuse_unknown(file_values, source=file_name)
    _warn_of_typing_errors(environ)
    settled: dict[str, Any] = {}
    for setting in SETTINGS.values():
        values = _values(setting, arguments, environ, settled, file_name, file_values)
        if setting.merged:
            merged = {key: value for mapping in reversed(list(values)) for key, value in mapping.items()}
            settled[setting.name] = merged
        else:
            settled[setting.name] = next(values, setting.default)
    return Settings(**settled)


def _values(
    setting: Setting,
    arguments: Mapping[str, object],
    environ: Mapping[str, str],
    settled: Mapping[str, object],
    file_name: str,
    file_values: Mapping[str, object],
) -> Iterator[Any]:
    """What the sources say of a setting, the weightiest first."""
    if (argument := arguments.get(setting.name)) is not None:
        yield _parse(setting, argument, source=f"the argument {setting.name}")
    if environ.get(setting.variable):
        yield _parse(setting, environ[setting.variable], source=f"the environment variable {setting.variable}")
    yield from _alias_values(setting, environ, settled)
    if setting.name in file_values:
        yield _parse(setting, file_values[setting.name], source=file_name)


def _alias_values(setting: Setting, environ: Mapping[str, str], settled: Mapping[str, object]) -> Iterator[Any]:
    for alias in setting.aliases:
        text = environ.get(alias.variable)
        try:
            value = alias.read(text, environ, settled) if text else None
            if value is not None:
                yield setting.kind.parse(value)
        except (TypeError, ValueError):
            _logger.warning(
                "PyFlare passes over the environment variable %s: expected %s. Set %s to override it.",
                alias.variable,
                setting.kind.expected,
                setting.variable,
            )


def _parse(setting: Setting, value: object, *, source: str) -> Any:
    try:
        return setting.kind.parse(value)
    except (TypeError, ValueError):
        # Not chained: the cause may quote a secret.
        raise ConfigError(
            f"The setting {setting.name} cannot be read from {source}: "
            f"expected {setting.kind.expected}, got {_shown(setting, value)}."
        ) from None


def _shown(setting: Setting, value: object) -> str:
    if setting.secret or "@" in str(value):
        return "a value that is not shown here, as it may hold a secret"
    text = repr(value)
    return f"{text if len(text) <= 80 else text[:80] + '…'} ({type(value).__name__})"


def _refuse_unknown(values: Mapping[str, object], *, source: str) -> None:
    for name in values:
        if name not in SETTINGS:
            known = _nearest(name) or "see the settings reference for the names there are"
            raise ConfigError(f'There is no setting "{name}" (from {source}). Hint: {known}')


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(name.lower(), SETTINGS, n=1)
    return f'did you mean "{nearest[0]}"?' if nearest else ""


def _warn_of_typing_errors(environ: Mapping[str, str]) -> None:
    """A variable that is nearly a setting's is a typing error; any other may belong to somebody else."""
    for variable in environ:
        name = variable.removeprefix(_PREFIX).lower()
        if variable.startswith(_PREFIX) and name not in SETTINGS and (hint := _nearest(name)):
            _logger.warning("PyFlare does not know the environment variable %s: %s", variable, hint)
