"""cohere: chat (both versions), generate, embeddings and rerank; sync, async, streamed, with tools and thinking.

What is traced are the client's raw clients, which all others go through, also
those of a client that was made before.
"""

from __future__ import annotations

from collections.abc import Sequence

from cohere import raw_base_client
from cohere.v2 import raw_client

from pyflare.integrations.cohere import asked, chat, streams, vectors
from pyflare.integrations.method import Method
from pyflare.integrations.patch import Patch


def patches() -> Sequence[Patch]:
    """What is traced."""
    embed = Method(ask=vectors.ask, answer=vectors.answer)
    rerank = Method(ask=asked.rerank, answer=chat.answer_scores)
    second = {"chat": Method(ask=asked.chat, answer=chat.answer), "embed": embed, "rerank": rerank}
    first = {
        "chat": Method(ask=asked.old_chat, answer=chat.answer_old),
        "generate": Method(ask=asked.generate, answer=chat.answer_generated),
        "embed": embed,
        "rerank": rerank,
    }
    owners = {
        raw_base_client.RawBaseCohere: first,
        raw_base_client.AsyncRawBaseCohere: first,
        raw_client.RawV2Client: second,
        raw_client.AsyncRawV2Client: second,
    }
    whole = [method.patch(owner, name) for owner, methods in owners.items() for name, method in methods.items()]
    return whole + streams.patches()
