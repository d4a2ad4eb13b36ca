"""Spans out over OTLP, with the journal as their spool.

`shipper` is the thread. It takes journals (`ledger` knows how far each has been
acknowledged, `reading` and `tail` take batches of spans out of them), turns the
records into requests (`encode`), sends them (`http`, `grpc`) and reads what the
answer means (`answer`). `delivery` splits what is refused, `backoff` waits.
`forward` does the same once, for a folder whose processes are gone.
"""

from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.shipper import Shipper

__all__ = ["Destination", "Shipper"]
