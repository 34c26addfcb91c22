// SPDX-License-Identifier: Apache-2.0
// Quantities as people read them, in the same words as on the command line.

/**
 * @param {unknown} value
 * @returns {value is number}
 */
export function known(value) {
    return typeof value === "number" && Number.isFinite(value);
}

/**
 * A metric, or a dash.
 * @param {unknown} value
 */
export function figure(value, digits = 3) {
    if (!known(value)) return "–";
    return Math.abs(value) < 1e5 ? value.toFixed(digits) : value.toPrecision(3);
}

/**
 * A difference, with its sign.
 * @param {unknown} value
 */
export function signed(value, digits = 3) {
    if (!known(value)) return "–";
    const text = figure(Math.abs(value), digits);
    return (Number(text) === 0 ? "±" : value < 0 ? "−" : "+") + text;
}

/** @param {unknown} count */
export function bytes(count) {
    if (!known(count)) return "–";
    for (const [unit, size] of /** @type {[string, number][]} */ ([["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3]])) {
        if (Math.abs(count) >= size) return `${Number((count / size).toPrecision(3))} ${unit}`;
    }
    return `${Math.round(count)} B`;
}

/** @param {unknown} value in seconds */
export function seconds(value) {
    if (!known(value)) return "–";
    if (value === 0) return "0 s";
    if (value < 0.0995) return `${(value * 1000).toPrecision(2)} ms`;
    if (value < 120) return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
    const whole = Math.round(value);
    if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** @param {unknown} share from 0 to 1 */
export function percent(share) {
    return known(share) ? `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %` : "–";
}

/**
 * "1 agent", "3 agents".
 * @param {number} number
 * @param {string} noun
 */
export function counted(number, noun) {
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * "a, b and c"; the rest is counted.
 * @param {string[]} names
 */
export function listed(names, most = 6) {
    if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
    return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}` : names[0] ?? "nobody";
}

/**
 * Cut to a length, with an ellipsis.
 * @param {unknown} text
 */
export function short(text, most = 14) {
    const characters = [...String(text)];
    return characters.length > most ? characters.slice(0, most - 1).join("") + "…" : characters.join("");
}

/**
 * A number from a lineage's figures: whole, short, or as a power of ten.
 * @param {unknown} value
 */
export function number(value) {
    if (!known(value)) return "–";
    if (Math.abs(value) >= 1e299) return value < 0 ? "−∞" : "∞";
    if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
    return Math.abs(value) >= 0.001 && Math.abs(value) < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}
