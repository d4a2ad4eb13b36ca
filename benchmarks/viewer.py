"""How soon the viewer shows something, in a real browser: the system's Chromium, headless, without a graphics card."""

from __future__ import annotations

import gzip
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import million
from benchmarks.row import BenchRow
from tests.browser import chromium, folders
from tests.browser.traced import Program, tracing
from tests.browser.viewers import Viewer, viewing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page, Response

STARTS: Final = 7
SETTLED_MS: Final = 500
SPANS: Final = 100_000
QUICK_SPANS: Final = 10_000
QUESTIONS: Final = 20
SCROLL_FRAMES: Final = 300
START_BAR_S: Final = 1.5
DEMO_BAR_S: Final = 1.0
OPEN_BAR_S: Final = 1.0
FRAMES_BAR: Final = 50
HEAP_BAR_MB: Final = 500
LIVE_BAR_S: Final = 1.0
ASSETS_BAR_KB: Final = 600
OVERVIEW_SHOWS_DATA: Final = """() => {
    const numbers = document.querySelector('[aria-label="Numbers"]');
    return numbers !== null && /\\d/.test(numbers.innerText) && document.querySelector('canvas') !== null;
}"""
TREE_SHOWS_ROWS: Final = "() => document.querySelectorAll('[role=treeitem]').length > 10"
SCROLL: Final = """async ([frames, step]) => {
    const tree = document.querySelector('[role=tree]');
    const at = [];
    await new Promise((finish) => {
        const move = (now) => {
            at.push(now);
            tree.scrollTop += step;
            if (at.length > frames) finish(); else requestAnimationFrame(move);
        };
        requestAnimationFrame(move);
    });
    return at;
}"""
NOTE_ARRIVALS: Final = """() => {
    window.arrived = {};
    const look = () => {
        for (const [word] of document.body.innerText.matchAll(/question-\\d+/g))
            window.arrived[word] ??= performance.timeOrigin + performance.now();
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def rows(*, quick: bool = False) -> Iterator[BenchRow]:
    """The lines of the table."""
    path = chromium.executable()
    if path is None:
        raise RuntimeError("there is no Chromium here; on Debian: apt-get install chromium")
    with chromium.launched(path) as browser, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        large = million.folder(million.MILLION // 10 if quick else million.MILLION)
        spans = million.MILLION // 10 if quick else million.MILLION
        yield _start_row(browser, large, f"{spans:,} spans", START_BAR_S)
        yield _start_row(browser, _demo(Path(scratch)), "the demo", DEMO_BAR_S)
        yield from _trace_rows(browser, Path(scratch), QUICK_SPANS if quick else SPANS)
        yield from _live_and_asset_rows(browser, Path(scratch))


def _start_row(browser: Browser, folder: Path, what: str, bar_s: float) -> BenchRow:
    starts = sorted(_start_s(browser, folder) for _ in range(STARTS))
    cpu_s = statistics.median(cpu_s for _, cpu_s in starts)
    return _seconds(
        f"`pyflare ui` on {what}: from the start of the process until the first screen shows data",
        statistics.median(wall_s for wall_s, _ in starts),
        bar_s,
        beside=f"{starts[0][0]:.2f} to {starts[-1][0]:.2f} s in {STARTS} starts, the browser runs already; "
        f"{cpu_s:.2f} s of CPU in the server",
    )


def _start_s(browser: Browser, folder: Path) -> tuple[float, float]:
    """From the start of a process until its first screen shows data: wall time, and the process' CPU time."""
    viewer = Viewer(folder)
    with _tab(browser) as page:
        page.wait_for_timeout(SETTLED_MS)  # a new tab goes on loading parts of itself
        started_s = time.perf_counter()
        try:
            viewer.start(wait=False)
            _go(page, viewer.url)
            page.wait_for_function(OVERVIEW_SHOWS_DATA, polling="raf")
            return time.perf_counter() - started_s, _cpu_s(viewer)
        finally:
            viewer.kill()


