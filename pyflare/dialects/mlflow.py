"""MLflow. It writes its attributes as JSON, so a word stands in quotes: hence the empty member."""

from __future__ import annotations

from typing import Final

from pyflare.dialects.table import MICROS_PER_DOLLAR, Content, Dialect, From
from pyflare.dialects.words import PROVIDERS

_KINDS: Final = {
    "llm": "llm",
    "chat_model": "llm",
    "embedding": "embedding",
    "retriever": "retriever",
    "reranker": "reranker",
    "tool": "tool",
    "agent": "agent",
    "chain": "chain",
    "workflow": "chain",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
    "parser": "parser",
    "memory": "memory",
}
_USAGE: Final = "mlflow.chat.tokenUsage"

MLFLOW: Final = Dialect(
    name="mlflow",
    versions="3.17",
    columns={
        "inference_type": (From("mlflow.spanType", "", words=_KINDS),),
        "provider": (From("mlflow.llm.provider", "", words=PROVIDERS, others=True),),
        "model_id": (From("mlflow.llm.model", ""),),
        "tool_name": (From("mlflow.spanFunctionName", "", kinds=("tool",)),),
        "input_tokens": (From(_USAGE, "input_tokens"),),
        "output_tokens": (From(_USAGE, "output_tokens"),),
        "cache_read_tokens": (From(_USAGE, "cache_read_input_tokens"),),
        "cache_write_tokens": (From(_USAGE, "cache_creation_input_tokens"),),
        "cost_micros": (From("mlflow.llm.cost", "total_cost", scale=MICROS_PER_DOLLAR),),
        "session_id": (From("mlflow.trace.session", ""),),
        "user_id": (From("mlflow.trace.user", ""),),
    },
    inputs=(Content("mlflow.spanInputs"),),
    outputs=(Content("mlflow.spanOutputs"),),
)
