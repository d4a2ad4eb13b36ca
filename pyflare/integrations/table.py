"""What can be instrumented, and from which version on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One library."""

    module: str
    """Where its `patches()` are."""
    package: str
    """What a program imports."""
    distribution: str
    """What pip installs."""
    minimum: tuple[int, ...]
    """The oldest version that the tests run with."""
    also: tuple[str, ...] = ()
    """What is instrumented along with it, where it is installed."""


INTEGRATIONS: Final = {
    "anthropic": Integration(
        module="pyflare.integrations.anthropic", package="anthropic", distribution="anthropic", minimum=(0, 45)
    ),
    "bedrock": Integration(
        module="pyflare.integrations.bedrock", package="botocore.client", distribution="boto3", minimum=(1, 38)
    ),
    "celery": Integration(
        module="pyflare.integrations.celery", package="celery", distribution="celery", minimum=(5, 3)
    ),
    "cohere": Integration(
        module="pyflare.integrations.cohere", package="cohere", distribution="cohere", minimum=(5, 16)
    ),
    "crewai": Integration(
        module="pyflare.integrations.crewai", package="crewai", distribution="crewai", minimum=(1, 13)
    ),
    "dspy": Integration(module="pyflare.integrations.dspy", package="dspy", distribution="dspy", minimum=(2, 6, 24)),
    "fastapi": Integration(
        module="pyflare.integrations.fastapi", package="fastapi", distribution="fastapi", minimum=(0, 100)
    ),
    "google-genai": Integration(
        module="pyflare.integrations.google_genai", package="google.genai", distribution="google-genai", minimum=(1, 20)
    ),
    "groq": Integration(module="pyflare.integrations.groq", package="groq", distribution="groq", minimum=(0, 13)),
    "haystack": Integration(
        module="pyflare.integrations.haystack", package="haystack", distribution="haystack-ai", minimum=(2, 14)
    ),
    "httpx": Integration(module="pyflare.integrations.httpx", package="httpx", distribution="httpx", minimum=(0, 25)),
    "httpx2": Integration(
        module="pyflare.integrations.httpx2", package="httpx2", distribution="httpx2", minimum=(2, 16)
    ),
    "langchain": Integration(
        module="pyflare.integrations.langchain",
        package="langchain_core",
        distribution="langchain-core",
        minimum=(0, 3, 50),
        also=("langgraph",),
    ),
    "langgraph": Integration(
        module="pyflare.integrations.langgraph",
        package="langgraph.pregel",
        distribution="langgraph",
        minimum=(0, 6),
        also=("langchain",),
    ),
    "lightgbm": Integration(
        module="pyflare.integrations.lightgbm", package="lightgbm", distribution="lightgbm", minimum=(4, 0)
    ),
    "litellm": Integration(
        module="pyflare.integrations.litellm", package="litellm", distribution="litellm", minimum=(1, 83)
    ),
    "llama-index": Integration(
        module="pyflare.integrations.llama_index",
        package="llama_index.core",
        distribution="llama-index-core",
        minimum=(0, 12, 30),
    ),
    "mcp": Integration(module="pyflare.integrations.mcp", package="mcp", distribution="mcp", minimum=(1, 10)),
    "mistralai": Integration(
        module="pyflare.integrations.mistralai", package="mistralai.client", distribution="mistralai", minimum=(2, 0)
    ),
    "ollama": Integration(
        module="pyflare.integrations.ollama", package="ollama", distribution="ollama", minimum=(0, 4)
    ),
    "openai": Integration(
        module="pyflare.integrations.openai", package="openai", distribution="openai", minimum=(1, 50)
    ),
    "openai-agents": Integration(
        module="pyflare.integrations.openai_agents", package="agents", distribution="openai-agents", minimum=(0, 3)
    ),
    "pydantic-ai": Integration(
        module="pyflare.integrations.pydantic_ai",
        package="pydantic_ai",
        distribution="pydantic-ai-slim",
        minimum=(1, 0),
    ),
    "pyflame": Integration(
        module="pyflare.integrations.pyflame", package="pyflame", distribution="pyflame", minimum=(1, 0)
    ),
    "requests": Integration(
        module="pyflare.integrations.requests", package="requests", distribution="requests", minimum=(2, 31)
    ),
    "sentence-transformers": Integration(
        module="pyflare.integrations.sentence_transformers",
        package="sentence_transformers",
        distribution="sentence-transformers",
        minimum=(3, 0),
    ),
    "sklearn": Integration(
        module="pyflare.integrations.sklearn", package="sklearn", distribution="scikit-learn", minimum=(1, 3)
    ),
    "starlette": Integration(
        module="pyflare.integrations.starlette", package="starlette", distribution="starlette", minimum=(0, 27)
    ),
    "temporal": Integration(
        module="pyflare.integrations.temporal", package="temporalio", distribution="temporalio", minimum=(1, 8)
    ),
    "together": Integration(
        module="pyflare.integrations.together", package="together", distribution="together", minimum=(2, 0)
    ),
    "transformers": Integration(
        module="pyflare.integrations.transformers",
        package="transformers",
        distribution="transformers",
        minimum=(4, 41),
    ),
    "xgboost": Integration(
        module="pyflare.integrations.xgboost", package="xgboost", distribution="xgboost", minimum=(2, 0)
    ),
}
