// SPDX-License-Identifier: Apache-2.0
// The agents, a circle for each cluster; or, where signatures are known, in a plane where those that learn alike lie together.
import { at, label, svg } from "./element.js";
import { drawAgent } from "./agents.js";
import { short } from "./format.js";
import { hueClass } from "./lineage.js";
import { grouped } from "./model.js";
import { roving } from "./roving.js";
import { linear } from "./scale.js";
/** @typedef {import("./model.js").Agent} Agent */

/**
 * @typedef {object} MapOptions
 * @property {number} width
 * @property {Agent[]} agents
 * @property {Map<string, number>} hue
 * @property {string[]} groups declared ones, in the order of their shapes
 * @property {Set<string>} worst
 * @property {(agent: Agent | null) => void} tell
 */

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Clusters with their members, the largest first; agents without one come last.
 * @param {Agent[]} agents
 */
export function clustersOf(agents) {
    return [...grouped(agents, (agent) => agent.cluster ?? null)].sort(([a, left], [b, right]) =>
        Number(a === null) - Number(b === null) || right.length - left.length || ((a ?? "") < (b ?? "") ? -1 : 1));
}

/**
 * Circles side by side, agents of one declared group next to each other.
 * @param {MapOptions} options
 */
export function drawGroups({ width, agents, hue, groups, worst, tell }) {
    // As large as fills the width to a height that is easily looked over.
    const radius = Math.max(2, Math.min(8, Math.sqrt((width * 300) / Math.max(1, agents.length)) / 5.5));
    const spacing = radius * 1.9;
    const drawing = svg("svg", { width, role: "group" });
    /** @type {SVGElement[]} */
    const nodes = [];
    let [x, top, tallest] = [0, 0, 0];
    for (const [id, members] of clustersOf(agents)) {
        const own = Math.max(spacing * Math.sqrt(members.length) + radius * 2.6, 26);
        const text = `${id === null ? "no cluster" : short(id, 12)} · ${members.length}`;
        const across = Math.max(own * 2, text.length * 7) + 14;
        if (x > 0 && x + across > width) [x, top, tallest] = [0, top + tallest + 10, 0];
        const [cx, cy] = [x + across / 2, top + 22 + own];
        drawing.append(
            svg("circle", { class: `pool ${hueClass(hue, id)}`, cx: at(cx), cy: at(cy), r: at(own) }),
            label(text, cx, top + 14, { class: "name", "text-anchor": "middle" }));
        const place = new Map(groups.map((group, index) => [group, index]));
        const ordered = [...members].sort((a, b) =>
            (place.get(a.truth ?? "") ?? -1) - (place.get(b.truth ?? "") ?? -1) || (a.id < b.id ? -1 : 1));
        ordered.forEach((agent, index) => {
            // A sunflower fills a circle evenly; a single agent sits in the middle.
            const distance = members.length === 1 ? 0 : spacing * Math.sqrt(index + 0.5), angle = index * GOLDEN_ANGLE;
            nodes.push(drawAgent({
                agent, hue, groups, radius, worst: worst.has(agent.id), tell,
                x: cx + distance * Math.cos(angle), y: cy + distance * Math.sin(angle),
            }));
        });
        [x, tallest] = [x + across, Math.max(tallest, 22 + own * 2)];
    }
    return finished(drawing, nodes, width, top + tallest + 4);
}

/**
 * The plane of signatures; those without one stand in a row below.
 * @param {MapOptions} options
 */
export function drawPlane({ width, agents, hue, groups, worst, tell }) {
    const height = Math.min(460, Math.max(240, width * 0.62));
    const placed = agents.filter((agent) => agent.place), others = agents.filter((agent) => !agent.place);
    const radius = agents.length > 1500 ? 2.2 : agents.length > 400 ? 3.2 : 5;
    const perLine = Math.max(1, Math.floor((width - 20) / (radius * 3.4)));
    const drawing = svg("svg", { width, role: "group" },
        svg("rect", { class: "plane", x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
        svg("path", { class: "ruler", d: `M${at(width / 2)} 8V${at(height - 8)}M8 ${at(height / 2)}H${at(width - 8)}` }));
    const x = linear([-1.05, 1.05], [14, width - 14]), y = linear([-1.05, 1.05], [height - 14, 14]);
    const nodes = placed.map((agent) => drawAgent({
        agent, hue, groups, radius, worst: worst.has(agent.id), tell, x: x(agent.place?.[0] ?? 0), y: y(agent.place?.[1] ?? 0),
    }));
    others.forEach((agent, index) => nodes.push(drawAgent({
        agent, hue, groups, radius, worst: worst.has(agent.id), tell,
        x: 14 + (index % perLine) * radius * 3.4, y: height + 30 + Math.floor(index / perLine) * radius * 3.4,
    })));
    if (others.length) drawing.append(label("no signature yet", 4, height + 16, { class: "tick" }));
    return finished(drawing, nodes, width, height + (others.length ? 40 + Math.ceil(others.length / perLine) * radius * 3.4 : 0));
}

/**
 * @param {SVGElement} drawing
 * @param {SVGElement[]} nodes
 * @param {number} width
 * @param {number} height
 */
function finished(drawing, nodes, width, height) {
    const tall = Math.ceil(Math.max(height, 40));
    drawing.setAttribute("height", String(tall));
    drawing.setAttribute("viewBox", `0 0 ${width} ${tall}`);
    drawing.append(...nodes);
    roving(drawing, nodes);
    return drawing;
}
