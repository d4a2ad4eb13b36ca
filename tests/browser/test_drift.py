"""Drift: how monitors stand, what moved, and the way from there to the traces behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

import pyflare
from tests.browser.acting import press, search_of, tab_to
from tests.browser.axe import faults
from tests.browser.viewers import Viewer, viewing
from tests.browser.watch import Watch
from tests.workspace.drift.traffic import NOW, write_traffic
from tests.workspace.drift_rows import RUNS
from tests.workspace.drift_topics import TOPICS, is_new, write_topics

pytestmark = pytest.mark.browser

MONITOR = """
[[pyflare.drift]]
name = "retrieval"
where = "kind = retriever and environment = production"
columns = ["attributes.index", "attributes.similarity", "latency"]
reference = "1d"
"""


@pytest.fixture(scope="module")
def monitored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of a folder in which an index went stale, and of a monitor that is declared and has looked."""
    folder = write_traffic(tmp_path_factory.mktemp("monitored") / ".pyflare")
    (folder.parent / "pyflare.toml").write_text(MONITOR)
    with pyflare.open(folder, compact=False) as workspace:
        workspace.drift.run("retrieval", now=NOW)
    with viewing(folder) as viewer:
        yield viewer


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of the same folder, whose monitor looks at each environment by itself."""
    folder = write_traffic(tmp_path_factory.mktemp("parted") / ".pyflare")
    (folder.parent / "pyflare.toml").write_text(
        MONITOR.replace(" and environment = production", "") + 'segment_by = ["environment"]\n'
    )
    with pyflare.open(folder, compact=False) as workspace:
        workspace.drift.run("retrieval", now=NOW)
    with viewing(folder) as viewer:
        yield viewer


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of a folder of embeddings, a fifth of which is lately of a new topic, and of a monitor of them."""
    folder = write_topics(tmp_path_factory.mktemp("topics") / ".pyflare")
    (folder.parent / "pyflare.toml").write_text(TOPICS)
    with pyflare.open(folder, compact=False) as workspace:
        workspace.drift.run("topics", now=NOW)
    with viewing(folder) as viewer:
        yield viewer


def opened(page: Page, viewer: Viewer, path: str = "") -> Page:
    page.goto(f"{viewer.url}/drift{path}")
    expect(page.get_by_role("heading", level=1, name="Drift")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    return page


def column(page: Page, name: str) -> Locator:
    """What one column said."""
    return page.get_by_role("region", name=f"Column {name}")


def course(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=f"{name} from run to run")


def drag_around(page: Page, plane: Locator, points: list[tuple[float, float]]) -> None:
    """Drag a rectangle around points of the map, whose coordinates lie between -1 and 1."""
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box is not None
    across = [box["x"] + (x / 1.05 + 1) / 2 * box["width"] for x, _ in points]
    down = [box["y"] + (1 - y / 1.05) / 2 * box["height"] for _, y in points]
    page.mouse.move(min(across) - 4, min(down) - 4)
    page.mouse.down()
    page.mouse.move(max(across) + 4, max(down) + 4, steps=4)
    page.mouse.up()


def test_monitors(page: Page, rich: Viewer):
    """Monitors are listed the worst first, with their latest runs, and counted by status."""
    opened(page, rich)
    lines = page.get_by_role("region", name="Monitors").get_by_role("link")
    expect(lines).to_have_count(4)
    expect(lines.first).to_contain_text("drifted")
    expect(lines.first).to_contain_text("retrieval")
    expect(lines.first).to_contain_text(f"{RUNS} runs, 6 drifted")
    expect(lines.first).to_contain_text("2 drifted, 1 healthy")
    expect(lines.nth(1)).to_contain_text("environment = production")
    expect(page.get_by_role("region", name="Numbers")).to_contain_text(
        re.compile("drifted1.*warning1.*unknown0.*healthy2")
    )


def test_from_alarm_to_trace(page: Page, rich: Viewer):
    """From an alarm it is three clicks to a trace behind it: the monitor, a column, the trace."""
    opened(page, rich)
    page.get_by_role("link", name=re.compile("retrieval")).click()
    expect(page.get_by_role("heading", name="retrieval", exact=True)).to_be_visible()
    expect(column(page, "retrieval.index")).to_contain_text("2025-02")
    page.get_by_role("button", name="retrieval.score").click()
    expect(column(page, "retrieval.score")).to_contain_text("half of it was above 0.58 and is now above 0.34")
    expect(course(page, "retrieval.score")).to_be_visible()
    assert search_of(page)["column"] == "retrieval.score"
    trace = column(page, "retrieval.score").get_by_role("listitem").filter(has=page.get_by_role("link")).first
    expect(trace).to_contain_text("answer")
    trace.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/traces/[0-9a-f]{32}"))


def test_earlier_run(page: Page, rich: Viewer):
    """A click on the course looks at an earlier run, which says when it was; a button leads back to the latest."""
    opened(page, rich, "/retrieval")
    expect(page.get_by_text("retrieval.score and retrieval.index moved.")).to_be_visible()
    chart = course(page, "Largest effect")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] * 0.3, "y": 40})
    expect(page.get_by_text("No column moved by as much as matters.")).to_be_visible()
    assert re.fullmatch("[0-9a-f]{32}", search_of(page)["run"])
    page.get_by_role("button", name="Latest run").click()
    expect(page.get_by_text("retrieval.score and retrieval.index moved.")).to_be_visible()


