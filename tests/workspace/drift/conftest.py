"""One folder for all tests of monitors that only read; each that writes has a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import pyflare
from pyflare.workspace import Workspace
from tests.workspace.drift.traffic import write_traffic


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_traffic(tmp_path_factory.mktemp("drift") / ".pyflare")


@pytest.fixture
def folder(traffic: Path, tmp_path: Path) -> Path:
    return shutil.copytree(traffic, tmp_path / ".pyflare")


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    with pyflare.open(folder, compact=False) as workspace:
        yield workspace
