"""Two groups of traces: which of their fields differ, ranked by how much, corrected for how many were looked at.

`members` chooses the traces, `columns` and `attributes` read what is known of them as fields, `testing` tests one
field by the statistics of `pyflare.analytics.contrast`, and `compare_groups` puts them together.
"""

from __future__ import annotations

from pyflare.workspace.contrast.groups import GroupContrast, compare_groups
from pyflare.workspace.contrast.shares import ValueShare
from pyflare.workspace.contrast.testing import FieldContrast, LeftOut

__all__ = ["FieldContrast", "GroupContrast", "LeftOut", "ValueShare", "compare_groups"]
