"""Every error of the API in one shape: `{"error": {"code", "message", "hint", "details"}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pyflare.errors import (
    ConfigError,
    CorruptError,
    DataError,
    MissingExtraError,
    NotFoundError,
    PyFlareError,
    QueryError,
    ReadOnlyError,
    StoreError,
)
from pyflare.server.api.answers import Error, error_body

_logger: Final = logging.getLogger(__name__)
_HINT: Final = "Hint: "
_JSON: Final = "application/json"

_KINDS: Final[tuple[tuple[type[PyFlareError], int, str], ...]] = (
    (NotFoundError, 404, "not_found"),
    (QueryError, 400, "bad_query"),
    (DataError, 400, "bad_value"),
    (ConfigError, 400, "bad_value"),
    (MissingExtraError, 501, "not_installed"),
    (CorruptError, 500, "corrupt"),
    (ReadOnlyError, 403, "read_only"),
    (StoreError, 503, "store_unavailable"),
)
_STATUS_CODES: Final = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what went wrong.

        Args:
            status: The HTTP status.
            code: A word for programs.
            message: What was expected, and what came.
            hint: What to do.
            details: Where, for programs.
            headers: More headers of the answer, such as Retry-After.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.details = dict(details) if details else None
        self.headers = dict(headers or {})

    @property
    def body(self) -> bytes:
        """The answer's body."""
        return error_body(Error(self.status, self.code, self.message, self.hint, self.details))

    def response(self) -> Response:
        """The answer."""
        return Response(self.body, self.status, {"cache-control": "no-store", **self.headers}, media_type=_JSON)


def from_exception(error: PyFlareError) -> ApiError:
    """One of PyFlare's own errors as an answer.

    An error with attributes `code` and `details`, as one of a filter has them, passes them on.
    """
    status, code = next(((status, code) for kind, status, code in _KINDS if isinstance(error, kind)), (500, "fault"))
    message, _, hint = str(error).partition(_HINT)
    return ApiError(
        status,
        getattr(error, "code", code),
        message.strip(),
        hint=getattr(error, "hint", None) or hint.strip() or None,
        details=getattr(error, "details", None),
        headers={"retry-after": "1"} if status == 503 else None,
    )


def install(app: FastAPI) -> None:
    """Have an application answer every error in the one shape."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(PyFlareError, _on_own_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_fault)


async def _on_api_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.response()


async def _on_own_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, PyFlareError)
    return from_exception(error).response()


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [{"where": ".".join(map(str, problem["loc"])), "message": problem["msg"]} for problem in error.errors()]
    said = "; ".join(f"{problem['where']}: {problem['message']}" for problem in problems)
    return ApiError(400, "bad_request", said, details={"problems": problems}).response()


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _STATUS_CODES.get(error.status_code, "bad_request")
    message = str(error.detail)
    if error.status_code == 404:
        message = f"there is nothing at {request.url.path}"
    elif error.status_code == 405:
        message = f"{request.url.path} does not take {request.method}"
    return ApiError(error.status_code, code, message, headers=error.headers).response()


async def _on_fault(request: Request, error: Exception) -> Response:
    _logger.error("%s %s was not answered", request.method, request.url.path, exc_info=error)
    return ApiError(500, "fault", "the request was not answered, for a fault of the server").response()
