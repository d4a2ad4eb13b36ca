"""Sizes and names of modules, and what no file may hold."""

from __future__ import annotations

import re
from typing import Final

from tests.architecture.tree import ROOT, project_files

LINES_MAX: Final = 500
TEST_LINES_MAX: Final = 700
DRAWERS: Final = {"utils", "util", "helpers", "helper", "common", "misc"}
# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS: Final = re.compile(
    "|".join(["/ro" + "ot/", "/ho" + r"me/\w+/", "/wo" + "rk/", "/Us" + r"ers/\w+/", "/o" + "pt/"])
)
REGISTRIES: Final = re.compile("|".join(["files" + r"\.pythonhosted", "py" + r"pi\.org", "registry" + r"\.npmjs"]))


def test_modules_are_short() -> None:
    """No module has 500 lines or more; a module of tests, which is read case by case, may have 700."""
    too_long = {}
    for path in project_files():
        name = str(path.relative_to(ROOT))
        most = TEST_LINES_MAX if name.startswith("tests/") else LINES_MAX
        if path.suffix == ".py" and (count := len(path.read_text().splitlines())) >= most:
            too_long[name] = count
    assert too_long == {}


def test_modules_are_named_for_what_they_hold() -> None:
    """No module is a drawer for whatever fits nowhere else."""
    assert [path for path in project_files() if path.suffix == ".py" and path.stem in DRAWERS] == []


def test_nothing_of_one_machine() -> None:
    """No file names a path of the machine it was written on, or the host of a package registry."""
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE_PATHS.finditer(text)]
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in REGISTRIES.finditer(text)]
    assert found == []
