// SPDX-License-Identifier: Apache-2.0
// How clusters came about: events in words, and a colour for each cluster that it keeps while it lives.
import { listed, number } from "./format.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Event} Event */

/** Events in the order in which the strip shows them, each with its sign. */
export const KINDS = [
    { event: "split", word: "split", sign: "●" },
    { event: "merged", word: "merged", sign: "◆" },
    { event: "migrated", word: "moved", sign: "▶" },
    { event: "placed", word: "placed", sign: "+" },
    { event: "tried", word: "tried", sign: "○" },
    { event: "refused", word: "refused", sign: "✕" },
    { event: "quarantined", word: "shut out", sign: "■" },
    { event: "released", word: "released", sign: "□" },
];

/**
 * One event as a sentence.
 * @param {Event} event
 */
export function sentence(event) {
    const from = listed(event.from), to = listed(event.to), who = listed(event.agents);
    const what = {
        founded: `${to} founded`, split: `${from} split into ${to}`, merged: `${from} merged into ${to}`,
        migrated: `${who} moved from ${from} to ${to}`, placed: `${who} placed in ${to}`,
        tried: `${to} tried in place of ${from}`, refused: `${to} not taken, ${from} stays`,
        quarantined: `${who} quarantined`, released: `${who} released from quarantine`,
    }[event.event] ?? `${event.event}: ${from} → ${to}`;
    const figures = figureWords(event);
    return `Round ${event.round}: ${what}: ${event.reason}${figures ? ` (${figures})` : ""}`;
}

/**
 * The figures that decided an event, by name.
 * @param {Event} event
 */
export function figureWords(event) {
    return Object.keys(event.figures ?? {}).sort()
        .map((name) => `${name.replaceAll("_", " ")} ${number(event.figures[name])}`).join(", ");
}

/**
 * Whether other clusters take the place of some.
 * @param {Event} event
 */
export const replaces = (event) => event.event === "split" || event.event === "merged";

/** Colours before they repeat; the style sheet defines as many. */
export const HUES = 8;

/**
 * A hue for every cluster that ever was. The largest child of a split and the product of a merge take over their parent's, others
 * get the first one that no living cluster has: hues of clusters side by side differ, and what was shown keeps its colour.
 * @param {Course} course
 * @returns {Map<string, number>}
 */
export function hues(course) {
    /** @type {Map<string, number>} */
    const given = new Map();
    /** @type {Set<string>} */
    const living = new Set();
    const members = new Map();
    for (const line of course.rounds.flatMap((round) => round.clusters)) {
        if (!members.has(line.id)) members.set(line.id, line.members);
    }
    const size = (/** @type {string} */ id) => members.get(id) ?? 0;
    const free = () => {
        const used = new Set([...living].map((id) => given.get(id)));
        for (let hue = 0; hue < HUES; hue += 1) if (!used.has(hue)) return hue;
        return given.size % HUES;
    };
    const give = (/** @type {string} */ id, /** @type {number | undefined} */ hue) => {
        if (!given.has(id)) given.set(id, hue ?? free());
        living.add(id);
    };
    for (const event of course.lineage) {
        if (event.event === "founded") event.to.forEach((id) => give(id, undefined));
        if (!replaces(event)) continue;
        const heirs = [...event.to].sort((a, b) => size(b) - size(a));
        const left = [...event.from].sort((a, b) => size(b) - size(a)).map((id) => given.get(id));
        event.from.forEach((id) => living.delete(id));
        heirs.forEach((id, index) => give(id, index === 0 ? left[0] : undefined));
    }
    for (const round of course.rounds) for (const line of round.clusters) give(line.id, undefined);
    for (const agent of course.agents) if (agent.cluster !== null) give(agent.cluster, undefined);
    return given;
}

/**
 * The class that gives an element its cluster's colour.
 * @param {Map<string, number>} given
 * @param {string | null | undefined} cluster
 */
export function hueClass(given, cluster) {
    const hue = cluster === null || cluster === undefined ? undefined : given.get(cluster);
    return hue === undefined ? "hue-none" : `hue-${hue}`;
}
