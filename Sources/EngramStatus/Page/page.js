"use strict";

const runs = new Map();

function draw(daemon) {
  document.getElementById("daemon").textContent =
    `${daemon.version} at ${daemon.address}: ${daemon.agents_connected} of ${daemon.agents_enrolled} agents connected`;
  const rows = [...runs.values()].map((run) => {
    const row = document.createElement("tr");
    const texts = [run.run, run.state, run.recipe, `${run.round} of ${run.rounds}`, run.phase.name, run.agents.length, run.clusters.length];
    for (const text of texts) row.insertCell().textContent = text;
    return row;
  });
  document.getElementById("runs").replaceChildren(...rows);
}

const events = new EventSource("/api/v1/events");
events.addEventListener("snapshot", (event) => {
  const snapshot = JSON.parse(event.data);
  runs.clear();
  for (const run of snapshot.runs) runs.set(run.run, run);
  draw(snapshot.daemon);
});
events.addEventListener("change", (event) => {
  const change = JSON.parse(event.data);
  for (const name of change.gone) runs.delete(name);
  for (const run of change.runs) runs.set(run.run, run);
  draw(change.daemon);
});
events.addEventListener("error", () => {
  document.getElementById("daemon").textContent = "The coordinator does not answer; trying again.";
});
