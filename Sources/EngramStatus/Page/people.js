// SPDX-License-Identifier: Apache-2.0
// Who is waited for, who is late, who was not taken and why.
import { html } from "./element.js";
import { counted } from "./format.js";
import { facts, table } from "./table.js";

/**
 * A time of day, with the day where it is not today.
 * @param {number} time in seconds since 1970
 */
export function clock(time) {
    const date = new Date(time * 1000);
    const today = new Date().toDateString() === date.toDateString();
    return html("time", { datetime: date.toISOString() }, today ? date.toLocaleTimeString() : date.toLocaleString());
}

/**
 * Where the round under way is, as a sentence.
 * @param {any} run
 * @returns {(Node | string)[]}
 */
export function phaseWords(run) {
    const { phase } = run;
    const round = phase.round === null ? "" : `Round ${phase.round}: `;
    const until = phase.deadline === null ? [] : [", until ", clock(phase.deadline)];
    switch (phase.name) {
    case "gathering": return [`Gathering: ${phase.arrived.length} of ${phase.goal} agents are here.`];
    case "collecting": return [`${round}${phase.arrived.length} of ${phase.goal} uploads are in`, ...until, "."];
    case "folding": return [`${round}uploads become models.`];
    case "evaluating":
        return [`The last exchange: ${phase.arrived.length} of ${phase.goal} agents have evaluated the models`, ...until, "."];
    case "idle": return ["No agent is there to open a round with."];
    case "suspended": return ["Suspended: something could not be stored; it is taken up again soon."];
    default: return [`The run is ${run.state}.`];
    }
}

/**
 * @param {string} title
 * @param {string[]} names
 * @param {string} none
 */
function group(title, names, none) {
    return html("section", {}, html("h3", {}, title, html("span", {}, String(names.length))),
        html("p", { class: names.length ? "names" : "names note" }, names.length ? names.join(", ") : none));
}

/** @param {any} run */
export function peopleSections(run) {
    const late = new Set(run.phase.late);
    const shutOut = run.agents.flatMap((/** @type {any} */ agent) => (agent.quarantined ? [agent.id] : []));
    return html("div", { class: "people" },
        group("Late", run.phase.late, "Nobody."),
        group("Waited for", run.phase.awaited.filter((/** @type {string} */ id) => !late.has(id)), "Nobody."),
        group("Shut out", shutOut, "Nobody is quarantined."));
}

/**
 * Uploads and agents that were not taken, the newest first.
 * @param {any} run
 */
export function refusals(run) {
    if (!run.refusals.length) return html("p", { class: "note" }, "No upload was refused.");
    return table({
        caption: "uploads that were not taken", head: ["agent", "round", "when", "reason"], text: [2, 3],
        rows: [...run.refusals].reverse().map((refusal) =>
            [refusal.agent, refusal.round ?? "–", clock(refusal.time), refusal.reason]),
    });
}

/**
 * Clusters that there are, and candidates that train beside them.
 * @param {any} run
 */
export function clusterTable(run) {
    return table({
        caption: "clusters", head: ["cluster", "members", "version", "since round", "from", "model"], text: [4, 5],
        rows: [
            ...run.clusters.map((/** @type {any} */ cluster) => [cluster.id, cluster.members.length, cluster.version,
                cluster.born, cluster.parent ?? "–", html("code", { title: cluster.model }, cluster.model.slice(0, 12))]),
            ...run.trials.map((/** @type {any} */ trial) =>
                [trial.id, "on trial", trial.version, "–", trial.parent ?? "–", "–"]),
        ],
    });
}

/**
 * @param {any} daemon
 * @param {number} time
 */
export function daemonWords(daemon, time) {
    return facts([
        ["agents", `${daemon.agents_connected} connected of ${daemon.agents_enrolled} enrolled`],
        ["at", daemon.address], ["version", daemon.version], ["since", clock(daemon.started)], ["as of", clock(time)],
        ["operators", counted(daemon.operators_connected, "operator")],
    ]);
}
