# SPDX-License-Identifier: Apache-2.0
"""What the browser tests share: a browser, the tool under test, pages that may not complain, and figures read off drawings.

They need python's playwright and a Chromium (CHROMIUM, or one in PATH). Where either is missing they are skipped, and say so.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = pathlib.Path(__file__).parent / "Samples"
ROWS = ["majority", "local", "global", "cluster", "personal", "deployed"]

# Everything that can be focused is gone through by the tab key; nothing needs more stops than this.
MOST_STOPS = 120


def chromium():
    """The path of a Chromium, or the test is skipped."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        raise unittest.SkipTest("no Chromium was found: set CHROMIUM, or install Debian's chromium")
    return path


def engram():
    """The tool under test: ENGRAM, else the debug build, else the release build."""
    for path in [os.environ.get("ENGRAM"), ROOT / ".build/debug/engram", ROOT / ".build/release/engram"]:
        if path and pathlib.Path(path).exists():
            return str(path)
    raise unittest.SkipTest("engram is not built: swift build --product engram")


def sample(name):
    return json.loads((SAMPLES / name).read_text())


class Browser(unittest.TestCase):
    """A browser for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise unittest.SkipTest("playwright is not installed: pip install playwright") from None
        path = chromium()
        cls.playwright = sync_playwright().start()
        # In a container there is no second user to drop to.
        cls.browser = cls.playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "browser"):
            cls.browser.close()
            cls.playwright.stop()

    @contextlib.contextmanager
    def page(self, address, width=1280, scheme="light", ready="figure.chart svg", **options):
        """A page that has been drawn. It fails the test when it complains, asks a question, or loads what is not its own."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append("dialog: " + dialog.message), dialog.dismiss()))
        origin = re.match(r"\w+://[^/]*", address).group(0)
        page.on("request", lambda request: None if request.url.startswith(origin) else complaints.append("asked for " + request.url))
        page.goto(address)
        page.wait_for_selector(ready, state="attached")
        try:
            yield page
            self.assertEqual(complaints, [])
        finally:
            context.close()

    def fits(self, page):
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0, "the page is wider than the window")

    def is_described(self, page):
        """Every chart has a role and a name, and its figures as a table."""
        for chart in page.locator("figure.chart:not(.empty)").all():
            kind = chart.get_attribute("data-chart")
            drawing = chart.locator(".plot > svg")
            self.assertIn(drawing.get_attribute("role"), ["img", "group"], kind)
            self.assertTrue(drawing.get_attribute("aria-label"), kind)
            chart.locator("summary").click()
            # The table is made when it is asked for.
            chart.locator("details table").wait_for()
            self.assertTrue(chart.locator("details caption").inner_text(), kind)

    def until(self, holds, limit=10):
        """Waits up to `limit` seconds for what a page comes to; a page with a strict policy cannot be asked to wait by itself."""
        end = time.monotonic() + limit
        while not holds():
            if time.monotonic() > end:
                self.fail(f"it did not come to pass within {limit} s")
            time.sleep(0.05)

    def stops(self, page):
        """What the tab key comes to, in order."""
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        found = []
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            stop = page.evaluate(
                """() => { const a = document.activeElement;
                return a === document.body ? null : [a.tagName.toLowerCase(), a.getAttribute('class') ?? '', a.closest('figure')?.dataset.chart ?? '',
                    a.getAttribute('aria-label') ?? a.textContent.slice(0, 40)]; }""")
            if stop is None:
                break
            found.append(stop)
        return found


@contextlib.contextmanager
def drawn(*reports):
    """The address of a page that `engram report html` made of some reports (name, document)."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        paths = []
        for name, report in reports:
            paths.append(folder / f"{name}.json")
            paths[-1].write_text(json.dumps(report))
        subprocess.run([engram(), "report", "html", *map(str, paths), "--output", str(folder / "page.html")], check=True, capture_output=True)
        yield (folder / "page.html").as_uri()


def ticks(page, chart, axis):
    """Positions and values of the numbers along an axis of a chart, read off its drawing."""
    found = page.locator(f'figure[data-chart="{chart}"] .plot text.tick').evaluate_all(
        "nodes => nodes.map(n => [Number(n.getAttribute('x')), Number(n.getAttribute('y')), n.textContent, n.getAttribute('text-anchor')])")
    anchor = "end" if axis == "y" else "middle"
    # Numbers of the value axis stand four below their line.
    return [(y - 4 if axis == "y" else x, float(text)) for x, y, text, where in found if where == anchor and re.fullmatch(r"-?[\d.]+", text)]


def reader(marks):
    """The map from places to values that two marks fix."""
    (p0, v0), (p1, v1) = marks[0], marks[-1]
    return lambda place: v0 + (place - p0) / (p1 - p0) * (v1 - v0)


def points(path):
    """The corners of a path of M and L."""
    return [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]