def test_keys(page: Page, rich: Viewer):
    """Without a mouse: keys go through monitors and columns, arrows read the course out, Enter looks at a run."""
    opened(page, rich)
    press(page, "j Enter")
    expect(page.get_by_role("heading", name="retrieval", exact=True)).to_be_visible()
    press(page, "j")
    expect(column(page, "retrieval.score")).to_be_visible()
    chart = course(page, "retrieval.score")
    tab_to(page, chart)
    press(page, "Home")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("healthy, effect 0.03"))
    press(page, "Enter")
    expect(page.get_by_role("button", name="Latest run")).to_be_visible()
    press(page, "Escape Escape")
    expect(page.get_by_role("region", name="Monitors")).to_be_visible()
    press(page, "g d")
    expect(page).to_have_url(re.compile("/drift$"))


def test_segments(page: Page, rich: Viewer):
    """A monitor that looks at parts of the data shows one, and leads to the others."""
    opened(page, rich)
    page.get_by_role("link", name=re.compile("environment = production")).click()
    page.get_by_role("button", name="environment = production").click()
    page.get_by_role("menuitemcheckbox", name="environment = staging: healthy").click()
    expect(page.get_by_role("button", name="environment = staging")).to_be_visible()
    assert search_of(page)["segment"] == "environment = staging"
    page.get_by_role("button", name="tool_name").click()
    expect(column(page, "tool_name")).to_contain_text("expected at least 30 current rows")


def test_range(page: Page, rich: Viewer):
    """The range of time is that of the runs: monitors are shown as they stood at its end."""
    before_the_drift = rich.get("/drift-monitors/retrieval/history")["points"][10]["timestamp"]
    opened(page, rich, f"?end={before_the_drift}")
    expect(page.get_by_role("link", name=re.compile("retrieval"))).to_contain_text("healthy")
    opened(page, rich, "?start=2001-01-01T00:00:00Z&end=2001-01-02T00:00:00Z")
    expect(page.get_by_role("heading", name="No monitor ran here")).to_be_visible()
    page.get_by_role("button", name="Look at all time").click()
    expect(page.get_by_role("link", name=re.compile("retrieval"))).to_contain_text("drifted")


def test_empty(page: Page, watch: Watch, empty: Viewer):
    """Where no monitor ever ran, the screen says how to begin, whatever monitor is asked for."""
    watch.allow("404")
    opened(page, empty)
    expect(page.get_by_role("heading", name="No drift monitor has run yet")).to_be_visible()
    expect(page.get_by_text("pyflare drift run -c latency -c model")).to_be_visible()
    expect(page.get_by_text("[[pyflare.drift]]")).to_be_visible()
    opened(page, empty, "/nothing")
    expect(page.get_by_role("heading", name="No drift monitor has run yet")).to_be_visible()


def test_explain(page: Page, monitored: Viewer):
    """What a monitor found is explained: the values that moved, and what of the errors went with them."""
    opened(page, monitored, "/retrieval")
    index = column(page, "attributes.index")
    index.get_by_role("button", name="Explain").click()
    expect(index).to_contain_text(re.compile("share of traces with errors went from .* goes with what moved here"))
    expect(index.get_by_role("row", name=re.compile("^old 0% → 66.7%"))).to_be_visible()
    index.get_by_role("combobox", name="Metric").select_option("latency")
    expect(index).to_contain_text("The mean latency went from")
    expect(index.get_by_role("link", name=re.compile("answer")).first).to_be_visible()
    assert faults(page) == []


def test_cannot_be_explained(page: Page, watch: Watch, rich: Viewer):
    """A run of a monitor that is declared nowhere any more is shown, and says why it cannot be explained."""
    watch.allow("404")
    opened(page, rich, "/retrieval")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("alert")).to_contain_text("no drift monitor is called 'retrieval'")


def test_map(page: Page, topics: Viewer):
    """Embeddings lie on a map; what is dragged over leads to its traces, and keys choose a point as well."""
    opened(page, topics, "/topics")
    plane = page.get_by_role("slider", name="Embeddings")
    found = topics.get("/drift-monitors/topics/map")["current"]
    points = zip(found["x"], found["y"], found["trace_ids"], strict=True)
    new = [(x, y) for x, y, trace_id in points if is_new(trace_id)]
    drag_around(page, plane, new)
    expect(column(page, "vector")).to_contain_text(f"Chosen: {len(new)} of the current sample")
    page.get_by_role("button", name="Let go").click()
    expect(column(page, "vector")).not_to_contain_text("Chosen:")
    tab_to(page, plane)
    press(page, "ArrowRight Enter")
    expect(column(page, "vector")).to_contain_text("Chosen: 1 of the current sample, 0 of the reference.")
    expect(page.get_by_role("heading", name="Traces of what is chosen")).to_be_visible()
    assert faults(page) == []


def test_report(page: Page, monitored: Viewer):
    """The latest run can be had as a page of its own."""
    opened(page, monitored, "/retrieval")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report").click()
    assert download.value.suggested_filename == "drift-retrieval.html"


def test_a_link_that_names_no_part_of_the_data(page: Page, watch: Watch, parted: Viewer) -> None:
    """A monitor that looks at each environment by itself is shown where it stands worst; an unknown one is said so."""
    watch.allow("404")
    opened(page, parted, "/retrieval")
    expect(column(page, "attributes.index")).to_be_visible()
    assert search_of(page)["segment"] == "environment = production"
    opened(page, parted, "/no-such")
    expect(page.get_by_text("No monitor called no-such")).to_be_visible()
    page.get_by_role("button", name="All monitors").click()
    expect(page.get_by_text("retrieval").first).to_be_visible()
