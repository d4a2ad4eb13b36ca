"""Settings from a file: `[pyflare]` in pyflare.toml, or else `[tool.pyflare]` in pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pyflare.errors import ConfigError

_TABLES: Final = {"pyflare.toml": ("pyflare",), "pyproject.toml": ("tool", "pyflare")}
FILE_NAMES: Final = tuple(_TABLES)
"""The names that a settings file may have; the first that there is counts."""


def read_settings_file(directory: Path) -> tuple[str, dict[str, Any]]:
    """The file that counts in `directory`, and what it sets: `("", {})` where there is none.

    Raises:
        ConfigError: The file cannot be read, or it is not TOML.
    """
    for name, tables in _TABLES.items():
        header = f"[{'.'.join(tables)}"
        text = _read(directory / name)
        # Most pyproject.toml say nothing of PyFlare; they are not worth a parser.
        if text is None or (name == "pyproject.toml" and header not in text):
            continue
        values = _parse(name, text)
        for table in tables:
            values = values.get(table, {})
            if not isinstance(values, dict):
                raise ConfigError(
                    f"{name}: expected a table {header}], got {values!r}. Write the settings below {header}]."
                )
        return name, values
    return "", {}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}. Make it readable, or move it away.") from error


def _parse(name: str, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}.") from error