def _cpu_s(viewer: Viewer) -> float:
    """CPU time of the process so far, without its children."""
    assert viewer.process is not None
    fields = Path(f"/proc/{viewer.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _go(page: Page, url: str) -> None:
    """Open an address as soon as somebody listens there: a page that says nobody does would come between."""
    host, _, port = url.removeprefix("http://").strip("/").rpartition(":")
    while True:
        try:
            socket.create_connection((host, int(port))).close()
        except ConnectionRefusedError:
            time.sleep(0.002)
        else:
            break
    page.goto(url, wait_until="commit")


def _trace_rows(browser: Browser, scratch: Path, spans: int) -> Iterator[BenchRow]:
    folder = folders.deep(_new(scratch, "deep"), spans=spans)
    with viewing(folder) as viewer:
        address = f"{viewer.url}/traces/{viewer.get('/traces')['traces'][0]['trace_id']}"
        opened_s = [_until(browser, address, TREE_SHOWS_ROWS) for _ in range(STARTS)]
        yield _seconds(
            f"a trace of {spans:,} spans: from its address until its rows are on screen",
            statistics.median(opened_s),
            OPEN_BAR_S,
            beside=f"{min(opened_s):.2f} to {max(opened_s):.2f} s, {STARTS} times in new tabs",
        )
        with _tab(browser) as page:
            page.goto(address)
            page.wait_for_function(TREE_SHOWS_ROWS, polling="raf")
            yield _scroll_row(page, spans)
            yield _heap_row(page, spans)


def _until(browser: Browser, address: str, condition: str) -> float:
    with _tab(browser) as page:
        started_s = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(condition, polling="raf")
        return time.perf_counter() - started_s


def _scroll_row(page: Page, spans: int) -> BenchRow:
    times_ms: list[float] = page.evaluate(SCROLL, [SCROLL_FRAMES, 137])
    apart_ms = sorted(later - earlier for earlier, later in pairwise(times_ms))
    frames_s = 1000 * len(apart_ms) / (times_ms[-1] - times_ms[0])
    late_ms = apart_ms[int(len(apart_ms) * 0.99)]
    return BenchRow(
        what=f"a trace of {spans:,} spans: frames a second while scrolling",
        bar=f"at least {FRAMES_BAR}",
        measured=f"{frames_s:.0f}",
        ok=frames_s >= FRAMES_BAR,
        beside=f"99 of 100 frames within {late_ms:.0f} ms; drawn without a graphics card",
    )


def _heap_row(page: Page, spans: int) -> BenchRow:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used_mb = _heap_bytes(session) / 1e6
    return BenchRow(
        what=f"a trace of {spans:,} spans: JavaScript's heap after scrolling",
        bar=f"under {HEAP_BAR_MB} MB",
        measured=f"{used_mb:.0f} MB",
        ok=used_mb < HEAP_BAR_MB,
    )


def _heap_bytes(session: CDPSession) -> int:
    return int(session.send("Runtime.getHeapUsage")["usedSize"])


def _live_and_asset_rows(browser: Browser, scratch: Path) -> Iterator[BenchRow]:
    folder = folders.rich(_new(scratch, "live"))
    with viewing(folder) as viewer, tracing(folder) as program, _tab(browser) as page:
        yield _asset_row(page, viewer.url)
        delays_s = sorted(_delays_s(page, viewer.url, program))
    yield _seconds(
        "a span written in another process: from its end until it is on screen in the live tail",
        delays_s[-1],
        LIVE_BAR_S,
        beside=f"the slowest of {len(delays_s)}; median {statistics.median(delays_s):.2f} s",
    )


def _delays_s(page: Page, url: str, program: Program) -> list[float]:
    """How long each of some questions took to the screen."""
    page.goto(f"{url}/traces?live=1")
    page.wait_for_function("() => document.querySelectorAll('[role=row]').length > 10")
    page.evaluate(NOTE_ARRIVALS)
    program.do("ask warm-up")
    page.wait_for_function("() => document.body.innerText.includes('warm-up')")
    delays_s = []
    for number in range(QUESTIONS):
        done = program.do(f"ask question-{number:03d}")
        handle = page.wait_for_function(f"() => window.arrived['question-{number:03d}']", polling="raf")
        delays_s.append(float(handle.json_value()) / 1e3 - done.at_unix_ns / 1e9)
    return delays_s


def _asset_row(page: Page, url: str) -> BenchRow:
    responses: list[Response] = []

    def keep(response: Response) -> None:  # Playwright takes no built-in for a listener
        responses.append(response)

    page.on("response", keep)
    page.goto(url)
    page.wait_for_function(OVERVIEW_SHOWS_DATA, polling="raf")
    page.wait_for_load_state("networkidle")
    bodies = [response.body() for response in responses if "/api/" not in response.url and response.ok]
    weight_kb = sum(len(gzip.compress(body, 6)) for body in bodies) / 1e3
    return BenchRow(
        what="what the browser loads for the first screen, without data",
        bar=f"under {ASSETS_BAR_KB} kB gzip",
        measured=f"{weight_kb:.0f} kB",
        ok=0 < weight_kb < ASSETS_BAR_KB,
        beside=f"{len(bodies)} files",
    )


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that has nothing in its cache, inside the block."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto("about:blank")
        yield page
    finally:
        context.close()


def _demo(scratch: Path) -> Path:
    folder = _new(scratch, "demo") / ".pyflare"
    command = [sys.executable, "-m", "examples.demo", "--path", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def _new(scratch: Path, name: str) -> Path:
    (scratch / name).mkdir()
    return scratch / name


def _seconds(what: str, taken_s: float, bar_s: float, *, beside: str) -> BenchRow:
    return BenchRow(what=what, bar=f"under {bar_s:g} s", measured=f"{taken_s:.2f} s", ok=taken_s < bar_s, beside=beside)
