"""OpenAI's requests, responses and streams, which others follow: read without openai's client."""

from __future__ import annotations
