# SPDX-License-Identifier: Apache-2.0
"""What can be said of the pages without a browser: how heavy they are, and whether their colours can be seen."""

import re
import unittest

from pages import ROOT

MODULES = ROOT / "Sources/EngramPictures/Modules"
PAGE = ROOT / "Sources/EngramStatus/Page"


def luminance(colour):
    """WCAG 2.2's relative luminance of #rrggbb."""
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


class Style(unittest.TestCase):
    def test_the_status_page_is_light(self):
        files = [file for folder in (PAGE, MODULES) for file in folder.iterdir() if file.suffix in (".js", ".css", ".html")]
        self.assertLess(sum(file.stat().st_size for file in files), 150_000)

    def test_the_page_has_no_code_or_style_within_and_loads_only_its_own(self):
        text = (PAGE / "index.html").read_text()
        self.assertNotRegex(text, r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)|//")
        self.assertEqual({name for name in re.findall(r'/assets/([\w.]+)"', text)}, {"pictures.css", "page.css", "page.js"})
        for file in PAGE.glob("*.js"):
            self.assertNotRegex(file.read_text(), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://")

    def test_modules_find_what_they_import(self):
        files = {file.name: file.read_text() for folder in (PAGE, MODULES) for file in folder.glob("*.js")}
        self.assertEqual(len(files), sum(1 for folder in (PAGE, MODULES) for _ in folder.glob("*.js")), "two modules have one name")
        for name, text in files.items():
            for names, other in re.findall(r'^import \{ (.*?) \} from "\./(.*?)";$', text, re.M):
                for wanted in names.split(", "):
                    self.assertRegex(files[other], rf"(?m)^export (function|class|const) {wanted}\b", f"{name}: {wanted}")

    def test_colours_stand_out_from_what_is_behind_them(self):
        style = (MODULES / "pictures.css").read_text()
        for scheme in re.findall(r":root \{([^}]*--c0[^}]*)\}", style):
            colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", scheme))
            for behind in ("card", "paper"):
                for name, colour in colours.items():
                    least = 3 if re.fullmatch(r"c\d", name) else 4.5 if name in ("ink", "soft", "accent", "warn") else 0
                    self.assertGreaterEqual(contrast(colour, colours[behind]), least, f"{name} on {behind}")


if __name__ == "__main__":
    unittest.main()
