// SPDX-License-Identifier: Apache-2.0
// How agents fare with each answer: a point for each, the middle half as a box, the worst tenth ringed, its mean and everybody's.
import { at, label, svg } from "./element.js";
import { figure } from "./format.js";
import { hueClass } from "./lineage.js";
import { grouped, worstTenth } from "./model.js";
import { linear, quantile, ticks } from "./scale.js";
/** @typedef {import("./model.js").Agent} Agent */
/** @typedef {import("./model.js").Figures} Figures */
/** @typedef {import("./model.js").Row} Row */

const LINE = 54;

/** Agents of which each has an element of its own in each row. */
const MOST_POINTS = 1500;

/**
 * @param {{width: number, agents: Agent[], rows: Row[], hue: Map<string, number>, values: [number, number], mean: Figures,
 *     worst: Figures}} options `mean`, `worst`: the figures of the summary
 */
export function drawSpread({ width, agents, rows, hue, values, mean, worst }) {
    const area = { left: 64, right: width - 92, top: 24, bottom: 24 + rows.length * LINE };
    const height = area.bottom + 24;
    const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    const x = linear(values, [area.left, area.right]);
    const { values: marks, digits } = ticks(values, Math.max(2, Math.floor((area.right - area.left) / 50)));
    for (const value of marks) {
        drawing.append(
            svg("line", { class: "ruler", x1: at(x(value)), x2: at(x(value)), y1: area.top, y2: area.bottom }),
            label(value.toFixed(digits), x(value), area.bottom + 16, { class: "tick", "text-anchor": "middle" }));
    }
    drawing.append(
        label("mean", width - 48, 14, { class: "tick", "text-anchor": "end" }),
        label("worst", width - 2, 14, { class: "tick", "text-anchor": "end" }));
    rows.forEach((row, index) => {
        const y = area.top + index * LINE + LINE / 2;
        drawing.append(
            svg("line", { class: "ruler", x1: 0, x2: width, y1: y - LINE / 2, y2: y - LINE / 2 }),
            label(row, 0, y + 4, { class: row === "deployed" ? "name strong" : "name" }),
            label(figure(mean[row]), width - 48, y + 4, { class: "value strong", "text-anchor": "end" }),
            label(figure(worst[row]), width - 2, y + 4, { class: "value", "text-anchor": "end" }),
            ...line({ agents, row, hue, x, y, mean: mean[row], worst: worst[row] }));
    });
    return drawing;
}

/**
 * Many points as few paths, one for each look; they are not told apart any more.
 * @param {{cx: number, cy: number, look: string}[]} places
 * @param {number} radius
 */
function clouds(places, radius) {
    /** @type {Map<string, string>} */
    const paths = new Map();
    for (const { cx, cy, look } of places) paths.set(look, `${paths.get(look) ?? ""}M${cx} ${cy}h0`);
    return [...paths].map(([look, d]) => svg("path", { class: `${look} cloud`, d, "stroke-width": radius * 2 }));
}

/** @param {{agents: Agent[], row: Row, hue: Map<string, number>, x: (value: number) => number, y: number, mean?: number | null,
 *     worst?: number | null}} options */
function line({ agents, row, hue, x, y, mean, worst }) {
    const known = agents.filter((agent) => Number.isFinite(agent.metric?.[row]));
    if (!known.length) return [label("not evaluated", 72, y + 4, { class: "tick" })];
    const value = (/** @type {Agent} */ agent) => /** @type {number} */ (agent.metric[row]);
    const sorted = known.map(value).sort((a, b) => a - b);
    const tenth = worstTenth(agents, row);
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => x(quantile(sorted, share)));
    const radius = known.length > 400 ? 1.6 : known.length > 120 ? 2.2 : 3;
    const bins = grouped(known, (agent) => Math.round(x(value(agent)) / (radius * 2)));
    const fullest = Math.max(...[...bins.values()].map((bin) => bin.length));
    const step = Math.min(radius * 2, (LINE - 14) / Math.max(1, fullest));
    const places = [...bins.values()].flatMap((bin) => bin.map((agent, index) => ({
        agent, cx: at(x(value(agent))), cy: at(y + (index - (bin.length - 1) / 2) * step),
        look: `point ${hueClass(hue, agent.cluster)}${tenth.has(agent.id) ? " tenth" : ""}`,
    })));
    const points = known.length > MOST_POINTS ? clouds(places, radius)
        : places.map(({ agent, cx, cy, look }) => svg("circle", { class: look, r: radius, cx, cy, "data-agent": agent.id }));
    const pin = (/** @type {number | null | undefined} */ place, /** @type {string} */ look, /** @type {string} */ words) =>
        (Number.isFinite(place) ? svg("path", {
            class: look, d: `M${at(x(/** @type {number} */ (place)))} ${y + LINE / 2 - 10}l-5 8h10z`,
        }, svg("title", {}, `${words} ${figure(place)}`)) : null);
    return [
        ...points, svg("rect", { class: "box", x: at(low), y: y - 11, width: at(Math.max(1, high - low)), height: 22, rx: 3 }),
        svg("line", { class: "median", x1: at(middle), x2: at(middle), y1: y - 15, y2: y + 15 }),
        pin(worst, "pin worst-pin", "mean of the worst tenth"), pin(mean, "pin", "mean"),
    ].flatMap((node) => node ?? []);
}
