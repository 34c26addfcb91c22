// SPDX-License-Identifier: Apache-2.0
// A column for each round: how long it took, what it moved. A second figure hangs below the line.
import { at, label, svg } from "./element.js";
import { attachCursor } from "./cursor.js";
import { valueAxis } from "./axes.js";
import { known } from "./format.js";
import { linear, ticks } from "./scale.js";
/** @typedef {import("./cursor.js").RoundCursor} RoundCursor */

/** @typedef {{round: number, up: number, down?: number, mark?: string}} Column `mark`: what was amiss in the round */

/**
 * @param {{width: number, height?: number, columns: Column[], rounds: [number, number], most: [number, number],
 *     cursor: RoundCursor, words: (value: number) => string}} options `most`: the greatest value above and below the line
 */
export function drawColumns({ width, height = 200, columns, rounds, most, cursor, words }) {
    const area = { left: 58, right: width - 10, top: 14, bottom: height - 26 };
    const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    const y = valueAxis(drawing, area, [-most[1], most[0]], (value) => words(Math.abs(value)));
    const x = linear([rounds[0], rounds[1]], [area.left, area.right]);
    for (const value of ticks(rounds, Math.max(2, Math.floor((area.right - area.left) / 60)), true).values) {
        drawing.append(label(value, x(value), area.bottom + 16, { class: "tick", "text-anchor": "middle" }));
    }
    const step = Math.max(0.5, x(rounds[0] + 1) - x(rounds[0]));
    const half = Math.max(0.25, Math.min(6, step * 0.4));
    const bars = (/** @type {(column: Column) => unknown} */ value, /** @type {number} */ sign) => columns.map((column) => {
        const size = value(column);
        if (!known(size) || size <= 0) return "";
        return `M${at(x(column.round) - half)} ${at(y(0))}V${at(y(sign * size))}h${at(half * 2)}V${at(y(0))}z`;
    }).join("");
    drawing.append(svg("path", { class: "column up", d: bars((column) => column.up, 1) }));
    if (most[1] > 0) drawing.append(svg("path", { class: "column down", d: bars((column) => column.down, -1) }));
    for (const column of columns.filter((one) => one.mark)) {
        const d = `M${at(x(column.round))} ${area.top}l-4 -7h8z`;
        drawing.append(svg("path", { class: "amiss", d }, svg("title", {}, column.mark)));
    }
    drawing.append(svg("line", { class: "axis", x1: area.left, x2: area.right, y1: at(y(0)), y2: at(y(0)) }));
    attachCursor(cursor, drawing, { x, ...area, domain: rounds });
    return drawing;
}
