"""What a browser must not do while it is looked at: complain, fail, or ask another machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Request,
        Response,
        WebError,
        WebSocket,
    )

LOCAL: Final = re.compile(r"^((https?|wss?)://127\.0\.0\.1[:/]|(data|blob|about|file):)")
CANCELLED: Final = "net::ERR_ABORTED"
"""What the page cancelled itself, because nobody waits for it any more."""


TIMEOUT_MS: Final = 15_000
"""How long a page may take to become what is expected: generous, for machines that do much else."""
FRESH: Final[dict[str, Any]] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "timezone_id": "UTC",
    "color_scheme": "light",
    "reduced_motion": "reduce",
}
"""What a window is like unless a test wants another."""


class Windows:
    """Opens windows and watches them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._watches: list[Watch] = []

    def new(self, **options: Any) -> Watch:
        """Open one, of a browser that has nothing in its cache and nothing chosen."""
        context = self._browser.new_context(**FRESH | options)
        context.set_default_timeout(TIMEOUT_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        self._watches.append(Watch(context))
        return self._watches[-1]

    def close(self) -> None:
        """Close them all, which must come before their server ends."""
        for watch in self._watches:
            watch.context.close()

    def check(self) -> None:
        """Raise AssertionError where something went wrong in one of them."""
        for watch in self._watches:
            watch.check()


class Watch:
    """Writes down what went wrong in all pages of a context."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.problems: list[str] = []
        self.requested: list[str] = []
        """Addresses of all requests."""
        self._allowed: list[re.Pattern[str]] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failed)
        context.on("response", self._on_response)
        context.on("page", self._on_page)

    def allow(self, pattern: str) -> None:
        """Take problems that match for what the test is about."""
        self._allowed.append(re.compile(pattern))

    def check(self) -> None:
        """Raise AssertionError where there were problems that nobody expected."""
        found = [problem for problem in self.problems if not any(one.search(problem) for one in self._allowed)]
        assert not found, "\n".join(found)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"exception: {error.error}")

    def _on_request(self, request: Request) -> None:
        self.requested.append(request.url)
        if not LOCAL.match(request.url):
            self.problems.append(f"left the machine: {request.method} {request.url}")

    def _on_failed(self, request: Request) -> None:
        if request.failure != CANCELLED:
            self.problems.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")

    def _on_page(self, page: Page) -> None:
        page.on("websocket", self._on_websocket)

    def _on_websocket(self, websocket: WebSocket) -> None:
        self.requested.append(websocket.url)
        if not LOCAL.match(websocket.url):
            self.problems.append(f"left the machine: {websocket.url}")
