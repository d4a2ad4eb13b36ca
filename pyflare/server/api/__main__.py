"""`python -m pyflare.server.api` prints the OpenAPI document, for whoever makes a client from it."""

from __future__ import annotations

import json
import sys

from pyflare.server.api.app import openapi_document


def main() -> None:
    """Write the document to standard output."""
    json.dump(openapi_document(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
