"""The template of the route that served a request, such as /items/{item_id}."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def template(scope: Mapping[str, Any], root_path: str) -> str | None:
    """The route's template, whole, once the router has found it; None where no route was found.

    Args:
        scope: The request's ASGI scope, after the application has seen it.
        root_path: Its `root_path` before; what has been added since is where the application found is mounted.
    """
    route = _route(scope)
    if route is None:
        return _by_endpoint(getattr(scope.get("router"), "routes", ()), scope.get("endpoint"))
    path: str | None = getattr(route, "path_format", None) or getattr(route, "path", None)
    if path is None:
        return None
    prefix = scope.get("root_path", "").removeprefix(root_path)
    if hasattr(route, "app") and path.endswith("/{path}") and not hasattr(route, "methods"):
        path = "/{path}"  # it is mounted: `root_path` says where
    return f"{prefix}{path}"


def _route(scope: Mapping[str, Any]) -> Any:
    """What FastAPI and newer Starlette leave in the scope."""
    own = scope.get("fastapi")
    included = own.get("effective_route_context") if isinstance(own, Mapping) else None
    return included if getattr(included, "path_format", None) else scope.get("route")


def _by_endpoint(routes: Iterable[Any], endpoint: Any) -> str | None:
    """For older Starlette, which leaves no more than the endpoint."""
    if endpoint is None:
        return None
    for route in routes:
        path = getattr(route, "path", "")
        if getattr(route, "endpoint", None) is endpoint:
            return str(path)
        if getattr(route, "app", None) is endpoint:
            return f"{path}/{{path}}"
        inner = _by_endpoint(getattr(route, "routes", None) or (), endpoint)
        if inner is not None:
            return f"{path}{inner}"
    return None
