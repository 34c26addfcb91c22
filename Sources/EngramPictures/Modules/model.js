// SPDX-License-Identifier: Apache-2.0
// What the drawings read: the fields of a report (docs/report.md). The status page brings a snapshot into the same shape.

import { extent } from "./scale.js";

/** @typedef {"majority" | "local" | "global" | "cluster" | "personal" | "deployed"} Row */
/** @typedef {Partial<Record<Row, number | null>>} Figures */
/** @typedef {{id: string, members: number, version?: number, metric?: number | null}} ClusterLine */
/**
 * @typedef {object} Round
 * @property {number} round
 * @property {number} participants
 * @property {number} lost
 * @property {number} seconds
 * @property {number} bytes_up
 * @property {number} bytes_down
 * @property {number | null} loss
 * @property {Figures} metric
 * @property {ClusterLine[]} clusters
 */
/**
 * @typedef {object} Agent
 * @property {string} id
 * @property {string | null} cluster
 * @property {string | null} truth
 * @property {Figures} metric
 * @property {Row | null} [chosen]
 * @property {number} [train]
 * @property {number} [validation]
 * @property {number} [test]
 * @property {string[]} [marks] what else there is to say: attacker, late, absent, quarantined
 * @property {[number, number] | null} [place] where its signature lies on the map
 */
/**
 * @typedef {object} Event
 * @property {number} round
 * @property {string} event
 * @property {string[]} from
 * @property {string[]} to
 * @property {string[]} agents
 * @property {string} reason
 * @property {Record<string, number>} figures
 */
/** @typedef {{rounds: Round[], agents: Agent[], lineage: Event[], metricName: string}} Course */

/** @type {Row[]} */
export const ROWS = ["majority", "local", "global", "cluster", "personal", "deployed"];

/**
 * The rows that are followed over rounds.
 * @type {Row[]}
 */
export const CURVES = ["cluster", "personal", "global"];

/**
 * What a row means, in a few words.
 * @type {Record<Row, string>}
 */
export const ROW_WORDS = {
    majority: "the most frequent answer",
    local: "trained alone",
    global: "one model for everyone",
    cluster: "the cluster’s model",
    personal: "the agent’s own version",
    deployed: "what the gate chose",
};

/**
 * The numbers that drawings of several runs share, so that the same height is the same figure.
 * @param {Course[]} courses
 */
export function span(courses) {
    const rounds = courses.flatMap((course) => course.rounds);
    const [first, last] = extent(rounds.map((round) => round.round)) ?? [1, 1];
    // The founders stand before the first round.
    return /** @type {[number, number]} */ ([first - 1, Math.max(last, first)]);
}

/**
 * Everything that was measured of clusters and rows over rounds.
 * @param {Course[]} courses
 */
export function measured(courses) {
    return courses.flatMap((course) => course.rounds).flatMap((round) => [
        ...CURVES.map((row) => round.metric?.[row]), ...round.clusters.map((cluster) => cluster.metric),
    ]);
}

/**
 * Things by what they have in common, in the order in which it comes up.
 * @template T, K
 * @param {Iterable<T>} items
 * @param {(item: T) => K} keyOf
 * @returns {Map<K, T[]>}
 */
export function grouped(items, keyOf) {
    const groups = new Map();
    for (const item of items) {
        const key = keyOf(item);
        const group = groups.get(key);
        if (group) group.push(item);
        else groups.set(key, [item]);
    }
    return groups;
}

/**
 * The agents that fare worst in a row: a tenth of those with a figure, rounded up.
 * @param {Agent[]} agents
 * @param {Row} row
 */
export function worstTenth(agents, row) {
    const ranked = agents.filter((agent) => Number.isFinite(agent.metric?.[row]))
        .sort((a, b) => /** @type {number} */ (a.metric[row]) - /** @type {number} */ (b.metric[row]));
    return new Set(ranked.slice(0, Math.ceil(ranked.length / 10)).map((agent) => agent.id));
}
