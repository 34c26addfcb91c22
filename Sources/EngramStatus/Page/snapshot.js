// SPDX-License-Identifier: Apache-2.0
// The coordinator's snapshot (docs/status.md) in the shape that the drawings read.
/** @typedef {import("./model.js").Agent} Agent */
/** @typedef {import("./model.js").Course} Course */

/**
 * What is amiss with an agent.
 * @param {any} agent
 * @param {any} run
 */
function marksOf(agent, run) {
    const late = run.phase.late.includes(agent.id);
    return [
        agent.quarantined && "quarantined", late && "late", agent.absent && !late && "absent",
        !agent.connected && run.phase.name !== "over" && "not connected",
    ].filter(Boolean);
}

/**
 * @param {any} run
 * @returns {Course}
 */
export function courseOfRun(run) {
    return {
        rounds: run.history, lineage: run.lineage, metricName: run.metric_name ?? "metric",
        agents: run.agents.map((/** @type {any} */ agent) => (/** @type {Agent} */ ({ ...agent, place: agent.position, marks: marksOf(agent, run) }))),
    };
}

/**
 * The run that one wants to see: the one named, else the newest that is under way, else the newest.
 * @param {any[]} runs
 * @param {string | null} name
 */
export function chosenRun(runs, name) {
    return runs.find((run) => run.run === name) ?? runs.findLast((run) => run.state === "running") ?? runs[runs.length - 1] ?? null;
}

/**
 * Puts a change into a snapshot: each run in it takes the place of the one of the same name.
 * @param {any} snapshot
 * @param {any} change
 */
export function changed(snapshot, change) {
    const gone = new Set(change.gone), fresh = new Map(change.runs.map((/** @type {any} */ run) => [run.run, run]));
    const kept = snapshot.runs.filter((/** @type {any} */ run) => !gone.has(run.run)).map((/** @type {any} */ run) => fresh.get(run.run) ?? run);
    const known = new Set(snapshot.runs.map((/** @type {any} */ run) => run.run));
    return { ...snapshot, ...change, runs: [...kept, ...change.runs.filter((/** @type {any} */ run) => !known.has(run.run))] };
}
