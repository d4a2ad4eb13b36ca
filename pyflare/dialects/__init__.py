"""The dialects of GenAI telemetry as data: what each calls the things that PyFlare has columns for.

A span may carry several at once. For each column the first dialect of `DIALECTS`
that has a fitting value counts: what somebody said on purpose (`pyflare`,
`langfuse`) before what instrumentation found out, current names before older ones.
"""

from __future__ import annotations

from typing import Final

from pyflare.dialects.langfuse import LANGFUSE
from pyflare.dialects.mlflow import MLFLOW
from pyflare.dialects.openinference import OPENINFERENCE
from pyflare.dialects.openllmetry import OPENLLMETRY
from pyflare.dialects.opentelemetry import OPENTELEMETRY, OPENTELEMETRY_OLDER
from pyflare.dialects.pydantic_ai import PYDANTIC_AI
from pyflare.dialects.pyflare import PYFLARE
from pyflare.dialects.table import Content, Dialect, Form, From
from pyflare.dialects.vercel_ai import VERCEL_AI

__all__ = ["DIALECTS", "Content", "Dialect", "Form", "From"]

DIALECTS: Final = (
    PYFLARE,
    LANGFUSE,
    OPENTELEMETRY,
    OPENINFERENCE,
    OPENLLMETRY,
    OPENTELEMETRY_OLDER,
    PYDANTIC_AI,
    VERCEL_AI,
    MLFLOW,
)
"""Every dialect, in the order they are asked."""
