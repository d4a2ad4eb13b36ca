"""Give up a call once the provider has been asked, however busy the machine is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from tests.integrations.provider import Provider


async def give_up(provider: Provider, call: Awaitable[object]) -> None:
    """Cancel `call` while it waits for the provider's answer."""
    task = asyncio.ensure_future(call)
    while not provider.bodies and not task.done():  # noqa: ASYNC110  (the provider is in another thread)
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
