# SPDX-License-Identifier: Apache-2.0
"""`engram report html` in a real browser: the drawings say what the report says, whoever looks and with whatever."""

import copy
import unittest

from pages import ROWS, Browser, drawn, points, reader, sample, ticks

HOSTILE = "</script><script>window.hit=1;alert(1)</script><img src=x onerror=window.hit=2>${window.hit=3}<b>bold</b>"


class ReportPage(Browser):
    def setUp(self):
        self.report = sample("report.json")

    def test_figures_are_those_of_the_report(self):
        with drawn(("run", self.report)) as address, self.page(address) as page:
            summary = self.report["summary"]
            cells = page.locator("#summary ~ .scroll tbody tr").evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.textContent))")
            for row, cell in zip(ROWS, cells):
                self.assertTrue(cell[0].startswith(row))
                self.assertEqual(cell[1:4], [f"{summary[field][row]:.3f}" for field in ["mean", "weighted", "worst_tenth"]])
            self.assertEqual(page.locator(".tile-value").first.inner_text(), f"{summary['mean']['deployed']:.3f}")

    def test_curves_lie_where_the_figures_are(self):
        with drawn(("run", self.report)) as address, self.page(address) as page:
            def check(chart, look, expected):
                value, round_of = reader(ticks(page, chart, "y")), reader(ticks(page, chart, "x"))
                found = points(page.locator(f'figure[data-chart="{chart}"] path.line.{look}').first.get_attribute("d"))
                self.assertEqual(len(found), len(expected), look)
                for (x, y), (number, figure) in zip(found, expected):
                    self.assertAlmostEqual(round_of(x), number, delta=0.1)
                    self.assertAlmostEqual(value(y), figure, delta=0.002)
            for row in ["cluster", "personal", "global"]:
                check("rows", f"row-{row}", [(r["round"], r["metric"][row]) for r in self.report["rounds"] if row in r["metric"]])
            named = page.locator('figure[data-chart="clusters"] text.name').evaluate_all("nodes => nodes.map(n => n.textContent)")
            living = [line["id"] for line in self.report["rounds"][-1]["clusters"] if line["members"]]
            self.assertEqual(sorted(named), sorted(living))

    def test_clusters_agents_and_changes_are_all_there(self):
        with drawn(("run", self.report)) as address, self.page(address) as page:
            ever = {line["id"] for r in self.report["rounds"] for line in r["clusters"] if line["members"]}
            streams = page.locator(".stream").evaluate_all("nodes => nodes.map(n => n.dataset.cluster)")
            self.assertEqual(set(streams), ever)
            events = [event for event in self.report["lineage"] if event["event"] != "founded"]
            signs = page.locator(".sign").evaluate_all("nodes => nodes.map(n => [n.dataset.key, Number(n.querySelector('.count')?.textContent ?? 1)])")
            self.assertEqual(sum(count for _, count in signs), len(events))
            self.assertEqual({key for key, _ in signs}, {f"{event['event']}-{event['round']}" for event in events})
            agents = self.report["agents"]
            self.assertEqual(page.locator('figure[data-chart="map"] .agent').count(), len(agents))
            names = page.locator('figure[data-chart="map"] text.name').evaluate_all("nodes => nodes.map(n => n.textContent)")
            sizes = {agent["cluster"]: sum(other["cluster"] == agent["cluster"] for other in agents) for agent in agents}
            self.assertEqual(sorted(names), sorted(f"{cluster} · {size}" for cluster, size in sizes.items()))

    def test_points_lie_where_the_agents_fare(self):
        with drawn(("run", self.report)) as address, self.page(address) as page:
            value = reader(ticks(page, "spread", "x"))
            found = page.locator('figure[data-chart="spread"] .point').evaluate_all(
                "nodes => nodes.map(n => [n.dataset.agent, Number(n.getAttribute('cx')), n.classList.contains('tenth')])")
            agents = {agent["id"]: agent for agent in self.report["agents"]}
            self.assertEqual(len(found), len(agents) * len(ROWS))
            width = value(10) - value(0)
            for index, row in enumerate(ROWS):
                part = found[index * len(agents):(index + 1) * len(agents)]
                for name, x, _ in part:
                    self.assertAlmostEqual(value(x), agents[name]["metric"][row], delta=width / 10)
                worst = sorted(agents[name]["metric"][row] for name, _, tenth in part if tenth)
                self.assertEqual(worst, sorted(agent["metric"][row] for agent in agents.values())[:-(-len(agents) // 10)])

    def test_every_chart_is_described_and_no_string_is_cut_off(self):
        for scheme in ["light", "dark"]:
            with drawn(("run", self.report)) as address, self.page(address, 360, scheme) as page:
                self.fits(page)
                self.is_described(page)
                self.fits(page)

    def test_everything_is_reached_by_keyboard(self):
        with drawn(("run", self.report)) as address, self.page(address) as page:
            stops = self.stops(page)
            kinds = [(tag, chart) for tag, _, chart, _ in stops]
            for wanted in [("input", ""), ("g", "lineage"), ("g", "map"), ("summary", "spread"), ("summary", "")]:
                self.assertIn(wanted, kinds)
            # One stop for all signs, one for all agents; arrows do the rest.
            self.assertEqual(sum(chart == "map" and tag == "g" for tag, chart in kinds), 1)

            page.locator('.sign[tabindex="0"]').focus()
            seen = []
            for _ in range(len(self.report["lineage"])):
                seen.append(page.locator('figure[data-chart="lineage"] .readout').inner_text())
                page.keyboard.press("ArrowRight")
            for event in self.report["lineage"]:
                if event["event"] in ("split", "refused"):
                    self.assertTrue(any(event["reason"] in text for text in seen), event["reason"])

            page.locator('.agent[tabindex="0"]').focus()
            page.keyboard.press("End")
            name = page.evaluate("document.activeElement.dataset.agent")
            self.assertIn(name, page.locator('figure[data-chart="map"] .readout').inner_text())
            self.assertEqual(page.locator(".point.chosen").count(), len(ROWS))

            slider = page.locator('input[type="range"]')
            slider.focus()
            page.keyboard.press("Home")
            first = self.report["rounds"][0]["metric"]["cluster"]
            self.assertIn(f"cluster {first:.3f}", page.locator(".scrubber output").inner_text())
            self.assertIn("Round 1", slider.get_attribute("aria-valuetext"))

    def test_what_only_some_runs_have(self):
        report = copy.deepcopy(self.report)
        report["summary"]["pooled"] = {"cluster": {"rows": 100, "auc": 0.75, "log_loss": 0.5, "calibration_error": 0.0125}}
        report["attack"] = {"name": "alie(z=1)", "agents": [report["agents"][0]["id"]]}
        report["privacy"] = {"kind": "central", "epsilon": 3.25, "delta": 1e-5, "sampling": 0.5, "is_seeded": True, "agents": [], "models": [],
                             "rounds": []}
        with drawn(("run", report)) as address, self.page(address) as page:
            text = page.locator("#details ~ *").all_inner_texts()
            for words in ["0.013", "alie(z=1) by " + report["agents"][0]["id"], "ε 3.25", "noise known from the recipe"]:
                self.assertTrue(any(words in part for part in text), words)
            # Whoever attacks is on the map, and not among those who fare.
            self.assertEqual(page.locator('figure[data-chart="map"] .agent.marked').count(), 1)
            self.assertEqual(page.locator('figure[data-chart="spread"] .point').count(), (len(report["agents"]) - 1) * len(ROWS))

    def test_several_reports_share_their_scales(self):
        other = sample("other.json")
        with drawn(("one", self.report), ("two", other)) as address, self.page(address) as page:
            for chart in ["rows", "spread"]:
                drawings = page.locator(f'figure[data-chart="{chart}"]').all()
                self.assertEqual(len(drawings), 2)
                texts = [drawing.locator("text.tick").evaluate_all("nodes => nodes.map(n => n.textContent)") for drawing in drawings]
                self.assertEqual(texts[0], texts[1])
            table = page.locator("#differences ~ .tables table").first
            cells = table.locator("tbody tr").evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.textContent))")
            figures = [{agent["id"]: agent["metric"]["deployed"] for agent in report["agents"]} for report in (self.report, other)]
            gaps = [figures[1][name] - figures[0][name] for name in figures[0] if name in figures[1]]
            shown = float(cells[ROWS.index("deployed")][1].replace("−", "-").replace("±", ""))
            self.assertAlmostEqual(shown, sum(gaps) / len(gaps), delta=0.00051)

    def test_hostile_strings_are_inert(self):
        report = copy.deepcopy(self.report)
        report["recipe"]["name"] = HOSTILE
        report["recipe"][HOSTILE] = {HOSTILE: [HOSTILE]}
        report["summary"]["metric_name"] = HOSTILE
        for event in report["lineage"]:
            event["reason"] = HOSTILE
            event["figures"] = {HOSTILE: 1e300}
        for agent in report["agents"]:
            agent["truth"] = HOSTILE + agent["truth"]
        with drawn(("run", report)) as address, self.page(address, 360) as page:
            for details in page.locator("details").all():
                details.locator("summary").first.click()
            page.locator('.sign[tabindex="0"]').focus()
            page.locator('.agent[tabindex="0"]').focus()
            self.assertIsNone(page.evaluate("window.hit ?? null"))
            self.assertEqual(page.locator("img, b, iframe, object, embed, [onerror], [onclick], [style]").count(), 0)
            self.assertEqual(page.locator("script").count(), 2)
            self.assertIn("<img src=x onerror", page.locator("pre").first.inner_text())
            self.fits(page)

    def test_a_report_with_holes_is_drawn(self):
        report = copy.deepcopy(self.report)
        report["rounds"] = report["rounds"][:3]
        for number, entry in enumerate(report["rounds"]):
            entry["metric"] = {"cluster": 0.5} if number == 1 else {}
            entry["clusters"] = [{**line, "metric": None} for line in entry["clusters"]]
        for agent in report["agents"]:
            agent.update(cluster=None, truth=None, chosen=None, metric={"deployed": 0.5})
        report["summary"].update(mean={}, weighted={}, worst_tenth={}, share_worse_than_local=None, adjusted_rand_index=None)
        report["lineage"] = []
        with drawn(("run", report)) as address, self.page(address, 360) as page:
            self.is_described(page)
            self.assertIn("no figures by round and cluster", page.locator('figure[data-chart="clusters"]').inner_text())
        empty = copy.deepcopy(report)
        empty.update(rounds=[], agents=[])
        with drawn(("run", empty)) as address, self.page(address, 360):
            pass

    def test_a_thousand_agents_fit(self):
        report = copy.deepcopy(self.report)
        report["agents"] = [{**agent, "id": f"{agent['id']}-{copy}"} for copy in range(1000 // len(report["agents"])) for agent in report["agents"]]
        with drawn(("run", report)) as address, self.page(address, 360) as page:
            self.assertEqual(page.locator('figure[data-chart="map"] .agent').count(), len(report["agents"]))
            self.fits(page)


if __name__ == "__main__":
    unittest.main()
