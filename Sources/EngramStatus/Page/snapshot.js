// SPDX-License-Identifier: Apache-2.0
// The coordinator's snapshot (docs/status.md) in the shape that the drawings read.
/** @typedef {import("./model.js").Course} Course */

/**
 * What is amiss with an agent.
 * @param {any} agent
 * @param {boolean} isLate
 * @param {boolean} isOver its run
 */
function marksOf(agent, isLate, isOver) {
    return [
        agent.quarantined && "quarantined", isLate && "late", agent.absent && !isLate && "absent",
        !agent.connected && !isOver && "not connected",
    ].filter(Boolean);
}

/**
 * @param {any} run
 * @returns {Course}
 */
export function courseOfRun(run) {
    const late = new Set(run.phase.late), isOver = run.phase.name === "over";
    return {
        rounds: run.history, lineage: run.lineage, metricName: run.metric_name ?? "metric",
        agents: run.agents.map((/** @type {any} */ agent) =>
            ({ ...agent, place: agent.position, marks: marksOf(agent, late.has(agent.id), isOver) })),
    };
}

/**
 * The run that one wants to see: the one named, else the newest that is under way, else the newest.
 * @param {any[]} runs
 * @param {string | null} name
 */
export function chosenRun(runs, name) {
    return runs.find((run) => run.run === name) ?? runs.findLast((run) => run.state === "running") ?? runs.at(-1) ?? null;
}

/**
 * Puts a change into a snapshot: each run in it takes the place of the one of the same name.
 * @param {any} snapshot
 * @param {any} change
 */
export function changed(snapshot, change) {
    const gone = new Set(change.gone), fresh = new Map(change.runs.map((/** @type {any} */ run) => [run.run, run]));
    const kept = snapshot.runs.flatMap((/** @type {any} */ run) => (gone.has(run.run) ? [] : [fresh.get(run.run) ?? run]));
    const known = new Set(snapshot.runs.map((/** @type {any} */ run) => run.run));
    return { ...snapshot, ...change, runs: [...kept, ...change.runs.filter((/** @type {any} */ run) => !known.has(run.run))] };
}
