// SPDX-License-Identifier: Apache-2.0
// Scales that several runs share, so that the same height is the same figure in all of them.
import { counted, figure } from "./format.js";
import { CURVES, ROWS, measured, span } from "./model.js";
import { domainOf, extent } from "./scale.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Round} Round */

/**
 * @typedef {object} Scales
 * @property {[number, number]} rounds
 * @property {[number, number]} metric of rounds
 * @property {[number, number]} loss
 * @property {[number, number]} agents the metric over agents
 * @property {number} seconds the greatest
 * @property {number} up bytes of a round, the greatest
 * @property {number} down
 * @property {number} members of all clusters together, the greatest
 */

/**
 * @param {Course[]} courses
 * @returns {Scales}
 */
export function scalesOf(courses) {
    const rounds = courses.flatMap((course) => course.rounds);
    const most = (/** @type {(round: Round) => unknown} */ value) => extent(rounds.map(value))?.[1] || 1;
    return {
        rounds: span(courses),
        metric: domainOf(measured(courses)),
        loss: domainOf(rounds.map((round) => round.loss), { fromZero: true }),
        agents: domainOf(courses.flatMap((course) => course.agents).flatMap((agent) => ROWS.map((row) => agent.metric?.[row]))),
        seconds: most((round) => round.seconds),
        up: most((round) => round.bytes_up),
        down: most((round) => round.bytes_down),
        members: most((round) => round.clusters.reduce((sum, line) => sum + line.members, 0)),
    };
}

/**
 * What a round came to, in a few words.
 * @param {Course} course
 * @param {number} round
 * @returns {string[]}
 */
export function roundWords(course, round) {
    const found = course.rounds.find((one) => one.round === round);
    if (!found) return ["–"];
    const told = CURVES.filter((row) => Number.isFinite(found.metric?.[row]));
    const figures = told.map((row) => `${row} ${figure(found.metric[row])}`);
    const clusters = found.clusters.filter((line) => line.members > 0).length;
    return [...figures, counted(clusters, "cluster")];
}
