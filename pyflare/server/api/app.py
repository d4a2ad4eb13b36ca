"""The application: every router of the API, and what all requests go through."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from pyflare._version import __version__
from pyflare.server.api import errors
from pyflare.server.api.options import API_PREFIX
from pyflare.server.api.served import Served

ROUTERS: Final = (
    "info",
    "series",
    "breakdown",
    "filters",
    "facets",
    "costs",
    "forecast",
    "budgets",
    "drift_reference",
    "drift",
    "drift_monitors",
    "drift_explanation",
    "drift_map",
    "drift_report",
    "traces",
    "spans",
    "sessions",
    "payloads",
    "scores",
    "views",
    "live",
    "compare",
    "share",
    "query",
)
"""Modules of this package with a `router`. Whoever adds one here has added its paths to the API.

Of paths that both match, the one of the module that is named first answers: ids of models may hold slashes.
"""

DESCRIPTION: Final = (
    "What a folder of traces holds. Times are RFC 3339 in UTC with nanoseconds; what is not known is null. "
    "Answers carry an ETag; errors have one shape."
)


def make_app(served: Served) -> FastAPI:
    """The API over one folder, as an ASGI application."""
    app = FastAPI(
        title="PyFlare API",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.served = served
    errors.install(app)
    for name in ROUTERS:
        app.include_router(import_module(f"pyflare.server.api.{name}").router, prefix=API_PREFIX)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's own way to have it made otherwise
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made when somebody asks for it. Parameters that are not valid are 400 here, not 422."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of the API; no folder is needed."""
    return make_app(Served.of(None)).openapi()
