"""A folder at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyflare.store.catalog import Catalog

if TYPE_CHECKING:  # a folder is opened, and its numbers read, without Arrow
    import pyarrow as pa

Tables: TypeAlias = "Mapping[str, pa.Table]"
"""Rows by table name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """The folder at one moment: each record is in a part of the catalogue, or in `live`, never in both."""

    catalog: Catalog
    live: Tables
    """Rows of the journals by table; tables without any are left out."""
