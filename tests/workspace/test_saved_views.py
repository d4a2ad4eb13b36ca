"""Saved views: one file that several processes change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pyflare.errors import CorruptError, DataError, NotFoundError
from pyflare.workspace import saved_views
from pyflare.workspace.saved_views import SavedViews


def test_changes_of_several_processes_all_count(tmp_path: Path) -> None:
    """Processes that save views at the same time lose none of them."""
    program = (
        "import sys; from pathlib import Path; from pyflare.workspace.saved_views import SavedViews;"
        "views = SavedViews(Path(sys.argv[1]));"
        "[views.add(name=f'{sys.argv[2]}-{n}', screen='traces', search={}) for n in range(25)]"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    names = {view.name for view in SavedViews(tmp_path).all()}
    assert names == {f"{child}-{n}" for child in range(3) for n in range(25)}


def test_views_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a limit to how many views there are, and to how much each holds."""
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    views = SavedViews(tmp_path)
    views.add(name="one", screen="traces", search={})
    with pytest.raises(DataError, match="at most 1 saved"):
        views.add(name="two", screen="traces", search={})
    with pytest.raises(DataError, match="bytes of JSON"):
        views.replace(views.all()[0].view_id, name="one", screen="traces", search={"filter": "x" * 70_000})
    assert [view.name for view in views.all()] == ["one"]


def test_what_is_not_there(tmp_path: Path) -> None:
    """A folder without the file has no views; a view that is not there can be neither changed nor deleted."""
    views = SavedViews(tmp_path)
    assert views.all() == []
    with pytest.raises(NotFoundError):
        views.delete("x")
    with pytest.raises(NotFoundError):
        views.replace("x", name="one", screen="traces", search={})


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    """A file that holds no views is named in the error and not written over."""
    path = tmp_path / saved_views.FILE_NAME
    path.write_text("{")
    with pytest.raises(CorruptError, match=r"saved-views\.json"):
        SavedViews(tmp_path).add(name="one", screen="traces", search={})
    assert path.read_text() == "{"
