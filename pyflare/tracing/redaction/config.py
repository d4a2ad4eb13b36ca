"""What a user writes to say what must not be recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from pyflare.errors import ConfigError
from pyflare.tracing.redaction.fields import Action

PATTERN_NAMES: Final = (
    "private_key",
    "url_credentials",
    "jwt",
    "api_key",
    "bearer",
    "mail",
    "iban",
    "card",
    "ssn",
    "phone",
    "ip",
)
"""The built-in patterns."""
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_HASH_KEY_BYTES: Final = 16
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionConfig:
    """What is hidden before anything is written or sent.

    The actions: `allow` keeps a value as it is; `mask` puts its kind in its
    place, such as `[mail]`, and keeps the shape of dicts and lists; `hash` puts
    a keyed hash in its place, equal for equal values, such as
    `[mail:5d41402abc4b2a76]`; `redact` leaves nothing but `[redacted]`.

    Raises:
        ConfigError: A pattern or action is unknown, an expression does not
            compile, or something is to be hashed and there is no key.
    """

    patterns: tuple[str, ...] | Literal["all"] = ()
    """Names of built-in patterns to look for in every text."""
    custom: Mapping[str, str] = field(default_factory=dict)
    """Further regular expressions by name. They run on every text: write them so that they cannot backtrack far."""
    action: Action = "mask"
    """What is done with what a pattern finds."""
    actions: Mapping[str, Action] = field(default_factory=dict)
    """The same for single patterns, by name."""
    fields: Mapping[str, Action] = field(default_factory=dict)
    """Actions by field: a name (`password`) or a path (`input.user.*`, `attributes.http.*`).

    `*` stands for anything, case does not matter, the first match wins. An
    action holds for everything inside the field unless a rule says otherwise.
    """
    hash_key: str | bytes | None = field(default=None, repr=False)
    """The key of `hash`: 16 bytes or more, the same wherever hashes are to be joined."""
    metrics_only: bool = False
    """Keep no content at all: no inputs and outputs, and of attributes only numbers, flags and names of kinds."""

    def __post_init__(self) -> None:
        _check_names(self.patterns, self.custom, self.actions)
        _check_actions({"action": self.action, **self.actions, **self.fields})
        for name, regex in self.custom.items():
            _check_expression(name, regex)
        used = {self.action, *self.actions.values(), *self.fields.values()}
        if "hash" in used and len(self.key) < _HASH_KEY_BYTES:
            raise ConfigError(
                f"The redaction action 'hash' needs hash_key: a secret of at least {_HASH_KEY_BYTES} bytes, "
                f"and it has {len(self.key)}. Set one, or use 'mask' instead of 'hash'."
            )

    @property
    def key(self) -> bytes:
        """The hash key as bytes, empty where there is none."""
        return self.hash_key.encode() if isinstance(self.hash_key, str) else self.hash_key or b""

    @property
    def pattern_names(self) -> tuple[str, ...]:
        """The built-in patterns in use, in the order in which they name what is hidden."""
        return tuple(name for name in PATTERN_NAMES if self.patterns == "all" or name in self.patterns)

    @classmethod
    def from_setting(cls, setting: RedactionConfig | Iterable[str] | str) -> RedactionConfig:
        """From the short form of the setting: `"all"`, `"mail,card"` or `("mail", "card")`."""
        if isinstance(setting, RedactionConfig):
            return setting
        given = setting.split(",") if isinstance(setting, str) else setting
        names = tuple(name.strip() for name in given if name.strip())
        return cls(patterns="all" if "all" in names else names)


def _check_names(
    patterns: tuple[str, ...] | Literal["all"], custom: Mapping[str, str], actions: Mapping[str, Action]
) -> None:
    for name in () if patterns == "all" else patterns:
        if name not in PATTERN_NAMES:
            raise ConfigError(_unknown("redaction pattern", name, PATTERN_NAMES))
    for name in custom:
        if name in PATTERN_NAMES or not _NAME.fullmatch(name):
            raise ConfigError(
                f"A custom redaction pattern needs a name of its own in lower case, such as 'employee_id', not {name!r}."
            )
    for name in actions:
        if name not in PATTERN_NAMES and name not in custom:
            raise ConfigError(_unknown("redaction pattern", name, (*PATTERN_NAMES, *custom)))


def _check_actions(actions: Mapping[str, str]) -> None:
    for name, action in actions.items():
        if action not in ACTIONS:
            raise ConfigError(f"For {name!r}: " + _unknown("redaction action", action, ACTIONS))


def _check_expression(name: str, regex: str) -> None:
    try:
        matches_nothing = re.compile(regex).search("") is not None
    except re.error as error:
        raise ConfigError(f"The redaction pattern {name!r} is not a regular expression: {error}.") from error
    if matches_nothing:
        raise ConfigError(f"The redaction pattern {name!r} matches the empty text, so it would match everywhere.")


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches  # only when something is wrong

    near = get_close_matches(name, known, n=1)
    hint = f" Hint: did you mean {near[0]!r}?" if near else ""
    return f"There is no {what} {name!r}; there are {', '.join(known)}.{hint}"
