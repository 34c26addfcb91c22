// SPDX-License-Identifier: Apache-2.0
// A chart in its frame: heading, what it shows, the drawing at the width that there is, and the same figures as a table.
import { html } from "./element.js";

/**
 * @typedef {object} Content
 * @property {string} label the drawing in a sentence, for those who do not see it
 * @property {((width: number) => SVGElement) | null} draw nothing, where the note says why
 * @property {() => HTMLElement} table
 * @property {Node | null} [legend]
 * @property {string} [note]
 */

export class Figure {
    /** @type {Content | null} */
    #content = null;
    #width = 0;

    /**
     * @param {{title: string, kind: string, kicker?: string, hint?: string}} options `kicker`: whose chart it is, where there are
     *     several; `hint`: what to do to be told more
     */
    constructor({ title, kind, kicker, hint }) {
        this.note = html("p", { class: "note" });
        this.legend = html("div", { class: "legend" });
        this.plot = html("div", { class: "plot" });
        // Hidden from those who hear the name of what they focus: it says the same.
        this.readout = html("p", { class: "readout", "aria-hidden": "true" }, hint && html("span", { class: "faint" }, hint));
        this.details = html("details", { class: "data" }, html("summary", {}, "As a table"));
        this.node = html("figure", { class: `chart ${kind}`, "data-chart": kind },
            html("figcaption", {}, kicker && html("p", { class: "kicker" }, kicker), html("h3", {}, title), this.note),
            this.legend, this.plot, this.readout, this.details);
        // Tables are made when somebody wants them: they can be long.
        this.details.addEventListener("toggle", () => this.#fillTable());
        new ResizeObserver(() => this.#resized()).observe(this.plot);
    }

    /**
     * Shows new content; what is focused stays so, if it is still there.
     * @param {Content} content
     */
    show(content) {
        this.#content = content;
        if (content.note !== undefined) this.note.textContent = content.note;
        this.legend.replaceChildren(...(content.legend ? [content.legend] : []));
        this.node.classList.toggle("empty", !content.draw);
        this.#draw();
        this.#fillTable();
    }

    #resized() {
        const width = Math.floor(this.plot.clientWidth);
        if (width > 0 && width !== this.#width) this.#draw();
    }

    #draw() {
        this.#width = Math.floor(this.plot.clientWidth);
        if (!this.#content?.draw || this.#width < 50) return this.plot.replaceChildren();
        const active = document.activeElement;
        const key = active instanceof SVGElement && this.plot.contains(active) ? active.dataset.key : undefined;
        const drawing = this.#content.draw(this.#width);
        if (!drawing.hasAttribute("role")) drawing.setAttribute("role", "img");
        drawing.setAttribute("aria-label", this.#content.label);
        this.plot.replaceChildren(drawing);
        if (key !== undefined) {
            const again = [...drawing.querySelectorAll("[data-key]")].find((node) => node.getAttribute("data-key") === key);
            if (again instanceof SVGElement) again.focus();
        }
    }

    #fillTable() {
        if (!this.#content || !(/** @type {HTMLDetailsElement} */ (this.details).open)) return;
        this.details.replaceChildren(/** @type {Node} */ (this.details.firstChild), this.#content.table());
    }
}

/**
 * A legend of signs and words.
 * @param {{sign: Node, text: string}[]} entries
 */
export function legend(entries) {
    return html("ul", { class: "legend-list" }, entries.map(({ sign, text }) => html("li", {}, sign, text)));
}
