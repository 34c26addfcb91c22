// SPDX-License-Identifier: Apache-2.0
// An agent as a sign: colour for its cluster, shape for the group that its shard declares, marks for what is amiss.
import { at, svg } from "./element.js";
import { counted, figure, listed } from "./format.js";
import { glyph } from "./glyph.js";
import { hueClass } from "./lineage.js";
import { ROWS } from "./model.js";
/** @typedef {import("./model.js").Agent} Agent */

/**
 * One agent in a sentence.
 * @param {Agent} agent
 */
export function agentWords(agent) {
    const figures = ROWS.filter((row) => Number.isFinite(agent.metric?.[row]))
        .map((row) => `${row} ${figure(agent.metric[row])}`);
    return [
        `${agent.id}: ${agent.cluster === null ? "in no cluster" : `cluster ${agent.cluster}`}`,
        agent.truth === null || agent.truth === undefined ? "" : `declares ${agent.truth}`,
        figures.join(", "), agent.chosen ? `uses ${agent.chosen}` : "",
        agent.train === undefined ? "" : `${counted(agent.train, "training row")}`,
        agent.marks?.length ? listed(agent.marks) : "",
    ].filter(Boolean).join(" · ");
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} side
 */
function cross(x, y, side) {
    const d = `M${at(x - side / 2)} ${at(y - side / 2)}l${side} ${side}m0 ${-side}l${-side} ${side}`;
    return svg("path", { class: "mark", d });
}

/**
 * @param {{agent: Agent, hue: Map<string, number>, groups: string[], x: number, y: number, radius: number, worst: boolean,
 *     tell: (agent: Agent | null) => void}} options
 */
export function drawAgent({ agent, hue, groups, x, y, radius, worst, tell }) {
    const group = typeof agent.truth === "string" ? groups.indexOf(agent.truth) : -1;
    const node = svg("g", {
        class: `agent ${hueClass(hue, agent.cluster)}${agent.marks?.length ? " marked" : ""}`, role: "img", tabindex: -1,
        "data-key": agent.id, "data-agent": agent.id, "aria-label": agentWords(agent),
    },
    svg("circle", { class: "touch", cx: x.toFixed(1), cy: y.toFixed(1), r: Math.max(6, radius * 1.6).toFixed(1) }),
    glyph(Math.max(0, group), x, y, radius),
    worst && svg("circle", { class: "worst", cx: x.toFixed(1), cy: y.toFixed(1), r: (radius * 1.75).toFixed(1) }),
    agent.marks?.length ? cross(x, y, at(2 * radius)) : null);
    node.addEventListener("focus", () => tell(agent));
    node.addEventListener("pointerenter", () => tell(agent));
    return node;
}
