// SPDX-License-Identifier: Apache-2.0
// Clusters as streams over rounds, as wide as they have members: where they part, join, and who crosses over.
import { at, label, svg } from "./element.js";
import { hueClass } from "./lineage.js";
import { short } from "./format.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Event} Event */

/** @typedef {{id: string, members: number}} Band */
/** @typedef {{round: number, bands: Band[]}} Stage the clusters after a round, in the order in which they are drawn */

/**
 * What takes the place of a cluster.
 * @param {Event} event
 */
const replaces = (event) => event.event === "split" || event.event === "merged";

/**
 * The stages of a run, the founders first.
 * @param {Course} course
 * @returns {Stage[]}
 */
export function stages(course) {
    const founders = course.lineage.filter((event) => event.event === "founded").flatMap((event) => event.to);
    const first = course.rounds[0]?.clusters ?? [];
    /** @type {(id: string, depth?: number) => number} */
    const size = (id, depth = 0) => {
        const line = first.find((one) => one.id === id);
        if (line || depth > 20) return line?.members ?? 0;
        const heirs = course.lineage.filter((event) => event.from.includes(id) && replaces(event)).flatMap((event) => event.to);
        return heirs.reduce((/** @type {number} */ sum, heir) => sum + size(heir, depth + 1), 0);
    };
    let order = founders.length ? founders : first.map((line) => line.id);
    const result = founders.length ? [{ round: 0, bands: founders.map((id) => ({ id, members: size(id) })) }] : [];
    for (const round of course.rounds) {
        for (const event of course.lineage) {
            if (event.round > round.round || !replaces(event)) continue;
            const place = order.findIndex((id) => event.from.includes(id));
            if (place < 0) continue;
            order = order.flatMap((id, index) => (index === place ? event.to : event.from.includes(id) ? [] : [id]));
        }
        order = [...new Set([...order, ...round.clusters.map((line) => line.id)])];
        const living = new Map(round.clusters.filter((line) => line.members > 0).map((line) => [line.id, line.members]));
        result.push({
            round: round.round,
            bands: order.filter((id) => living.has(id)).map((id) => ({ id, members: living.get(id) ?? 0 })),
        });
    }
    return result;
}

/**
 * The clusters of an earlier stage from which one came.
 * @param {string} id
 * @param {Stage} before
 * @param {Event[]} events
 * @returns {string[]}
 */
function sources(id, before, events, depth = 0) {
    if (before.bands.some((band) => band.id === id)) return [id];
    if (depth > 20) return [];
    const parents = events.filter((event) => replaces(event) && event.to.includes(id)).flatMap((event) => event.from);
    return [...new Set(parents.flatMap((parent) => sources(parent, before, events, depth + 1)))];
}

/**
 * A stream between two upright segments.
 * @param {number} x0
 * @param {[number, number]} a
 * @param {number} x1
 * @param {[number, number]} b
 */
function ribbon(x0, a, x1, b) {
    if (a[0] === b[0] && a[1] === b[1]) return `M${at(x0)} ${at(a[0])}H${at(x1)}V${at(a[1])}H${at(x0)}z`;
    const middle = at((x0 + x1) / 2);
    return `M${at(x0)} ${at(a[0])}C${middle} ${at(a[0])} ${middle} ${at(b[0])} ${at(x1)} ${at(b[0])}V${at(b[1])}`
        + `C${middle} ${at(b[1])} ${middle} ${at(a[1])} ${at(x0)} ${at(a[1])}z`;
}

/**
 * Draws the river into a group; returns where each cluster lies at each round.
 * @param {{course: Course, hue: Map<string, number>, x: (round: number) => number, top: number, height: number, most: number}} options
 */
