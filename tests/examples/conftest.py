"""The demo's corpus, harvested once for all of its tests."""

from __future__ import annotations

import pytest

from examples.demo.corpus import Passage, harvest, library_root, source_files


@pytest.fixture(scope="session")
def passages() -> list[Passage]:
    root = library_root()
    return harvest(source_files(root), root=root)
