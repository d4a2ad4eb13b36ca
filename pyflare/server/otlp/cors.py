"""Which web pages may send: Cross-Origin Resource Sharing."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

HeaderList = list[tuple[bytes, bytes]]

_PREFLIGHT_MAX_AGE_S: Final = 7200


class Cors:
    """Answers browsers that ask whether a page may send."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        """Allow `origins`, such as `https://shop.example` or `https://*.example`; none where it is empty."""
        self._origins = origins

    @property
    def is_on(self) -> bool:
        """Whether any page may send."""
        return bool(self._origins)

    def headers(self, request: Mapping[bytes, bytes]) -> HeaderList:
        """What a response to `request` has to carry."""
        origin = request.get(b"origin")
        if not self._origins:
            return []
        if origin is None or not self._is_allowed(origin.decode("latin-1")):
            return [(b"vary", b"Origin")]
        return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]

    def _is_allowed(self, origin: str) -> bool:
        return any(fnmatchcase(origin, allowed) for allowed in self._origins)

    def preflight(self, request: Mapping[bytes, bytes]) -> HeaderList:
        """What an answer to OPTIONS has to carry beside that."""
        asked = request.get(b"access-control-request-headers", b"content-type, content-encoding")
        return [
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", str(_PREFLIGHT_MAX_AGE_S).encode()),
        ]
