"""What can be instrumented, and from which version on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One library."""

    module: str
    """Where its `patches()` are."""
    package: str
    """What a program imports."""
    distribution: str
    """What pip installs."""
    minimum: tuple[int, ...]
    """The oldest version that the tests run with."""


INTEGRATIONS: Final = {
    "anthropic": Integration(
        module="pyflare.integrations.anthropic", package="anthropic", distribution="anthropic", minimum=(0, 40)
    ),
    "openai": Integration(
        module="pyflare.integrations.openai", package="openai", distribution="openai", minimum=(1, 50)
    ),
}
