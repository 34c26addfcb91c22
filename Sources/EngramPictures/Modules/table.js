// SPDX-License-Identifier: Apache-2.0
// Tables with a head, a name to each row, and figures to the right. They scroll by themselves, the page does not.
import { html } from "./element.js";

/** @typedef {Node | string | number} Cell */

/**
 * @param {{caption: string, head: string[], rows: Cell[][], text?: number[], hideCaption?: boolean}} options `text`: columns of
 *     words, besides the first
 * @returns {HTMLElement}
 */
export function table({ caption, head, rows, text = [], hideCaption = true }) {
    const look = (/** @type {number} */ column) => (column === 0 || text.includes(column) ? "words" : "figures");
    return html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
        html("table", {},
            html("caption", { class: hideCaption ? "hidden" : null }, caption),
            html("thead", {}, html("tr", {}, head.map((name, column) =>
                html("th", { scope: "col", class: look(column) }, name)))),
            html("tbody", {}, rows.map((cells) => html("tr", {}, cells.map((cell, column) =>
                html(column === 0 ? "th" : "td", { scope: column === 0 ? "row" : null, class: look(column) }, cell)))))));
}

/**
 * Names with what they stand for.
 * @param {[string, Cell][]} entries
 */
export function facts(entries) {
    return html("dl", { class: "facts" },
        entries.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))));
}
