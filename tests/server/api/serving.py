"""The API on loopback, as a real server, for tests of what goes over the wire."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from websockets.sync.client import ClientConnection, connect

from pyflare.server.api import served
from pyflare.server.api.app import make_app
from pyflare.server.api.options import ApiOptions
from pyflare.workspace import Workspace

WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Served:
    """The API of a folder, and the application behind it."""

    port: int
    app: Any

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request over a connection of its own. Header names are given with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            if body is not None:
                named.setdefault("content-type", "application/json")
            data = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1{path}", body=data, headers=named)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Any:
        """The JSON of a path that must answer."""
        answer = self.ask("GET", path, **headers)
        assert answer.status == 200, answer.body
        return answer.json

    def live(self, **options: Any) -> ClientConnection:
        """A connection to the live updates."""
        return connect(f"ws://127.0.0.1:{self.port}/api/v1/live", proxy=None, **options)


@contextmanager
def serving(root: Path, *, options: ApiOptions | None = None) -> Iterator[Served]:
    """Serve a folder as long as the block lasts."""
    with Workspace(root, compact=False) as workspace:
        app = make_app(served.Served.of(workspace, options))
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, loop="uvloop", ws="websockets-sansio", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            ends_s = time.monotonic() + WAIT_S
            while not server.started and time.monotonic() < ends_s:
                time.sleep(0.01)
            yield Served(server.servers[0].sockets[0].getsockname()[1], app)
        finally:
            server.should_exit = True
            thread.join(WAIT_S)
        assert not thread.is_alive()
