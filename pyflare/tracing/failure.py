"""Exceptions as OpenTelemetry's exception event."""

from __future__ import annotations

import os
import traceback
from types import TracebackType
from typing import Any, Final

from pyflare.tracing.content import Content

_PACKAGE: Final = os.path.dirname(__file__)
_MESSAGE_CHARS: Final = 2000
_STACK_CHARS: Final = 16_384

Origin = tuple[int, int, int]


def error_type(error: BaseException) -> str:
    """The exception's type as OpenTelemetry writes it: qualified, unless it is a builtin."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def is_failure(error: BaseException) -> bool:
    """Whether leaving by `error` means that the work failed."""
    if isinstance(error, SystemExit):
        return error.code not in (None, 0)
    return not isinstance(error, GeneratorExit)


def origin_of(error: BaseException) -> Origin:
    """Tells exceptions apart without keeping them alive: by address, and by where they were raised."""
    stack = error.__traceback__
    while stack is not None and stack.tb_next is not None:
        stack = stack.tb_next
    return (id(error), 0, 0) if stack is None else (id(error), id(stack.tb_frame.f_code), stack.tb_lasti)


def error_message(error: BaseException) -> str:
    """The exception's message, whatever its `__str__` does."""
    try:
        return str(error)[:_MESSAGE_CHARS]
    except Exception as second:
        return f"<no message: {type(second).__name__} in __str__>"


def exception_event(error: BaseException, content: Content, *, stack: bool, escaped: bool = True) -> dict[str, Any]:
    """Attributes of the exception event. In metrics-only mode, the type alone."""
    attributes: dict[str, Any] = {"exception.type": error_type(error)}
    message = content.text(error_message(error))
    if message is not None:
        attributes["exception.message"] = message
    if stack:
        text = content.text(_stack_trace(error))
        if text is not None:
            attributes["exception.stacktrace"] = text
    if escaped:
        attributes["exception.escaped"] = True
    return attributes


def _stack_trace(error: BaseException) -> str:
    try:
        lines = traceback.format_exception(type(error), error, _without_own_frames(error.__traceback__))
    except Exception as second:
        return f"<no stack trace: {type(second).__name__}>"
    text = "".join(lines)
    # The end of a Python stack trace says what failed; the middle matters least.
    return text if len(text) <= _STACK_CHARS else f"{text[:2048]}\n…\n{text[-(_STACK_CHARS - 2050) :]}"


def _without_own_frames(stack: TracebackType | None) -> TracebackType | None:
    """The stack from the first frame that is not PyFlare's: the wrapper around a function is no news."""
    while stack is not None and stack.tb_next is not None and stack.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        stack = stack.tb_next
    return stack
