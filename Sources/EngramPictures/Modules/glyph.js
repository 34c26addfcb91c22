// SPDX-License-Identifier: Apache-2.0
// Shapes that are told apart without colour: the group that an agent's shard declares.
import { svg } from "./element.js";

/**
 * Corners of a polygon on the unit circle, the first one on top.
 * @param {number} count
 * @param {number} [turn] in turns
 */
function corners(count, turn = 0) {
    return Array.from({ length: count }, (_, index) => {
        const angle = 2 * Math.PI * (index / count + turn) - Math.PI / 2;
        return [Math.cos(angle), Math.sin(angle)];
    });
}

/**
 * Outlines of about equal area, as corners; null is a circle.
 * @type {(number[][] | null)[]}
 */
const OUTLINES = [
    null,
    corners(4, 1 / 8).map(([x, y]) => [x * 1.2, y * 1.2]),
    corners(3).map(([x, y]) => [x * 1.35, y * 1.35 + 0.2]),
    corners(4).map(([x, y]) => [x * 1.25, y * 1.25]),
    corners(3, 1 / 2).map(([x, y]) => [x * 1.35, y * 1.35 - 0.2]),
    corners(10).map(([x, y], index) => (index % 2 ? [x * 0.55, y * 0.55] : [x * 1.4, y * 1.4])),
    corners(6, 1 / 12).map(([x, y]) => [x * 1.1, y * 1.1]),
    [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4],
        [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
];

/**
 * A shape by number; after the last one they come again, hollow.
 * @param {number} kind
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function glyph(kind, x, y, radius) {
    const outline = OUTLINES[kind % OUTLINES.length];
    const look = `glyph${Math.floor(kind / OUTLINES.length) % 2 ? " hollow" : ""}`;
    if (!outline) return svg("circle", { class: look, cx: x.toFixed(1), cy: y.toFixed(1), r: radius.toFixed(1) });
    const points = outline.map(([dx, dy]) => `${(x + dx * radius).toFixed(1)},${(y + dy * radius).toFixed(1)}`);
    return svg("polygon", { class: look, points: points.join(" ") });
}

/**
 * Groups in the order of their shapes: short names first.
 * @param {{truth?: string | null}[]} agents
 * @returns {string[]}
 */
export function declaredGroups(agents) {
    const groups = new Set(agents.map((agent) => agent.truth).filter((truth) => typeof truth === "string"));
    return /** @type {string[]} */ ([...groups]).sort((a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0));
}
