// SPDX-License-Identifier: Apache-2.0
// Clusters as streams over rounds, as wide as they have members: where they part, join, and who crosses over.
import { at, label, svg } from "./element.js";
import { hueClass } from "./lineage.js";
import { short } from "./format.js";
import { flows, stages } from "./stages.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./stages.js").Stage} Stage */

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

/** @typedef {Map<string, [number, number]>} Places where clusters lie after a round, upper and lower edge */

/**
 * @param {{course: Course, hue: Map<string, number>, x: (round: number) => number, top: number, height: number,
 *     most: number}} options `most`: members of all clusters together
 */
export function drawRiver({ course, hue, x, top, height, most }) {
    const all = stages(course);
    const places = layout(all, top, height, most);
    const place = (/** @type {string} */ id, /** @type {number} */ round) => {
        const index = all.findIndex((stage) => stage.round >= round);
        return places[index]?.get(id) ?? places[index - 1]?.get(id) ?? places[index + 1]?.get(id);
    };
    return svg("g", { class: "river" },
        [...streams(all, places, x)].map(([id, d]) =>
            svg("path", { class: `stream ${hueClass(hue, id)}`, d, "data-cluster": id }, svg("title", {}, id))),
        crossings(course, hue, x, place), names(all, places, x));
}

/**
 * Bands below each other, with gaps between them.
 * @param {Stage[]} all
 * @param {number} top
 * @param {number} height
 * @param {number} most
 * @returns {Places[]}
 */
function layout(all, top, height, most) {
    const widest = Math.max(1, ...all.map((stage) => stage.bands.length));
    const gap = Math.min(5, height / widest / 3);
    const unit = (height - gap * (widest - 1)) / Math.max(1, most);
    return all.map((stage) => {
        let y = top;
        return new Map(stage.bands.map((band) => {
            const place = /** @type {[number, number]} */ ([y, y + band.members * unit]);
            y = place[1] + gap;
            return [band.id, place];
        }));
    });
}

/**
 * The outline of each cluster's stream, from its sources to its last round.
 * @param {Stage[]} all
 * @param {Places[]} places
 * @param {(round: number) => number} x
 */
function streams(all, places, x) {
    /** @type {Map<string, string>} */
    const paths = new Map();
    for (let index = 0; index + 1 < all.length; index += 1) {
        const [before, after] = [places[index], places[index + 1]];
        const left = new Map([...before].map(([id, [upper]]) => [id, upper]));
        const filled = new Map([...after].map(([id, [upper]]) => [id, upper]));
        for (const { source, target, out, into } of flows(all[index], all[index + 1])) {
            const [from, to] = [before.get(source), after.get(target)];
            if (!from || !to) continue;
            const [y0, y1] = [left.get(source) ?? from[0], filled.get(target) ?? to[0]];
            const [end0, end1] = [y0 + (from[1] - from[0]) * out, y1 + (to[1] - to[0]) * into];
            const piece = ribbon(x(all[index].round), [y0, end0], x(all[index + 1].round), [y1, end1]);
            left.set(source, end0);
            filled.set(target, end1);
            paths.set(target, (paths.get(target) ?? "") + piece);
        }
    }
    return paths;
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
