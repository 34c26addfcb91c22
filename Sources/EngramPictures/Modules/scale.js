// SPDX-License-Identifier: Apache-2.0
// From values to pixels, and the round numbers that an axis shows.
import { known } from "./format.js";

/** @typedef {[number, number]} Range */

/**
 * A linear map. A domain without width maps to the middle.
 * @param {Range} domain
 * @param {Range} range
 * @returns {(value: number) => number}
 */
export function linear(domain, range) {
    const width = domain[1] - domain[0];
    if (!(width > 0)) return () => (range[0] + range[1]) / 2;
    return (value) => range[0] + ((value - domain[0]) / width) * (range[1] - range[0]);
}

/**
 * Least and greatest of the finite values, or null without any.
 * @param {Iterable<unknown>} values
 * @returns {Range | null}
 */
export function extent(values) {
    let low = Infinity, high = -Infinity;
    for (const value of values) {
        if (!known(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
    }
    return low <= high ? [low, high] : null;
}

/**
 * A step of 1, 2 or 5 times a power of ten that cuts a width into at most so many.
 * @param {number} width
 * @param {number} most
 */
function niceStep(width, most) {
    const rough = width / Math.max(1, most);
    const power = 10 ** Math.floor(Math.log10(rough));
    return power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
}

/**
 * A domain with round ends that holds all values, or [0, 1] without any.
 * @param {Iterable<unknown>} values
 * @param {{fromZero?: boolean, most?: number}} options
 * @returns {Range}
 */
export function domainOf(values, { fromZero = false, most = 5 } = {}) {
    const found = extent(values);
    if (!found) return [0, 1];
    let [low, high] = found;
    if (fromZero) [low, high] = [Math.min(0, low), Math.max(0, high)];
    if (low === high) {
        const room = Math.abs(low) * 0.1 || 1;
        [low, high] = fromZero ? [Math.min(0, low), Math.max(0, high) || 1] : [low - room, high + room];
    }
    const step = niceStep(high - low, most);
    const ends = /** @type {Range} */ ([Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step]);
    return ends.every(Number.isFinite) ? ends : [0, 1];
}

/**
 * Round numbers inside a domain with the digits that they need.
 * @param {Range} domain
 * @param {number} most
 * @returns {{values: number[], digits: number}}
 */
export function ticks(domain, most, whole = false) {
    const width = domain[1] - domain[0];
    if (!(width > 0) || !Number.isFinite(width)) return { values: [domain[0]], digits: 0 };
    const step = Math.max(niceStep(width, most), whole ? 1 : 0);
    const first = Math.ceil(domain[0] / step - 1e-9);
    const count = Math.min(50, Math.floor(domain[1] / step + 1e-9) - first + 1);
    return {
        values: Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step),
        digits: Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))),
    };
}

/**
 * The value below which a share of sorted values lies, between neighbours if need be.
 * @param {number[]} sorted
 * @param {number} share
 */
export function quantile(sorted, share) {
    const place = (sorted.length - 1) * share;
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, sorted.length - 1)];
    return sorted[below] + (place - below) * (next - sorted[below]);
}
