"""Clients of the query API, each a viewer that somebody clicks through: `python -m benchmarks.api_clients URL …`.

A process of its own, which prints what each request took as JSON. Each client has
its own sequence of screens and keeps what it was given with an ETag, as a browser does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import quote

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Taken:
    """One request."""

    what: str
    ms: float
    status: int
    at_s: float


@dataclass(slots=True)
class Folder:
    """What the clients know of the folder before they begin."""

    first: str
    last: str
    models: list[str]
    users: list[str]
    trace_ids: list[str] = field(default_factory=list)


class Connection:
    """One HTTP/1.1 connection that is kept alive."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, etag: str | None) -> tuple[int, str | None, bytes]:
        """Status, ETag and body of one path of the API."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        assert self._reader is not None
        lines = [f"GET /api/v1{path} HTTP/1.1", f"Host: {self._host}:{self._port}", "Accept-Encoding: zstd, gzip"]
        if etag is not None:
            lines.append(f"If-None-Match: {etag}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        length = int(headers.get("content-length", 0))
        body = await self._reader.readexactly(length) if length else b""
        return int(head[0].split()[1]), headers.get("etag"), body


def screens(folder: Folder, chance: random.Random) -> Iterator[list[tuple[str, str]]]:
    """What a viewer asks at once, screen after screen: named paths."""
    while True:
        scope = _scope(folder, chance)
        draw = chance.random()
        if draw < 0.15:
            yield [
                ("info", "/info"),
                ("metrics", f"/metrics?{scope}"),
                ("timeseries", f"/metrics/timeseries?{scope}&metrics=requests&metrics=errors&metrics=latency_p95_ms"),
                ("breakdown", f"/breakdown?{scope}&dimension=model&limit=10"),
            ]
        elif draw < 0.55:
            page = f"&offset={100 * chance.randrange(5)}" if chance.random() < 0.4 else ""
            yield [("traces", f"/traces?{scope}&limit=100{page}")]
            if chance.random() < 0.5:
                yield [("facets", f"/facets?{scope}"), ("histogram", f"/histogram?{scope}")]
        elif draw < 0.9:
            trace_id = chance.choice(folder.trace_ids)
            yield [("trace", f"/traces/{trace_id}"), ("outline", f"/traces/{trace_id}/outline")]
            yield [("spans of a trace", f"/traces/{trace_id}/spans?limit=100")]
        else:
            yield [("spans", f"/spans?{scope}&limit=100")]


def _scope(folder: Folder, chance: random.Random) -> str:
    """A range of time, and now and then a filter."""
    asked = [f"start_time={quote(folder.first)}", f"end_time={quote(folder.last)}"]
    draw = chance.random()
    if draw < 0.15:
        asked.append("filter=" + quote(f"model = {chance.choice(folder.models)}"))
    elif draw < 0.3:
        asked.append("status=error")
    elif draw < 0.4:
        asked.append("filter=" + quote(f"user = {chance.choice(folder.users)}"))
    elif draw < 0.5:
        asked.append("filter=" + quote(f"latency > {chance.choice([20, 50, 100])}ms and status = ok"))
    return "&".join(asked)


async def client(number: int, folder: Folder, options: argparse.Namespace, taken: list[Taken]) -> None:
    """One person at one viewer, with as many connections as a screen has requests at once."""
    chance = random.Random(number)
    connections = [Connection(options.host, options.port) for _ in range(4)]
    known: dict[str, str] = {}
    await asyncio.sleep(chance.random() * min(1.0, options.think_s + 0.1))

    async def ask(connection: Connection, what: str, path: str) -> None:
        started_s = time.perf_counter()
        status, etag, _ = await connection.get(path, known.get(path))
        taken.append(Taken(what, (time.perf_counter() - started_s) * 1e3, status, time.time()))
        if etag is not None:
            known[path] = etag

    until_s = time.monotonic() + options.seconds
    for screen in screens(folder, chance):
        await asyncio.gather(*(ask(one, *asked) for one, asked in zip(connections, screen, strict=False)))
        if time.monotonic() > until_s:
            return
        await asyncio.sleep(chance.expovariate(1 / options.think_s) if options.think_s else 0)


async def look_around(options: argparse.Namespace) -> Folder:
    """What there is to ask about."""
    connection = Connection(options.host, options.port)

    async def get(path: str) -> dict:
        _, _, body = await connection.get(path, None)
        return json.loads(await asyncio.to_thread(_unpacked, body))

    info = await get("/info")
    models = await get("/breakdown?dimension=model&limit=5")
    folder = Folder(
        first=info["first_time"],
        last=info["last_time"],
        models=[row["value"] for row in models["rows"] if row["value"]],
        users=[],
    )
    for offset in range(0, 140_000, 10_000):
        page = await get(f"/traces?limit=50&offset={offset}")
        folder.trace_ids += [trace["trace_id"] for trace in page["traces"]]
        folder.users += [trace["user_id"] for trace in page["traces"][:3] if trace["user_id"]]
    return folder


def _unpacked(body: bytes) -> bytes:
    import zstandard

    if body[:4] != b"\x28\xb5\x2f\xfd":
        return body
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 28)


async def main() -> None:
    """Let the clients click, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm-s", type=float, default=0)
    parser.add_argument("--think-s", type=float, default=0)
    options = parser.parse_args()
    folder = await look_around(options)
    taken: list[Taken] = []
    started_s = time.time()
    await asyncio.gather(*(client(number, folder, options, taken) for number in range(options.clients)))
    print(json.dumps([asdict(one) for one in taken if one.at_s - started_s >= options.warm_s]))


if __name__ == "__main__":
    asyncio.run(main())
