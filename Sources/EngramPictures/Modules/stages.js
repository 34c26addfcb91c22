// SPDX-License-Identifier: Apache-2.0
// The clusters after each round, in an order in which children lie where their parent lay, and where each came from.
import { replaces } from "./lineage.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Event} Event */

/** @typedef {{id: string, members: number}} Band */

/**
 * @typedef {object} Stage
 * @property {number} round
 * @property {Band[]} bands from the top
 * @property {Event[]} changes by which it came from the stage before
 */

/**
 * The stages of a run, the founders first if its beginning is known.
 * @param {Course} course
 * @returns {Stage[]}
 */
export function stages(course) {
    const changes = course.lineage.filter(replaces);
    const first = course.rounds[0];
    if (!first) return [];
    const founded = course.lineage.filter((event) => event.event === "founded").flatMap((event) => event.to);
    const founders = first.round > 1 ? [] : founded;
    let order = founders.length ? [...new Set(founders)] : first.clusters.map((line) => line.id);
    /** @type {Stage[]} */
    const result = founders.length ? [{ round: 0, bands: order.map((id) => ({ id, members: 0 })), changes: [] }] : [];
    let reached = -1;
    for (const round of course.rounds) {
        const own = changes.filter((event) => event.round > reached && event.round <= round.round);
        reached = round.round;
        for (const event of own) {
            const place = order.findIndex((id) => event.from.includes(id));
            order = order.flatMap((id, index) => (index === place ? event.to : event.from.includes(id) ? [] : [id]));
        }
        order = [...new Set([...order, ...round.clusters.map((line) => line.id)])];
        const members = new Map(round.clusters.map((line) => [line.id, line.members]));
        const living = order.filter((id) => (members.get(id) ?? 0) > 0);
        result.push({ round: round.round, bands: living.map((id) => ({ id, members: members.get(id) ?? 0 })), changes: own });
    }
    return founders.length ? peopled(result) : result;
}

/**
 * The founders with as many members as come from them: nobody counted before the first round.
 * @param {Stage[]} all
 */
function peopled(all) {
    const [before, after] = all;
    for (const { id, members } of after.bands) {
        const from = sources(id, before, after.changes);
        for (const band of before.bands) if (from.includes(band.id)) band.members += members / from.length;
    }
    before.bands = before.bands.filter((band) => band.members > 0);
    return all;
}

/**
 * The clusters of an earlier stage from which one came.
 * @param {string} id
 * @param {Stage} before
 * @param {Event[]} changes between that stage and the cluster's
 * @returns {string[]}
 */
export function sources(id, before, changes) {
    const there = new Set(before.bands.map((band) => band.id));
    const seen = new Set([id]);
    // The set grows while it is gone through; nothing in it is looked at twice, whatever a lineage says.
    for (const one of seen) {
        if (there.has(one)) continue;
        for (const event of changes) if (event.to.includes(one)) for (const parent of event.from) seen.add(parent);
    }
    return [...seen].filter((one) => there.has(one));
}

/**
 * What flows from one stage to the next: which share of a cluster goes into which share of another. From the top, as bands lie.
 * @param {Stage} before
 * @param {Stage} after
 * @returns {{source: string, target: string, out: number, into: number}[]}
 */
export function flows(before, after) {
    const members = new Map(before.bands.map((band) => [band.id, band.members]));
    const parts = after.bands.flatMap((band) => {
        const from = sources(band.id, before, after.changes);
        const total = from.reduce((sum, id) => sum + (members.get(id) ?? 0), 0);
        return from.map((source) => {
            const into = (members.get(source) ?? 0) / Math.max(1, total);
            return { source, target: band.id, into, size: band.members * into };
        });
    });
    /** @type {Map<string, number>} */
    const leaving = new Map();
    for (const { source, size } of parts) leaving.set(source, (leaving.get(source) ?? 0) + size);
    return parts.map(({ source, target, into, size }) => ({ source, target, into, out: size / (leaving.get(source) || 1) }));
}
