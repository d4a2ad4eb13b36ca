"""What every processor is: a consumer with another behind it."""

from __future__ import annotations

from pyflare.server.batch import Batch, Consumer


class Stage:
    """Passes every batch on. A processor overrides `process`."""

    def __init__(self, to: Consumer) -> None:
        self._to = to

    @property
    def waits(self) -> bool:
        """Whether the consumer behind it waits."""
        return self._to.waits

    def consume(self, batch: Batch) -> None:
        """Process a batch and pass it on, unless nothing is left of it. Raises what the consumer behind it raises."""
        self.process(batch)
        if batch.records or batch.rejections:
            self._to.consume(batch)

    def process(self, batch: Batch) -> None:
        """Look at a batch or change it."""

    def close(self) -> None:
        """Close the consumer behind it."""
        self._to.close()
