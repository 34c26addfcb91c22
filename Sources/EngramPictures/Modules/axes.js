// SPDX-License-Identifier: Apache-2.0
// Grid lines and numbers along the two sides of a drawing.
import { at, label, svg } from "./element.js";
import { linear, ticks } from "./scale.js";

/** @typedef {{left: number, right: number, top: number, bottom: number}} Area in pixels */

/**
 * Horizontal lines with values to their left; returns the map of values to heights.
 * @param {SVGElement} drawing
 * @param {Area} area
 * @param {[number, number]} domain
 * @param {(value: number, digits: number) => string} words
 */
export function valueAxis(drawing, area, domain, words) {
    const y = linear(domain, [area.bottom, area.top]);
    const { values, digits } = ticks(domain, Math.max(2, Math.floor((area.bottom - area.top) / 28)));
    for (const value of values) {
        drawing.append(
            svg("line", { class: "ruler", x1: area.left, x2: area.right, y1: at(y(value)), y2: at(y(value)) }),
            label(words(value, digits), area.left - 6, y(value) + 4, { class: "tick", "text-anchor": "end" }));
    }
    return y;
}

/**
 * Rounds under the drawing; returns the map of rounds to places.
 * @param {SVGElement} drawing
 * @param {Area} area
 * @param {[number, number]} domain
 */
export function roundAxis(drawing, area, domain) {
    const x = linear(domain, [area.left, area.right]);
    drawing.append(svg("line", { class: "axis", x1: area.left, x2: area.right, y1: area.bottom, y2: area.bottom }));
    const { values } = ticks(domain, Math.max(2, Math.floor((area.right - area.left) / 60)), true);
    for (const value of values) {
        drawing.append(label(value, x(value), area.bottom + 16, { class: "tick", "text-anchor": "middle" }));
    }
    return x;
}
