"""Hiding what must not be recorded, at one place, before it reaches a disk or a network.

`config` is what a user writes, `redactor` what a span's writer calls. Below it,
`fields` knows paths, `scanner` finds `patterns` in texts, `numbers` and
`checksums` tell cards and phones from other digits, `escapes` sees through
JSON within JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from pyflare.tracing.redaction.config import PATTERN_NAMES, RedactionConfig

if TYPE_CHECKING:
    from pyflare.tracing.redaction.redactor import Redactor

__all__ = ["PATTERN_NAMES", "RedactionConfig", "compile_redaction"]


def compile_redaction(
    redact: RedactionConfig | Iterable[str] | str | None,
    *,
    metrics_only: bool = False,
    on_failure: Callable[[str], None],
) -> Redactor:
    """Make of a setting what the span's writer calls.

    Args:
        redact: A configuration, or its short form: `"all"`, `"mail,card"`, `("mail", "card")`.
        metrics_only: Whether to keep no content, whatever the configuration says.
        on_failure: Told the field and the kind of error where content was withheld because
            redaction failed on it.

    Raises:
        ConfigError: The setting cannot be used.
    """
    from pyflare.tracing.redaction.redactor import Redactor  # compiles the patterns

    config = RedactionConfig.from_setting(redact or ())
    return Redactor(replace(config, metrics_only=True) if metrics_only else config, on_failure=on_failure)
