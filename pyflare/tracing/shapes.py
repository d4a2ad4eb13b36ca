"""Objects that JSON does not know, by their shape: records by their fields, arrays and frames by their size.

Everything is decided by the object's class. The object itself is only asked for what
its class is known to have, so mocks record no call, proxies are not resolved, and
no property runs that is not a field.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, Final

_FIRST_VALUES: Final = 8
_ON_THE_HOST: Final = ("cpu", "TFRT_CPU")
_FUNCTIONS: Final = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)

name_of: Final = type.__dict__["__name__"].__get__
"""A class' name, also where its metaclass has another idea of it."""
_qualified_name_of: Final = type.__dict__["__qualname__"].__get__


def shape_of(value: Any, kind: type, most_items: int) -> dict[str, Any] | None:
    """What is to be captured of an array or a frame; None where the object is neither."""
    if hasattr(kind, "shape"):
        if hasattr(kind, "dtype"):
            return _array(value, kind)
        if hasattr(kind, "columns"):
            columns = [str(name) for name in islice(value.columns, most_items)]
            return {"type": _short_name(kind), "shape": value.shape, "columns": columns}
    elif hasattr(kind, "typecode") and hasattr(kind, "buffer_info"):  # array.array
        return {**_described(kind, [len(value)], value.typecode), "first": value[:_FIRST_VALUES].tolist()}
    return None


def callable_name(value: Any, kind: type) -> str | None:
    """What a class, function or other callable goes by; None where the object cannot be called."""
    if issubclass(kind, type):
        return f"<{_qualified_name_of(value)}>"
    if issubclass(kind, _FUNCTIONS):
        return f"<{value.__qualname__}>"
    return f"<{_qualified_name_of(kind)}>" if callable(value) else None


def scalar_of(value: Any, kind: type) -> Any:
    """The Python value of an array without dimensions (NumPy's scalars too); the object itself where it is none."""
    if hasattr(kind, "dtype") and hasattr(kind, "item") and value.shape == () and _is_on_the_host(value, kind):
        return value.item()
    return value


def _array(value: Any, kind: type) -> dict[str, Any]:
    """An array by its shape and the first values of its first row, never whole: features have their own table."""
    shape = [size if type(size) is int else str(size) for size in value.shape]
    described = _described(kind, shape, str(value.dtype))
    if _is_on_the_host(value, kind):
        try:
            described["first"] = _first(value, shape)
        except Exception:  # a library that indexes in another way; its shape says enough
            return described
    return described


def _first(value: Any, shape: list[Any]) -> Any:
    if 0 in shape:
        return []
    for _ in shape[1:]:
        value = value[0]
    row = value[:_FIRST_VALUES]
    return row.tolist() if hasattr(row, "tolist") else row.to_list()


def _is_on_the_host(value: Any, kind: type) -> bool:
    """Whether values can be read without waiting for another device."""
    return not hasattr(kind, "device") or str(value.device).startswith(_ON_THE_HOST)


def _described(kind: type, shape: list[Any], dtype: str) -> dict[str, Any]:
    return {"type": _short_name(kind), "shape": shape, "dtype": dtype}


def _short_name(kind: type) -> str:
    return f"{kind.__module__.partition('.')[0]}.{name_of(kind)}"


@lru_cache(maxsize=512)
def field_names(kind: Any) -> Iterable[str] | None:
    """The names of a record's fields (dataclass, attrs, msgspec, pydantic), without those kept out of its `repr`.

    None where the class is no record.
    """
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind) if field.repr]
    if hasattr(kind, "__attrs_attrs__"):
        return [field.name for field in kind.__attrs_attrs__ if field.repr]
    if hasattr(kind, "__struct_fields__"):
        return tuple(kind.__struct_fields__)
    if hasattr(kind, "__pydantic_fields__"):
        return [name for name, field in kind.__pydantic_fields__.items() if field.repr]
    return None


def read_fields(value: Any, names: Iterable[str]) -> dict[str, Any]:
    """The fields of a record, each read once."""
    found = {}
    for name in names:
        try:
            found[name] = getattr(value, name)
        except AttributeError:  # not set yet
            continue
        except Exception as error:
            found[name] = f"<{type(error).__name__} while it was captured>"
    return found
