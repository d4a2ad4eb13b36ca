"""What several columns of a span say together, as SQL over the stored columns of `spans`."""

from __future__ import annotations

from typing import Final

ERROR_SQL: Final = "coalesce(error_type, CASE WHEN status_code = 'error' THEN 'error' END)"
"""What failed: the exception's type, or "error" where it failed without one."""
TOOL_SQL: Final = "coalesce(tool_name, CASE WHEN inference_type = 'tool' THEN operation_name END)"
AGENT_SQL: Final = "coalesce(agent_name, CASE WHEN inference_type = 'agent' THEN operation_name END)"
"""A span of that kind that names no tool or agent is named for it."""
ONCE_SQL: Final = "usage_repeated IS NOT TRUE"
"""The span records a call that no span below it records."""
UNPRICED_SQL: Final = "(cost_micros IS NULL AND (input_tokens > 0 OR output_tokens > 0))"
"""A call with tokens and no price."""
