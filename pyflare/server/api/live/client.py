"""One client of `/live`: what it follows, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from pyflare.server.api.errors import ApiError
from pyflare.server.api.live.protocol import MAX_CHANNELS, Channel, message

MAX_WAITING: Final = 1000
"""Messages that wait for a slow client; beyond, the oldest are dropped, and it is told how many."""


MAX_ANSWERS: Final = 100
"""Answers that wait for a client; one that asks on and on, and reads nothing, is let go."""


class Client:
    """Used in one event loop. Whatever is put here is sent by whoever iterates over `batches`."""

    def __init__(self, *, max_waiting: int = MAX_WAITING) -> None:
        self.channels: dict[Channel, str] = {}
        """The filter of each channel that is followed."""
        self._max_waiting = max_waiting
        self._waiting: OrderedDict[object, str] = OrderedDict()
        self._answers: list[str] = []
        self._dropped = 0
        self._ready = asyncio.Event()

    @property
    def is_behind(self) -> bool:
        """Whether it asks, and does not read the answers."""
        return len(self._answers) >= MAX_ANSWERS

    def follow(self, channels: Iterable[Channel], filter: str) -> None:
        """Follow channels as well; a filter takes the place of the one a channel had. Raises ApiError."""
        wanted = {**self.channels, **dict.fromkeys(channels, filter)}
        if len(wanted) > MAX_CHANNELS:
            raise ApiError(
                400,
                "too_many_channels",
                f"expected at most {MAX_CHANNELS} channels, got {len(wanted)}",
                hint="Unsubscribe from those that are no longer looked at.",
            )
        self.channels = wanted

    def leave(self, channels: Iterable[Channel]) -> None:
        """Follow them no longer. Those that are not followed do not matter."""
        for channel in channels:
            self.channels.pop(channel, None)

    def put(self, key: object, text: str) -> None:
        """Have a message sent. One of the same key that still waits is old news, and goes."""
        self._waiting.pop(key, None)
        self._waiting[key] = text
        if len(self._waiting) > self._max_waiting:
            self._waiting.popitem(last=False)
            self._dropped += 1
        self._ready.set()

    def drop(self, count: int) -> None:
        """Tell that messages were left out."""
        self._dropped += count
        self._ready.set()

    def answer(self, text: str) -> None:
        """Have an answer sent before all messages that wait. It is never dropped."""
        self._answers.append(text)
        self._ready.set()

    async def batch(self, timeout_s: float) -> list[str]:
        """Wait for something to send, and take it; a ping where there is nothing for so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return [message("ping")]
        self._ready.clear()
        answers, self._answers = self._answers, []
        dropped, self._dropped = self._dropped, 0
        waiting, self._waiting = self._waiting, OrderedDict()
        told = [message("dropped", count=dropped)] if dropped else []
        return [*answers, *told, *waiting.values()]
