"""What `make test-integrations` asks pip for, and the page it writes."""

from pyflare.integrations import INTEGRATIONS
from tests.integrations.matrix import page
from tests.integrations.matrix.besides import BESIDES
from tests.integrations.matrix.environment import MatrixResult, files_of, requirements


def test_every_library_has_tests():
    """A library of the table has a file of tests, which is what the matrix runs."""
    assert [file.name for name in INTEGRATIONS for file in files_of(name) if not file.exists()] == []


def test_besides_is_of_known_libraries():
    """What is installed besides a library is so for a library of the table."""
    assert set(BESIDES) <= set(INTEGRATIONS)


def test_requirements():
    """The oldest version is pinned, with what it needs besides; the newest is left to pip."""
    library = INTEGRATIONS["openai"]
    assert requirements("openai", library, oldest=True) == ["openai==1.50", "httpx<0.28"]
    assert requirements("openai", library, oldest=False) == ["openai"]


def test_results():
    """A library holds where something was tested and nothing failed; what was skipped is said."""
    good = MatrixResult(version="1.50.0", passed=3, failed=0, skipped=1)
    assert (good.holds, str(good)) == (True, "1.50.0: 3 passed, 1 skipped")
    assert not MatrixResult(version="1", passed=0, failed=0, skipped=3).holds
    assert not MatrixResult(version="1", passed=3, failed=1, skipped=0).holds


def test_the_page_keeps_its_rows():
    """What a page says is read back from it, and replaced row by row."""
    rows = {"openai": "1: 2 passed | 2: 2 passed | 2026-11-21", "anthropic": "1: 1 passed | 2: 1 passed | 2026-11-20"}
    assert page.read(page.render(rows)) == rows
    assert list(page.read(page.render(rows))) == ["anthropic", "openai"]
    assert page.read(page.PAGE.read_text()).keys() <= INTEGRATIONS.keys()
