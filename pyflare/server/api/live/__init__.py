"""Live updates over WebSocket: traces and spans as they begin and end, in whichever process.

`protocol` is what is said, `client` one connection's side of it, `hub` the one watcher that all share, `news` what
it tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from pyflare.errors import QueryError
from pyflare.server.api.errors import ApiError, from_exception
from pyflare.server.api.live.client import Client
from pyflare.server.api.live.hub import Hub
from pyflare.server.api.live.protocol import Said, channel_of, confirmation, error_message, message, read
from pyflare.store.filters import no_payloads
from pyflare.store.language import compile_filter

router = APIRouter()

MAX_CLIENTS: Final = 200
_PING_S: Final = 20.0
"""After so long without anything to tell, a client is told that the server is there."""
_POLICY_VIOLATION: Final = 1008
_TRY_AGAIN_LATER: Final = 1013


@router.websocket("/live")
async def follow(socket: WebSocket) -> None:
    """Tell a client what happens in the folder, until it goes."""
    hub = _hub(socket)
    await socket.accept()
    if len(hub) >= MAX_CLIENTS:
        error = ApiError(503, "too_many_clients", f"{MAX_CLIENTS} clients follow already", hint="Try again later.")
        await socket.send_text(error_message(error))
        await socket.close(_TRY_AGAIN_LATER)
        return
    client = Client()
    hub.join(client)
    sending = asyncio.create_task(_send(socket, client))
    try:
        await _listen(socket, client, hub)
    finally:
        hub.leave(client)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending


def _hub(socket: WebSocket) -> Hub:
    """The application's hub, made for its first client."""
    state = socket.app.state
    if not hasattr(state, "live"):
        state.live = Hub(state.served.workspace.engine)
    hub: Hub = state.live
    return hub


async def _send(socket: WebSocket, client: Client) -> None:
    """Send what waits. While the client does not read, more waits, and the oldest goes."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it has gone; whoever listens to it notices too
        while True:
            for text in await client.batch(_PING_S):
                await socket.send_text(text)


async def _listen(socket: WebSocket, client: Client, hub: Hub) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            event = await socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if client.is_behind:
                await socket.close(_POLICY_VIOLATION, "too_many_messages")
                return
            try:
                await _do(read(event.get("text") or ""), client, hub)
            except ApiError as error:
                client.answer(error_message(error))
            except QueryError as error:
                client.answer(error_message(from_exception(error)))


async def _do(said: Said, client: Client, hub: Hub) -> None:
    if said.action == "ping":
        client.answer(message("pong"))
        return
    channels = [channel_of(text) for text in said.channels]
    if said.action == "unsubscribe":
        client.leave(channels)
        hub.attend()
        client.answer(confirmation("unsubscribed", [*client.channels]))
        return
    for of in {channel.of for channel in channels}:
        compile_filter(said.filter, of=of, now_ns=time.time_ns(), find_payloads=no_payloads)  # or it raises
    client.follow(channels, said.filter.strip())
    hub.attend()
    await hub.ready()  # whoever lists what is there after the confirmation misses nothing
    client.answer(confirmation("subscribed", [*client.channels]))
