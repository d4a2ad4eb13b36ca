"""What values a setting takes. A kind reads text (from the environment) and typed values alike.

Each `parse` raises ValueError or TypeError where a value is not of its kind; the
caller makes the message from `Kind.expected`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
_UNIT_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Kind(NamedTuple):
    """A kind of value: how it is described to people, and how it is read."""

    expected: str
    parse: Callable[[object], Any]


def duration_s(text: str) -> float:
    """Seconds in a duration such as "30d", "12h" or "90s".

    Raises:
        ValueError: It is not a positive number with a unit of s, m, h, d or w.
    """
    amount, unit = text.strip()[:-1], text.strip()[-1:]
    if unit not in _UNIT_S or not 0 < (seconds := float(amount) * _UNIT_S[unit]) < math.inf:
        raise ValueError(text)
    return seconds


def parse_pairs(text: str) -> dict[str, str]:
    """Read "key=value,key2=value2", as OpenTelemetry writes headers and resource attributes."""
    from urllib.parse import unquote

    pairs = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise ValueError(item)
        pairs[unquote(key.strip())] = unquote(value.strip())
    return pairs


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    if not value.strip():
        raise ValueError
    return value


def _parse_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _parse_text(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _parse_url(value: object) -> str:
    url = _parse_text(value).strip()
    scheme, separator, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not separator or rest[:1] in ("", "/", ":") or "@" in rest:
        raise ValueError
    return url


def _parse_folder(value: object) -> Path:
    path = os.fspath(value) if isinstance(value, os.PathLike) else _parse_text(value)
    if not isinstance(path, str):
        raise TypeError
    return Path(os.path.abspath(os.path.expanduser(path)))


def _parse_duration(value: object) -> str:
    duration_s(_parse_text(value))
    return str(value).strip()


def _parse_texts(value: object) -> dict[str, str]:
    if isinstance(value, str):
        return parse_pairs(value)
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for item in value.items() for part in item):
        raise TypeError
    return dict(value)


def _parse_attributes(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        return dict(parse_pairs(value))
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and key for key in value):
        raise TypeError
    return dict(value)


def _parse_names(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Iterable) or isinstance(parts, (bytes, Mapping)):
        raise TypeError
    return tuple(_parse_text(part).strip() for part in parts if part != "")


TEXT: Final = Kind("text that is not empty", _parse_text)
BOOLEAN: Final = Kind("true or false (also 1, 0, yes, no, on, off)", _parse_boolean)
URL: Final = Kind("a URL that begins with http:// or https:// and holds no user name or password", _parse_url)
FOLDER: Final = Kind("the path of a folder", _parse_folder)
DURATION: Final = Kind("a duration such as 30d, 12h or 90s", _parse_duration)
TEXTS: Final = Kind('a mapping of text to text, or "key=value,key2=value2"', _parse_texts)
ATTRIBUTES: Final = Kind('a mapping of names to values, or "key=value,key2=value2"', _parse_attributes)
NAMES: Final = Kind('names, as a sequence or as "name,name2"', _parse_names)


def choice(*words: str) -> Kind:
    """One of a few words."""

    def parse(value: object) -> str:
        word = _parse_text(value).strip().lower()
        if word not in words:
            raise ValueError
        return word

    return Kind("one of " + ", ".join(words), parse)


def integer(*, minimum: int) -> Kind:
    """A whole number, `minimum` or more."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise TypeError
        number = int(value)
        if number < minimum:
            raise ValueError
        return number

    return Kind(f"a whole number, {minimum} or more", parse)


def number(*, minimum: float, maximum: float = math.inf, above: bool = False) -> Kind:
    """A finite number within bounds; `above` leaves out the minimum itself."""

    def parse(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise TypeError
        number = float(value)
        if not math.isfinite(number) or not minimum <= number <= maximum or (above and number == minimum):
            raise ValueError
        return number

    if math.isinf(maximum):
        return Kind(f"a number above {minimum:g}" if above else f"a number, {minimum:g} or more", parse)
    return Kind(f"a number from {minimum:g} to {maximum:g}", parse)
