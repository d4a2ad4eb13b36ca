"""Embeddings: from staging parts into LanceDB, and nearest neighbours from both.

Embeddings come into the folder as parts of the table `embeddings`, like
everything else. Where LanceDB is installed, `move` takes them into one of its
tables per name and size, and drops the parts. Without it they stay, and are
searched where they are.
"""

from pyflare.store.vectors.lance import count_moved, has_vectors, is_installed, moved_rows
from pyflare.store.vectors.removal import expire, remove
from pyflare.store.vectors.search import FILTER_COLUMNS, search
from pyflare.store.vectors.staging import INDEX_ROWS, MOVE_ROWS, build_indexes, move, move_if_many, settle

__all__ = [
    "FILTER_COLUMNS",
    "INDEX_ROWS",
    "MOVE_ROWS",
    "build_indexes",
    "count_moved",
    "expire",
    "has_vectors",
    "is_installed",
    "move",
    "move_if_many",
    "moved_rows",
    "remove",
    "search",
    "settle",
]