export function drawRiver({ course, hue, x, top, height, most }) {
    const group = svg("g", { class: "river" });
    const all = stages(course);
    const widest = Math.max(1, ...all.map((stage) => stage.bands.length));
    const gap = Math.min(5, height / widest / 3);
    const unit = (height - gap * (widest - 1)) / Math.max(1, most);
    const places = all.map((stage) => {
        let y = top;
        return new Map(stage.bands.map((band) => {
            const place = /** @type {[number, number]} */ ([y, y + band.members * unit]);
            y = place[1] + gap;
            return [band.id, place];
        }));
    });
    /** @type {Map<string, string>} */
    const paths = new Map();
    all.forEach((stage, index) => {
        const next = all[index + 1];
        if (!next) return;
        const [x0, x1] = [x(stage.round), x(next.round)];
        const left = new Map(stage.bands.map((band) => [band.id, { from: places[index].get(band.id)?.[0] ?? top, flows: [] }]));
        /** @type {{source: string, target: Band, share: number}[]} */
        const flows = next.bands.flatMap((target) => {
            const from = sources(target.id, stage, course.lineage.filter((event) => event.round <= next.round));
            const total = from.reduce((sum, id) => sum + (stage.bands.find((band) => band.id === id)?.members ?? 0), 0);
            return from.map((source) => ({
                source, target, share: (stage.bands.find((band) => band.id === source)?.members ?? 0) / Math.max(1, total),
            }));
        });
        const filled = new Map(next.bands.map((band) => [band.id, places[index + 1].get(band.id)?.[0] ?? top]));
        for (const flow of flows) {
            const siblings = flows.filter((other) => other.source === flow.source);
            const all = siblings.reduce((sum, other) => sum + other.target.members * other.share, 0);
            const source = places[index].get(flow.source), origin = left.get(flow.source);
            const target = places[index + 1].get(flow.target.id);
            if (!source || !target || !origin) continue;
            const out = all > 0 ? ((source[1] - source[0]) * flow.target.members * flow.share) / all : 0;
            const into = (target[1] - target[0]) * flow.share;
            const start = filled.get(flow.target.id) ?? target[0];
            const piece = ribbon(x0, [origin.from, origin.from + out], x1, [start, start + into]);
            origin.from += out;
            filled.set(flow.target.id, start + into);
            paths.set(flow.target.id, (paths.get(flow.target.id) ?? "") + piece);
        }
    });
    for (const [id, d] of paths) {
        group.append(svg("path", { class: `stream ${hueClass(hue, id)}`, d, "data-cluster": id }, svg("title", {}, id)));
    }
    const place = (/** @type {string} */ id, /** @type {number} */ round) => {
        let found;
        for (let index = 0; index < all.length && all[index].round <= round; index += 1) found = places[index].get(id) ?? found;
        return found ?? all.map((_, index) => places[index].get(id)).find(Boolean);
    };
    group.append(crossings(course, hue, x, place));
    group.append(...names(all, places, x));
    return group;
}

/**
 * Agents that moved by themselves.
 * @param {Course} course
 * @param {Map<string, number>} hue
 * @param {(round: number) => number} x
 * @param {(id: string, round: number) => [number, number] | undefined} place
 */
function crossings(course, hue, x, place) {
    const lines = course.lineage.filter((event) => event.event === "migrated" && event.from[0] && event.to[0]).map((event) => {
        const from = place(event.from[0], event.round - 1), to = place(event.to[0], event.round);
        if (!from || !to) return null;
        const [x0, x1] = [x(event.round - 1), x(event.round)];
        const middle = at((x0 + x1) / 2);
        const [y0, y1] = [(from[0] + from[1]) / 2, (to[0] + to[1]) / 2];
        return svg("path", {
            class: `crossing ${hueClass(hue, event.to[0])}`,
            d: `M${at(x0)} ${at(y0)}C${middle} ${at(y0)} ${middle} ${at(y1)} ${at(x1)} ${at(y1)}`,
        });
    });
    return svg("g", {}, lines);
}

/**
 * Names in the streams that have room, and behind those that reach the end.
 * @param {Stage[]} all
 * @param {Map<string, [number, number]>[]} places
 * @param {(round: number) => number} x
 */
function names(all, places, x) {
    const last = all[all.length - 1];
    let floor = -Infinity;
    const ends = (last?.bands ?? []).flatMap((band) => {
        const place = places[all.length - 1].get(band.id);
        if (!place) return [];
        const y = (place[0] + place[1]) / 2 + 4;
        if (y < floor) return [];
        floor = y + 12;
        return [label(`${short(band.id, 6)} · ${band.members}`, x(last.round) + 6, y, { class: "name" })];
    });
    const living = new Set(last?.bands.map((band) => band.id));
    const seen = new Set(living);
    const inside = all.flatMap((stage, index) => stage.bands.flatMap((band) => {
        if (seen.has(band.id)) return [];
        seen.add(band.id);
        const end = all.findLast((other) => other.bands.some((one) => one.id === band.id)) ?? stage;
        const place = places[index].get(band.id);
        const text = `${short(band.id, 6)} · ${band.members}`;
        if (!place || x(end.round) - x(stage.round) < text.length * 7 || place[1] - place[0] < 14) return [];
        return [label(text, x(stage.round) + 5, (place[0] + place[1]) / 2 + 4, { class: "name" })];
    }));
    return [...inside, ...ends];
}
