"""Reading the receiver's YAML file, with errors that say where, what was expected and what to do."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from pyflare.errors import ConfigError
from pyflare.server.config import CollectorConfig, ConfigFile

_UNKNOWN: Final = re.compile(r"unknown field `(?P<key>.*)`")
_PLACE: Final = re.compile(r" - at `(?:key in )?\$(?P<place>.*)`$")
_KEYS: Final = re.compile(r"\.(\w+)")
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


def read_config(path: Path) -> CollectorConfig:
    """The configuration in a YAML file.

    Raises:
        ConfigError: The file cannot be read, is no YAML, or holds something that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"The configuration {path} cannot be read: {why}.") from error
    return parse_config(text, source=str(path))


def parse_config(text: str, *, source: str) -> CollectorConfig:
    """The configuration that a YAML text says; `source` names it in errors.

    Raises:
        ConfigError: It is no YAML, or holds something that cannot be used.
    """
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{source} is not YAML: {' '.join(str(error).split())}.") from error
    try:
        config = msgspec.convert({} if data is None else data, ConfigFile, strict=True).collector
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_explain(str(error))}") from error
    _check(config, source)
    return config


def override(config: CollectorConfig, *, http: str | None, grpc: str | None, workers: int | None) -> CollectorConfig:
    """The configuration with what the command line says instead.

    Raises:
        ConfigError: It does not go together with the rest.
    """
    replace = msgspec.structs.replace
    otlp = config.otlp
    if http is not None:
        otlp = replace(otlp, http=replace(otlp.http, endpoint=http))
    if grpc is not None:
        otlp = replace(otlp, grpc=replace(otlp.grpc, endpoint=grpc))
    if workers is not None and workers < 1:
        raise ConfigError(f"--workers: expected 1 or more; got {workers}.")
    changed = replace(config, otlp=otlp, workers=config.workers if workers is None else workers)
    _check(changed, "the command line")
    return changed


def _check(config: CollectorConfig, source: str) -> None:
    if config.kafka is not None:
        raise ConfigError(
            f"{source}: collector.kafka cannot be used yet: Kafka comes with a later PyFlare. Take the section out; "
            "collector.sinks.forward passes records on over OTLP."
        )
    if config.otlp.http.endpoint is None and config.otlp.grpc.endpoint is None:
        raise ConfigError(f"{source}: collector.otlp has no endpoint. Give http.endpoint, grpc.endpoint or both.")
    if config.sinks.store is None and not config.sinks.forward:
        raise ConfigError(f"{source}: collector.sinks has none. Give a store, or an endpoint under forward.")
    if config.sampling.tail is not None and config.workers > 1:
        raise ConfigError(
            f"{source}: collector.sampling.tail needs collector.workers: 1. The spans of a trace may reach any of "
            "several workers, and none of them would see the whole."
        )


def fill_in_variables(value: str) -> str:
    """A value with the environment's variables in the place of `${NAME}`.

    Raises:
        ConfigError: A variable is not set.
    """

    def look_up(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise ConfigError(f"The configuration names ${{{match[1]}}}, and the environment has no {match[1]}.")
        return os.environ[match[1]]

    return _VARIABLE.sub(look_up, value)


def _explain(message: str) -> str:
    """What msgspec says, beginning with the place, and with a hint where a key is misspelt."""
    found = _PLACE.search(message)
    place = found["place"].removeprefix(".") if found else ""
    what = _PLACE.sub("", message)
    unknown = _UNKNOWN.search(what)
    if unknown is None:
        return f"{place or 'the file'}: {what[0].lower()}{what[1:]}."
    known = _keys_at(_KEYS.findall(f".{place}"))
    near = get_close_matches(unknown["key"], known, n=1)
    hint = f" Hint: did you mean {near[0]!r}?" if near else ""
    where = f"{place}.{unknown['key']}" if place else unknown["key"]
    return f"{where}: there is no such key; there are {', '.join(known)}.{hint}"


def _keys_at(place: list[str]) -> tuple[str, ...]:
    """The keys that the section at a place may have."""
    section: Any = ConfigFile
    for key in place:
        section = next(_structs(get_type_hints(section)[key]))
    return tuple(field.name for field in msgspec.structs.fields(section))


def _structs(hint: Any) -> Any:
    """The structures in a type such as `tuple[RuleConfig, ...]` or `TailConfig | None`."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    elif get_origin(hint) in (Union, UnionType, tuple):
        for inner in get_args(hint):
            yield from _structs(inner)
