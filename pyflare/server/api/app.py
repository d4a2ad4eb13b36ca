"""The application: every router of the API, and what all requests go through."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from pyflare._version import __version__
from pyflare.server.api import errors
from pyflare.server.api.caching import Answers, Versions
from pyflare.server.api.deps import Served
from pyflare.server.api.options import API_PREFIX, ApiOptions
from pyflare.workspace import Workspace

FIRST_ROUTERS: Final = ("info", "series", "breakdown")
"""What the first screen asks: it is there before the others, which take longer to load than to wait for."""
ROUTERS: Final = (
    *FIRST_ROUTERS,
    "filters",
    "facets",
    "costs",
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
"""Modules of this package with a `router`. Whoever adds one here has added its paths to the API."""

DESCRIPTION: Final = (
    "What a folder of traces holds. Times are RFC 3339 in UTC with nanoseconds; what is not known is null. "
    "Answers carry an ETag; errors have one shape."
)


def make_app(
    workspace: Workspace | None, *, options: ApiOptions | None = None, routers: Iterable[str] = ROUTERS
) -> FastAPI:
    """The API over one folder, as an ASGI application; `add_routers` adds those that are not given."""
    app = FastAPI(
        title="PyFlare API",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    chosen = options or ApiOptions()
    app.state.served = Served(
        workspace=workspace, options=chosen, answers=Answers(chosen.cache_bytes), versions=Versions()
    )
    errors.install(app)
    add_routers(app, routers)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's own way to have it made otherwise
    return app


def add_routers(app: FastAPI, names: Iterable[str]) -> None:
    """Add modules' paths to an application."""
    for name in names:
        app.include_router(import_module(f"pyflare.server.api.{name}").router, prefix=API_PREFIX)


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
    return make_app(None).openapi()
