// SPDX-License-Identifier: Apache-2.0
// The round that is being looked at. All drawings over rounds share it; a slider moves it, or a pointer over any of them.
import { html, svg } from "./element.js";

export class RoundCursor extends EventTarget {
    /** @type {number | null} */
    round = null;
    last = 1;

    /** @param {number | null} round */
    set(round) {
        const within = round === null ? null : Math.max(1, Math.min(this.last, Math.round(round)));
        if (within === this.round) return;
        this.round = within;
        this.dispatchEvent(new Event("change"));
    }

    /**
     * Live runs grow: a cursor at the end stays there.
     * @param {number} last
     */
    extend(last) {
        const atEnd = this.round === null || this.round >= this.last;
        this.last = Math.max(1, last);
        if (atEnd) this.round = this.last;
        this.dispatchEvent(new Event("change"));
    }
}

/**
 * Draws the cursor into a drawing and lets a pointer move it.
 * @param {RoundCursor} cursor
 * @param {SVGElement} drawing
 * @param {{x: (round: number) => number, left: number, right: number, top: number, bottom: number,
 *     domain: [number, number]}} area
 */
export function attachCursor(cursor, drawing, { x, left, right, top, bottom, domain }) {
    const line = svg("line", { class: "cursor", y1: top, y2: bottom, "aria-hidden": "true" });
    const place = () => {
        // A drawing that was replaced has no place any more.
        if (drawn && !drawing.isConnected) return cursor.removeEventListener("change", place);
        const shown = cursor.round !== null && cursor.round <= domain[1];
        line.classList.toggle("off", !shown);
        if (!shown || cursor.round === null) return;
        line.setAttribute("x1", x(cursor.round).toFixed(1));
        line.setAttribute("x2", x(cursor.round).toFixed(1));
    };
    let drawn = false;
    place();
    drawn = true;
    cursor.addEventListener("change", place);
    drawing.append(line);
    drawing.addEventListener("pointermove", (event) => {
        const across = event.clientX - drawing.getBoundingClientRect().left;
        if (across < left || across > right) return;
        cursor.set(domain[0] + ((across - left) / (right - left)) * (domain[1] - domain[0]));
    });
}

/**
 * The slider with what the round came to.
 * @param {RoundCursor} cursor
 * @param {(round: number) => Node[]} words
 */
export function scrubber(cursor, words) {
    const slider = /** @type {HTMLInputElement} */ (
        html("input", { type: "range", min: 1, max: 1, step: 1, "aria-label": "Round" }));
    const output = html("output", { class: "scrubber-words" });
    slider.addEventListener("input", () => cursor.set(Number(slider.value)));
    const refresh = () => {
        slider.max = String(cursor.last);
        const round = cursor.round ?? cursor.last;
        slider.value = String(round);
        output.replaceChildren(...words(round));
        slider.setAttribute("aria-valuetext", output.textContent ?? "");
    };
    cursor.addEventListener("change", refresh);
    refresh();
    return html("div", { class: "scrubber" }, slider, output);
}
