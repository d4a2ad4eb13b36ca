"""From a folder to any OTLP backend, each row once. See docs/decisions/0009-what-a-destination-has.md.

`committed` reads what has come into parts since a commit, `live` what only
journals hold, `position` keeps how far a destination is, `outbox` sends.
"""

from pyflare.interchange.forward.run import ForwardResult, forward

__all__ = ["ForwardResult", "forward"]
