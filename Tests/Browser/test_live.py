# SPDX-License-Identifier: Apache-2.0
"""The status page of a real daemon with real agents: a run appears and ends on the page while it is open, and a daemon that dies comes back.

It needs an `engramd` that serves the page, and is skipped with one that does not.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time
import unittest

from pages import Browser, engram

AGENTS, ROUNDS = 6, 12


class Deployment:
    """A coordinator's folder, its daemon, and agents on toy data in two groups that name the classes differently."""

    def __init__(self, folder, tools):
        self.folder, self.tools, self.processes = folder, tools, []
        self.environment = {**os.environ, "ENGRAM_IDENTITY": str(folder / "state/operator")}
        self.run("engramd", "init", "--state", "state", "--host", "localhost")
        self.daemon = self.start_daemon("127.0.0.1:0", "127.0.0.1:0")

    def run(self, tool, *arguments):
        made = subprocess.run([self.tools / tool, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        if made.returncode:
            raise AssertionError(f"{tool} {' '.join(arguments)}: {made.stderr}")
        return made.stdout

    def start(self, tool, *arguments):
        with open(self.folder / f"{tool}.log", "a") as log:
            process = subprocess.Popen([self.tools / tool, *arguments], cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def start_daemon(self, listen, status):
        for name in ["port", "status-port"]:
            (self.folder / name).unlink(missing_ok=True)
        process = self.start("engramd", "run", "--state", "state", "--listen", listen, "--port-file", "port", "--status", status,
                             "--status-port-file", "status-port")
        self.listen, self.status = self.told(process, "port"), self.told(process, "status-port")
        return process

    def told(self, process, name):
        for _ in range(600):
            if (self.folder / name).exists():
                return (self.folder / name).read_text().strip()
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError("engramd did not start: " + (self.folder / "engramd.log").read_text()[-2000:])

    def start_agents(self):
        draw = random.Random(7)
        rows = [(draw.gauss(0, 1), draw.gauss(0, 1)) for _ in range(AGENTS * 60)]
        (self.folder / "data.csv").write_text("a,b,label\n" + "".join(f"{a},{b},{int(a + b / 2 > 0)}\n" for a, b in rows))
        self.run("engram", "data", "import", "csv", "--file", "data.csv", "--label", "label", "--task", "classes", "--output", "data.safetensors")
        self.run("engram", "data", "partition", "--data", "data.safetensors", "--kind", "permuted", "--groups", "2", "--agents", str(AGENTS),
                 "--train", "30", "--validation", "15", "--test", "15", "--output", "federation")
        tokens = [line for line in self.run("engram", "token", "create", "--count", str(AGENTS), "--lifetime", "1h", "--coordinator",
                                            self.listen).split() if line.startswith("engram1-")]
        for number, (token, shard) in enumerate(zip(tokens, sorted((self.folder / "federation").glob("*.safetensors")))):
            self.run("engram-agent", "enroll", "--state", f"a{number}", "--coordinator", self.listen, "--token", token, "--name", f"site-{number}")
            self.start("engram-agent", "run", "--state", f"a{number}", "--shard", str(shard))

    def end(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class LivePage(Browser):
    def setUp(self):
        tools = pathlib.Path(engram()).parent.resolve()
        if not all((tools / name).exists() for name in ["engramd", "engram-agent"]):
            self.skipTest("engramd and engram-agent are not built: swift build")
        if "--status-port-file" not in subprocess.run([tools / "engramd", "run", "--help"], capture_output=True, text=True).stdout:
            self.skipTest("this engramd serves no status page")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.deployment = Deployment(pathlib.Path(folder.name), tools)
        self.addCleanup(self.deployment.end)

    def test_a_run_is_followed_from_before_its_start_past_a_crash(self):
        deployment = self.deployment
        context = self.browser.new_context()
        self.addCleanup(context.close)
        page = context.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"http://{deployment.status}/")
        self.until(lambda: "No runs yet" in page.locator("nav").inner_text())
        page.evaluate("window.loaded = true")

        deployment.start_agents()
        deployment.run("engram", "run", "start", "--recipe", "constellation", "--name", "live", "--agents", str(AGENTS), "--coordinator",
                       deployment.listen, *[part for change in [f"rounds={ROUNDS}", "grouping.start=2", "model.hidden=[8]"] for part in ["--set", change]])
        self.until(lambda: page.title().startswith("live "))
        # Six processes connect and train all rounds, on a machine that may have other work.
        self.until(lambda: page.title().startswith(f"live {ROUNDS}/{ROUNDS}") and "finished" in page.locator(".phase").inner_text(), limit=300)

        report = json.loads(deployment.run("engram", "run", "report", "live", "--json", "--coordinator", deployment.listen))
        self.assertEqual(page.locator(".tile-value").first.inner_text(), f"{report['summary']['weighted']['deployed']:.3f}")
        self.assertEqual(page.locator("figure[data-chart='map'] .agent").count(), AGENTS)
        signs = page.locator(".sign").evaluate_all("nodes => nodes.map(n => n.dataset.key)")
        self.assertEqual(set(signs), {f"{event['event']}-{event['round']}" for event in report["lineage"] if event["event"] != "founded"})
        last = report["rounds"][-1]["metric"]
        self.until(lambda: f"cluster {last['cluster']:.3f}" in page.locator(".scrubber output").inner_text())

        deployment.daemon.send_signal(signal.SIGKILL)
        deployment.daemon.wait()
        page.wait_for_selector("#connection.lost")
        self.assertEqual(page.locator("figure[data-chart='map'] .agent").count(), AGENTS)
        deployment.start_daemon(deployment.listen, deployment.status)
        page.wait_for_selector("#connection.live", timeout=30_000)
        self.assertTrue(page.evaluate("window.loaded"), "the page was loaded again")
        self.assertEqual(page.locator("#run h2").first.inner_text(), "live")
        self.assertEqual(problems, [])


if __name__ == "__main__":
    unittest.main()
