"""Which action a field takes: globs over paths such as `input.user.password`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

Action = Literal["allow", "mask", "hash", "redact"]
_CACHED_PATHS: Final = 10_000


class FieldRules:
    """Actions by glob. The first glob that matches wins.

    A glob with a dot is matched against the whole path, one without against the
    field's own name at any depth. `*` stands for any characters, dots included,
    because attribute names have dots; `?` for one. Case does not matter.
    """

    def __init__(self, rules: Mapping[str, Action]) -> None:
        self._rules = [("." in glob, _compile(glob), action) for glob, action in rules.items()]
        self._known: dict[str, Action | None] = {}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def action(self, path: str, name: str) -> Action | None:
        """What is asked for the field `name` at `path`, or None."""
        try:
            return self._known[path]
        except KeyError:
            pass
        if len(self._known) >= _CACHED_PATHS:
            self._known.clear()
        action = next((act for by_path, glob, act in self._rules if glob.fullmatch(path if by_path else name)), None)
        self._known[path] = action
        return action


def _compile(glob: str) -> re.Pattern[str]:
    regex = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(regex, re.IGNORECASE | re.DOTALL)
