"""`python -m tests.browser.screens OUTDIR`: pictures of every screen for people to look at.

Dark and light, wide and as narrow as a telephone, with much, with little and with nothing to show. `--only NAME`
takes those of one screen, `--folder PATH` those of a folder of one's own.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tests.browser import chromium, folders
from tests.browser.viewers import Viewer, viewing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES: Final = {"wide": (1440, 900), "narrow": (390, 844)}
THEMES: Final = ("dark", "light")
KEYS: Final = {"palette": "Control+k", "help": "?"}
"""Pictures of what opens over the overview."""


SLOW: Final = quote("name = answer and latency > 4s")
BY_SERVICE: Final = quote("SELECT service_name, count(*) AS n FROM traces GROUP BY ALL ORDER BY n DESC")


def addresses(viewer: Viewer) -> dict[str, str]:
    """Where each screen is, with something to show where there is anything."""
    return {
        "overview": "/",
        "traces": "/traces",
        "traces-filtered": "/traces?filter=status+%3D+error",
        "sessions": "/sessions",
        "compare": "/compare",
        "compare-groups": f"/compare/groups?a={SLOW}",
        "costs": "/costs",
        "costs-filtered": "/costs?filter=model+%3D+gpt-4o",
        "drift": "/drift",
        "sql": "/sql",
        "sql-result": f"/sql?q={BY_SERVICE}",
        "annotate": "/annotate",
        "nowhere": "/nothing/here",
        **dict.fromkeys(KEYS, "/"),
        **_of_traces(viewer),
        **_of_sessions(viewer),
        **_of_drift(viewer),
    }


def _of_traces(viewer: Viewer) -> dict[str, str]:
    """Of a trace that failed, of the last call of one that went well, and of the two side by side."""
    traces = [trace for trace in viewer.get("/traces", limit="200")["traces"] if 1 < trace["span_count"] < 20]
    if not traces:
        return {}
    failed = max(traces, key=lambda trace: trace["error_count"])
    well = next((trace for trace in traces if trace["error_count"] == 0 and trace["input_preview"]), failed)
    spans = viewer.get(f"/traces/{well['trace_id']}/spans", limit="100")
    call = next((span for span in reversed(spans) if span["kind"] == "llm"), spans[0])
    return {
        "trace": f"/traces/{failed['trace_id']}",
        "trace-chat": f"/traces/{well['trace_id']}?span={call['span_id']}",
        "compare-traces": f"/compare?a={well['trace_id']}&b={failed['trace_id']}",
    }


def _of_sessions(viewer: Viewer) -> dict[str, str]:
    sessions = viewer.get("/sessions", limit="50")["sessions"]
    if not sessions:
        return {}
    longest = max(sessions, key=lambda session: session["trace_count"])
    return {"session": f"/sessions/{longest['session_id']}"}


def _of_drift(viewer: Viewer) -> dict[str, str]:
    """Of the monitor that stands worst: its column that moved most, and another."""
    monitors = viewer.get("/drift-monitors")["monitors"]
    if not monitors:
        return {}
    address = f"/drift/{quote(monitors[0]['monitor'], safe='')}"
    columns = viewer.get(f"/drift-monitors/{quote(monitors[0]['monitor'], safe='')}")["columns"]
    return {"drift-monitor": address, "drift-column": f"{address}?column={quote(columns[1]['column'])}"}


@contextmanager
def looked_at(folder: Path | None) -> Iterator[dict[str, Viewer]]:
    """Viewers of a rich, a large and an empty folder, or of the one given, inside the block."""
    from benchmarks import million

    if folder is not None:
        with viewing(folder) as viewer:
            yield {folder.parent.name or "folder": viewer}
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        roots = {name: Path(scratch) / name for name in ("rich", "empty")}
        for root in roots.values():
            root.mkdir()
        with (
            viewing(folders.rich(roots["rich"])) as rich,
            viewing(million.folder()) as large,
            viewing(folders.empty(roots["empty"])) as empty,
        ):
            yield {"rich": rich, "million": large, "empty": empty}


def take(page: Page, name: str, address: str, file: Path) -> None:
    """Take one picture once the screen has come to rest."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if name in KEYS:
        page.keyboard.press(KEYS[name])
        page.get_by_role("dialog").wait_for()
    page.screenshot(path=file)


def take_all(browser: Browser, viewers: dict[str, Viewer], into: Path, only: str | None) -> None:
    """Take them all; the files are named by folder, screen, theme and width."""
    for theme in THEMES:
        for width, (pixels, height) in SIZES.items():
            options: dict[str, Any] = {"color_scheme": theme, "viewport": {"width": pixels, "height": height}}
            context = browser.new_context(**options, reduced_motion="reduce", locale="en-GB", timezone_id="UTC")
            page = context.new_page()
            for folder, viewer in viewers.items():
                for name, path in addresses(viewer).items():
                    if only in (None, name):
                        take(page, name, viewer.url + path, into / f"{folder}-{name}-{theme}-{width}.png")
            context.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screens", description=__doc__)
    parser.add_argument("into", type=Path, metavar="OUTDIR")
    parser.add_argument("--only", metavar="NAME")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    path = chromium.executable()
    if path is None:
        parser.error("there is no Chromium here; on Debian: apt-get install chromium")
    options.into.mkdir(parents=True, exist_ok=True)
    with chromium.launched(path) as browser, looked_at(options.folder) as viewers:
        take_all(browser, viewers, options.into, options.only)
    print(f"{len(list(options.into.glob('*.png')))} pictures are in {options.into}")


if __name__ == "__main__":
    main()
