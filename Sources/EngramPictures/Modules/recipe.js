// SPDX-License-Identifier: Apache-2.0
// A recipe as YAML, as `engram recipe show` prints it but for the comments.
import { html } from "./element.js";

/** @param {unknown} value */
function scalar(value) {
    if (typeof value !== "string") return JSON.stringify(value) ?? "null";
    const isPlain = /^[A-Za-z_]([\w .()/=-]*[\w.()/=-])?$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
    return isPlain ? value : JSON.stringify(value);
}

/**
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string[]}
 */
function lines(value, indent = "", depth = 0) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return [`${indent}${flow(value)}`];
    return Object.keys(value).sort(byCustom).flatMap((key) => {
        const inner = /** @type {Record<string, unknown>} */ (value)[key];
        const isMap = inner !== null && typeof inner === "object" && !Array.isArray(inner) && Object.keys(inner).length > 0;
        if (!isMap || depth >= 20) return [`${indent}${scalar(key)}: ${flow(inner)}`];
        return [`${indent}${scalar(key)}:`, ...lines(inner, `${indent}  `, depth + 1)];
    });
}

/** @param {unknown} value */
function flow(value) {
    const item = (/** @type {unknown} */ one) => (typeof one === "object" ? JSON.stringify(one) : scalar(one));
    return Array.isArray(value) ? `[${value.map(item).join(", ")}]` : item(value);
}

const FIRST = ["name", "kind", "seed", "rounds", "model", "optimiser", "sharing", "training", "grouping", "aggregation", "server",
    "cohort", "privacy"];

/**
 * Keys in the order in which recipes are written; unknown ones after them by name.
 * @param {string} a
 * @param {string} b
 */
function byCustom(a, b) {
    const place = (/** @type {string} */ key) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
    return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** @param {unknown} recipe */
export function recipeText(recipe) {
    return lines(recipe).join("\n");
}

/**
 * The recipe in full, folded away.
 * @param {string} title
 * @param {unknown} recipe
 */
export function recipeDetails(title, recipe) {
    return html("details", { class: "recipe" }, html("summary", {}, title),
        html("pre", { tabindex: 0, role: "region", "aria-label": title }, recipeText(recipe)));
}
