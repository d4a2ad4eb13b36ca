"""What Bedrock's answers come through: a stream of events, or a body that is read when the program wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyflare.integrations.call import AnySpan, Chunks
from pyflare.integrations.streams import Followed, FollowedIterator
from pyflare.tracing.guard import guard


class FollowedEvents:
    """In the place of botocore's `EventStream`: the same events, and whatever else that has."""

    def __init__(self, stream: Any, span: AnySpan, chunks: Chunks) -> None:
        self._stream = stream
        self._followed = FollowedIterator(iter(stream), span, chunks)

    def __iter__(self) -> Iterator[Any]:
        return self._followed

    def close(self) -> None:
        """As the stream's own."""
        self._followed.finish(early=True)
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class FollowedBody(Followed):
    """Below botocore's `StreamingBody`: the bytes go by, and the span ends when all have been read."""

    def __init__(self, raw: Any, span: AnySpan, chunks: Chunks) -> None:
        super().__init__(span, chunks)
        self._raw = raw

    def read(self, amt: int | None = None) -> Any:
        """Up to so many bytes; all that are left where it is None."""
        try:
            data = self._raw.read(amt)
        except BaseException as error:
            self.fail(error)
            raise
        self._note(data)
        if amt is None or (not data and amt > 0):
            self.finish()
        return data

    def readinto(self, buffer: Any) -> Any:
        """Bytes into a buffer, and how many there were."""
        try:
            size = self._raw.readinto(buffer)
        except BaseException as error:
            self.fail(error)
            raise
        self._note(bytes(buffer[:size]))
        if not size:
            self.finish()
        return size

    def _note(self, data: bytes) -> None:
        try:
            self._chunks.add(data)
        except Exception as error:
            guard.fault("read an answer", error)

    def close(self) -> None:
        """As the body's own."""
        self.finish(early=True)
        self._raw.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
