"""The page of the receiver's settings, made from the structures that read them."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from pyflare.server.config import CollectorConfig

_INTRODUCTION: Final = """\
# Receiver settings

The keys of the file that `pyflare serve --config` and `pyflare collector --config` read, in YAML. All of them are optional but those marked as needed. [The guide](../guides/receiver.md) shows them at work.
"""


def render_receiver() -> str:
    """The whole page."""
    lines = [_INTRODUCTION]
    waiting: list[tuple[str, Any]] = [("collector", CollectorConfig)]
    while waiting:
        place, section = waiting.pop(0)
        inner = list(_sections(place, section))
        lines += [f"## {place}\n", f"{_paragraphs(section.__doc__)}\n", *_table(section), ""]
        waiting = [*inner, *waiting]
    return "\n".join(lines)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _table(section: Any) -> Iterator[str]:
    yield "| Key | Takes | Default | What it says |"
    yield "| --- | --- | --- | --- |"
    hints = get_type_hints(section, include_extras=True)
    for field in msgspec.structs.fields(section):
        hint = hints[field.name]
        takes = _takes(hint).replace("|", "\\|")
        yield f"| `{field.name}` | {takes} | {_default(field)} | {_description(hint)} |"


def _sections(place: str, section: Any) -> Iterator[tuple[str, Any]]:
    for name, hint in get_type_hints(section).items():
        for struct, is_list in _structs(hint):
            yield f"{place}.{name}{'[]' if is_list else ''}", struct


def _structs(hint: Any, *, is_list: bool = False) -> Iterator[tuple[Any, bool]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint, is_list
    elif get_origin(hint) in (Union, UnionType, tuple):
        for inner in get_args(hint):
            yield from _structs(inner, is_list=is_list or get_origin(hint) is tuple)


def _description(hint: Any) -> str:
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, msgspec.Meta) and extra.description:
            return extra.description
    bare = getattr(hint, "__origin__", hint) if hasattr(hint, "__metadata__") else hint
    structs = list(_structs(bare))
    return structs[0][0].__doc__.splitlines()[0] if structs else ""


def _takes(hint: Any) -> str:
    if hasattr(hint, "__metadata__"):
        return _takes(hint.__origin__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(_takes(argument) for argument in arguments)
    if origin is Literal:
        return " or ".join(f"`{argument}`" for argument in arguments)
    if origin is tuple:
        return f"list of {_takes(arguments[0])}"
    if origin is dict:
        return f"map to {_takes(arguments[1])}"
    if hint is type(None):
        return "null"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return "section"
    return {str: "text", int: "integer", float: "number", bool: "true or false"}.get(hint, "anything")


def _default(field: Any) -> str:
    if field.default is msgspec.NODEFAULT:
        return "needed" if field.default_factory is msgspec.NODEFAULT else ""
    match field.default:
        case msgspec.Struct() | () | {}:
            return ""
        case None:
            return "null"
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case value:
            return f"`{value}`"
