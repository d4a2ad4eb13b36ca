"""What a span event or a log record can tell of its span."""

from __future__ import annotations

from typing import Final

INPUT_MESSAGE: Final = "input message"
"""One message of the input; its body or attributes are the message."""
OUTPUT_MESSAGE: Final = "output message"
"""One choice of the output."""
ATTRIBUTES: Final = "attributes"
"""The event's attributes are those that the span might have had."""
FIRST_CHUNK: Final = "first chunk"
"""The first chunk of a stream has come; its time says when."""
DOCUMENT: Final = "document"
"""One document that was found."""
EXCEPTION: Final = "exception"
"""What went wrong."""
EVALUATION: Final = "evaluation"
"""A judgement of the span."""
