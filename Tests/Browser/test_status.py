# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser, fed by a server that plays the coordinator."""

import copy
import json
import unittest

from pages import ROOT, Browser
from status_server import StatusServer

SNAPSHOT = ROOT / "Tests/EngramStatusTests/Samples/snapshot.json"
HOSTILE = "</script><img src=x onerror=window.hit=1><b>bold</b>"


class StatusPage(Browser):
    def setUp(self):
        if not SNAPSHOT.exists():
            self.skipTest("there is no sample of a snapshot")
        self.snapshot = json.loads(SNAPSHOT.read_text())
        self.server = StatusServer(copy.deepcopy(self.snapshot))
        self.addCleanup(self.server.close)
        self.run_ = next(run for run in self.snapshot["runs"] if run["state"] == "running")

    def test_the_running_run_is_shown(self):
        with self.page(self.server.address) as page:
            self.assertEqual(page.locator("#run h2").first.inner_text(), self.run_["run"])
            self.assertEqual(page.locator("figure[data-chart='map'] .agent").count(), len(self.run_["agents"]))
            self.assertEqual(page.locator(".tile-value").first.inner_text(), f"{self.run_['metric']['deployed']:.3f}")
            for name in self.run_["phase"]["late"]:
                self.assertIn(name, page.locator("#people ~ div").inner_text())
            for refusal in self.run_["refusals"]:
                self.assertIn(refusal["reason"], page.locator("#refused ~ div").inner_text())
            self.assertEqual(page.locator("nav a").count(), len(self.snapshot["runs"]))
            self.assertEqual(page.locator("#connection").inner_text(), "Live")

    def test_changes_appear_without_loading_again(self):
        with self.page(self.server.address) as page:
            page.evaluate("window.same = document.querySelector('figure[data-chart=\"rows\"]')")
            page.locator('figure[data-chart="lineage"] summary').click()
            page.locator('.agent[tabindex="0"]').focus()
            page.keyboard.press("ArrowRight")
            focused = page.evaluate("document.activeElement.dataset.agent")
            run = copy.deepcopy(self.run_)
            last = run["history"][-1]
            run["round"] = last["round"] + 1
            run["history"].append({**last, "round": last["round"] + 1, "metric": {"cluster": 0.9}})
            run["lineage"].append({"round": last["round"] + 1, "event": "refused", "from": ["c4"], "to": ["c8", "c9"], "agents": [],
                                   "reason": "a reason just told", "figures": {}})
            self.server.change(runs=[run])
            self.until(lambda: page.title().startswith(f"{run['run']} {run['round']}/"))
            self.assertTrue(page.evaluate("window.same === document.querySelector('figure[data-chart=\"rows\"]')"))
            self.assertIn("cluster 0.900", page.locator(".scrubber output").inner_text())
            # What was open and focused stays so.
            self.assertIn("a reason just told", page.locator('figure[data-chart="lineage"] table').inner_text())
            self.assertEqual(page.evaluate("document.activeElement.dataset.agent"), focused)

    def test_another_run_is_chosen_by_its_link(self):
        with self.page(self.server.address) as page:
            for run in self.snapshot["runs"]:
                page.locator(f'nav a[href="#run={run["run"]}"]').focus()
                page.keyboard.press("Enter")
                self.until(lambda: page.locator("#run h2").first.inner_text() == run["run"])
                self.assertEqual(page.locator("nav a[aria-current]").get_attribute("href"), f"#run={run['run']}")
            self.server.change(gone=[run["run"]])
            self.until(lambda: page.locator("nav a").count() == len(self.snapshot["runs"]) - 1)

    def test_a_lost_connection_is_said_and_taken_up_again(self):
        context = self.browser.new_context()
        page = context.new_page()
        page.goto(self.server.address)
        page.wait_for_selector("figure[data-chart='map'] .agent", state="attached")
        self.server.hang_up(refuse=True)
        page.wait_for_selector("#connection.lost")
        self.assertIn("No connection since", page.locator("#connection").inner_text())
        self.assertEqual(page.locator("figure[data-chart='map'] .agent").count(), len(self.run_["agents"]))
        self.server.refuses = False
        page.wait_for_selector("#connection.live", timeout=20_000)
        self.assertIn("Live again", page.locator("#connection").inner_text())
        self.assertEqual(page.locator("body.stale").count(), 0)
        context.close()

    def test_it_fits_a_phone_and_is_described(self):
        for scheme in ["light", "dark"]:
            with self.page(self.server.address, 360, scheme, reduced_motion="reduce") as page:
                self.fits(page)
                self.is_described(page)
                self.fits(page)

    def test_everything_is_reached_by_keyboard(self):
        with self.page(self.server.address) as page:
            stops = self.stops(page)
            kinds = [(tag, chart) for tag, _, chart, _ in stops]
            self.assertEqual(stops[0][3], "Skip to the run")
            for wanted in [("a", ""), ("input", ""), ("g", "lineage"), ("g", "map"), ("summary", "rows")]:
                self.assertIn(wanted, kinds)

    def test_hostile_strings_are_inert(self):
        run = copy.deepcopy(self.run_)
        run["recipe"] = run["failure"] = run["metric_name"] = HOSTILE
        for agent in run["agents"]:
            agent["truth"] = HOSTILE
        for event in run["lineage"]:
            event["reason"] = HOSTILE
        for refusal in run["refusals"]:
            refusal["reason"] = HOSTILE
        self.server.change(runs=[run])
        with self.page(self.server.address, 360) as page:
            self.assertIn("<img src=x", page.locator(".failure").inner_text())
            self.assertEqual(page.locator("img, b, [onerror], [style]").count(), 0)
            self.assertIsNone(page.evaluate("window.hit ?? null"))
            self.fits(page)

    def test_a_coordinator_without_runs(self):
        self.server.snapshot["runs"] = []
        with self.page(self.server.address, ready="#connection.live") as page:
            self.until(lambda: "No runs yet" in page.locator("nav").inner_text())


if __name__ == "__main__":
    unittest.main()
