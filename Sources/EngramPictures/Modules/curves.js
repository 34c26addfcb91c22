// SPDX-License-Identifier: Apache-2.0
// Lines over rounds, named where they end.
import { at, label, svg } from "./element.js";
import { attachCursor } from "./cursor.js";
import { roundAxis, valueAxis } from "./axes.js";
import { figure, known, short } from "./format.js";
/** @typedef {import("./cursor.js").RoundCursor} RoundCursor */

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} look class that gives colour and dashes
 * @property {[number, number][]} points round and value
 * @property {boolean} [over] ended before the run did: not named in the drawing
 */

const SPACING = 14;

/**
 * Heights for names at the ends of lines, moved apart.
 * @param {number[]} wanted
 * @param {number} top
 * @param {number} bottom
 */
function apart(wanted, top, bottom) {
    const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
    const heights = [...wanted];
    let floor = top;
    for (const index of order) {
        heights[index] = Math.max(wanted[index], floor);
        floor = heights[index] + SPACING;
    }
    let ceiling = bottom;
    for (const index of order.reverse()) {
        heights[index] = Math.min(heights[index], ceiling);
        ceiling = heights[index] - SPACING;
    }
    return heights;
}

/**
 * @param {Series} series
 * @param {(round: number) => number} x
 * @param {(value: number) => number} y
 */
function path(series, x, y) {
    let last = NaN;
    return series.points.map(([round, value]) => {
        // A hole in the figures is a hole in the line.
        const verb = round - last > 1 || Number.isNaN(last) ? "M" : "L";
        last = round;
        return `${verb}${at(x(round))} ${at(y(value))}`;
    }).join("");
}

/**
 * @param {{width: number, height?: number, series: Series[], rounds: [number, number], values: [number, number],
 *     cursor: RoundCursor, words?: (value: number) => string}} options
 */
export function drawCurves({ width, height = 260, series, rounds, values, cursor, words = figure }) {
    const shown = series.filter((one) => one.points.length > 0);
    const named = shown.filter((one) => !one.over).slice(0, Math.floor((height - 40) / SPACING));
    const longest = Math.max(0, ...named.map((one) => short(one.name, 12).length));
    const area = { left: 42, right: width - (longest ? longest * 6.6 + 14 : 10), top: 12, bottom: height - 26 };
    const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    const y = valueAxis(drawing, area, values, (value, digits) =>
        (digits > 0 || Math.abs(value) < 1e5 ? value.toFixed(digits) : words(value)));
    const x = roundAxis(drawing, area, rounds);
    for (const one of shown) {
        drawing.append(svg("path", { class: `line ${one.look}`, d: path(one, x, y) }, svg("title", {}, one.name)));
        if (one.points.length === 1) {
            const [[round, value]] = one.points;
            drawing.append(svg("circle", { class: `dot ${one.look}`, cx: at(x(round)), cy: at(y(value)), r: 3 }));
        }
    }
    const ends = named.map((one) => one.points[one.points.length - 1]);
    const heights = apart(ends.map(([, value]) => y(value)), area.top, area.bottom);
    named.forEach((one, index) => {
        const [end, height] = [x(ends[index][0]), y(ends[index][1])];
        if (area.right - end > 4 || Math.abs(heights[index] - height) > 2) {
            const d = `M${at(end)} ${at(height)}H${at(area.right)}L${at(area.right + 5)} ${at(heights[index])}`;
            drawing.append(svg("path", { class: "leader", d }));
        }
        drawing.append(label(short(one.name, 12), area.right + 7, heights[index] + 4, { class: `name ${one.look}` }));
    });
    attachCursor(cursor, drawing, { x, ...area, domain: rounds });
    return drawing;
}

/**
 * The points that have a value.
 * @param {{round: number}[]} all
 * @param {(item: any) => unknown} value
 * @returns {[number, number][]}
 */
export function pointsOf(all, value) {
    return all.flatMap((item) => {
        const found = value(item);
        return known(found) ? [/** @type {[number, number]} */ ([item.round, found])] : [];
    });
}
