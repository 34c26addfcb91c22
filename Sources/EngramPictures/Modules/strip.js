// SPDX-License-Identifier: Apache-2.0
// Changes of the clusters as signs by round, one line for each kind. A sign is reached by pointer and by keyboard and says why.
import { at, label, svg } from "./element.js";
import { KINDS, sentence } from "./lineage.js";
import { grouped } from "./model.js";
import { roving } from "./roving.js";
/** @typedef {import("./model.js").Event} Event */

const LINE = 22;

/**
 * The lines that a lineage needs.
 * @param {Event[]} lineage
 */
export function stripKinds(lineage) {
    return KINDS.filter((kind) => lineage.some((event) => event.event === kind.event));
}

/** @param {Event[]} lineage */
export function stripHeight(lineage) {
    return stripKinds(lineage).length * LINE;
}

/**
 * @param {{lineage: Event[], x: (round: number) => number, left: number, right: number, top: number,
 *     tell: (events: Event[] | null) => void}} options `tell`: what is looked at
 */
export function drawStrip({ lineage, x, left, right, top, tell }) {
    const group = svg("g", { class: "strip" });
    /** @type {{node: SVGElement, round: number, line: number}[]} */
    const signs = [];
    stripKinds(lineage).forEach((kind, line) => {
        const y = top + line * LINE + LINE / 2;
        group.append(
            svg("line", { class: "ruler", x1: left, x2: right, y1: at(y), y2: at(y) }),
            label(kind.word, left - 8, y + 4, { class: "tick", "text-anchor": "end" }));
        const own = lineage.filter((event) => event.event === kind.event);
        for (const [round, events] of grouped(own, (event) => event.round)) {
            const node = svg("g", {
                class: `sign ${kind.event}`, role: "img", tabindex: -1, "data-key": `${kind.event}-${round}`,
                "aria-label": events.map(sentence).join(" "),
            },
            svg("rect", { class: "touch", x: at(x(round) - 11), y: at(y - 11), width: 22, height: 22 }),
            label(kind.sign, x(round), y + 5, { "text-anchor": "middle" }),
            events.length > 1 && label(events.length, x(round) + 5, y - 3, { class: "count" }));
            node.addEventListener("focus", () => tell(events));
            node.addEventListener("pointerenter", () => tell(events));
            node.addEventListener("click", () => node.focus());
            signs.push({ node, round, line });
        }
    });
    signs.sort((a, b) => a.round - b.round || a.line - b.line);
    roving(group, signs.map((sign) => sign.node));
    group.append(...signs.map((sign) => sign.node));
    return group;
}
