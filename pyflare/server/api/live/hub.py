"""The one watcher of a process, and its clients: it looks while anybody follows anything, and tells each what is new."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from starlette.concurrency import run_in_threadpool

from pyflare.errors import PyFlareError
from pyflare.server.api.errors import from_exception
from pyflare.server.api.live.client import Client
from pyflare.server.api.live.news import News, gather
from pyflare.server.api.live.protocol import EVERYTHING, error_message
from pyflare.store.engine import Engine
from pyflare.workspace.follow import Follower

INTERVAL_S: Final = 0.15
"""How often to look, where looking is quick."""
_REST: Final = 2.0
"""A look that takes long is followed by so many times as long without one, so that others get their turn."""
_LONGEST_S: Final = 0.5
_AFTER_FAULT_S: Final = 2.0
_logger: Final = logging.getLogger(__name__)


class Hub:
    """Shared by all clients of one application. Used in one event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clients: dict[Client, None] = {}
        self._watching: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks at the folder."""
        return self._watching is not None

    def join(self, client: Client) -> None:
        """Take a client in."""
        self._clients[client] = None

    def leave(self, client: Client) -> None:
        """Let a client go."""
        self._clients.pop(client, None)
        self.attend()

    async def ready(self) -> None:
        """Wait until what happens from now on will be told."""
        if self.is_watching:
            await self._begun.wait()

    def attend(self) -> None:
        """Begin to look, or stop, as clients now follow something or nothing."""
        is_wanted = any(client.channels for client in self._clients)
        if is_wanted and self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="pyflare-live")
        elif not is_wanted and self._watching is not None:
            self._watching.cancel()
            self._watching = None
            self._begun = asyncio.Event()

    async def _watch(self) -> None:
        while True:
            try:
                await self._follow()
            except PyFlareError as error:  # a folder that is being deleted, a damaged catalogue
                for client in self._clients:
                    client.put("folder", error_message(from_exception(error)))
            except Exception:
                _logger.exception("live updates were interrupted")
            self._begun.set()  # nobody waits for a folder that cannot be read
            await asyncio.sleep(_AFTER_FAULT_S)

    async def _follow(self) -> None:
        follower = await run_in_threadpool(Follower, self._engine)
        self._begun.set()
        while True:
            began_s = time.monotonic()
            news = await run_in_threadpool(self._look, follower)
            if news is not None:
                self._tell(news)
            took_s = time.monotonic() - began_s
            await asyncio.sleep(min(max(INTERVAL_S, took_s * _REST), _LONGEST_S))

    def _look(self, follower: Follower) -> News | None:
        changes = follower.look()
        if changes is None:
            return None
        followed = {item for client in list(self._clients) for item in [*client.channels.items()]}
        return gather(self._engine, changes, followed)

    def _tell(self, news: News) -> None:
        for client in self._clients:
            for trace_id, text in news.traces.items():
                if any(news.concerns(channel, filter, trace_id) for channel, filter in client.channels.items()):
                    client.put(trace_id, text)
            for (channel, filter), spans in news.spans.items():
                if client.channels.get(channel) == filter:
                    for span_id, text in spans.items():
                        client.put((channel.what, span_id), text)
            if news.left_out and any(str(channel) == f"traces:{EVERYTHING}" for channel in client.channels):
                client.drop(news.left_out)
            for filter, error in news.errors.items():
                if filter in client.channels.values():
                    client.put(("filter", filter), error_message(error))
