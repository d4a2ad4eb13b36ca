"""The settings of PyFlare: one table, resolved when `pyflare.init` is called and never at import.

`table` is the table, `kinds` says what values a setting takes, `aliases` maps
OpenTelemetry's variables to settings, `files` finds pyflare.toml, `resolution`
picks the value that counts.
"""

from pyflare.config.resolution import resolve
from pyflare.config.table import SETTINGS, Setting, Settings

__all__ = ["SETTINGS", "Setting", "Settings", "resolve"]
