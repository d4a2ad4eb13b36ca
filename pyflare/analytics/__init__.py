"""Statistics as pure functions of arrays and counts. Nothing here reads a folder."""
