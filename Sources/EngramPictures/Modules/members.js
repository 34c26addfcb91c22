// SPDX-License-Identifier: Apache-2.0
// The agents at the end, or now: who is in which cluster, and how they fare with each answer.
import { html, svg } from "./element.js";
import { agentWords } from "./agents.js";
import { Figure, legend } from "./figure.js";
import { counted, figure } from "./format.js";
import { declaredGroups, glyph } from "./glyph.js";
import { hues } from "./lineage.js";
import { clustersOf, drawGroups, drawPlane } from "./map.js";
import { ROWS, worstTenth } from "./model.js";
import { drawSpread } from "./spread.js";
import { table } from "./table.js";
/** @typedef {import("./model.js").Agent} Agent */
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Figures} Figures */
/** @typedef {import("./scales.js").Scales} Scales */

const HINT = "Point at an agent, or go through them with the arrow keys.";

const pin = (/** @type {string} */ sign) => html("span", { class: "key-pin", "aria-hidden": "true" }, sign);

/**
 * @param {(id: string | null) => void} choose told which agent is looked at
 * @param {string} [kicker]
 */
export function agentMap(choose, kicker) {
    const frame = new Figure({ kicker, title: "Who learns with whom", kind: "map", hint: HINT });
    const tell = (/** @type {Agent | null} */ agent) => {
        if (agent) frame.readout.textContent = agentWords(agent);
        choose(agent?.id ?? null);
    };
    return {
        node: frame.node,
        show(/** @type {Course} */ course) {
            const { agents } = course;
            const hue = hues(course), groups = declaredGroups(agents);
            const worst = worstTenth(agents.filter((agent) => !agent.marks?.includes("attacker")), "deployed");
            const inPlane = agents.some((agent) => agent.place);
            const draw = inPlane ? drawPlane : drawGroups;
            frame.show({
                note: inPlane ? "Agents whose updates point the same way lie together. Colour: cluster."
                    : "A circle is a cluster, a sign an agent.",
                label: `${counted(agents.length, "agent")}: `
                    + clustersOf(agents).map(([id, members]) => `${id ?? "no cluster"} ${members.length}`).join(", "),
                draw: (width) => draw({ width, agents, hue, groups, worst, tell }),
                table: () => agentTable(agents),
                legend: mapLegend(groups, agents, worst),
            });
        },
    };
}

/**
 * Shapes of declared groups, the ring and the cross.
 * @param {string[]} groups
 * @param {Agent[]} agents
 * @param {Set<string>} worst
 */
function mapLegend(groups, agents, worst) {
    const sign = (/** @type {Node[]} */ ...parts) => svg("svg", { width: 18, height: 18, "aria-hidden": "true" }, parts);
    const shown = groups.slice(0, 16).map((group, index) => ({ sign: sign(glyph(index, 9, 9, 5)), text: group }));
    if (groups.length > 16) shown.push({ sign: sign(), text: `and ${groups.length - 16} groups more` });
    const ring = svg("circle", { class: "worst", cx: 9, cy: 9, r: 6.5 });
    if (worst.size) shown.push({ sign: sign(ring), text: "worst tenth of what is deployed" });
    const marks = [...new Set(agents.flatMap((agent) => agent.marks ?? []))].sort();
    const cross = svg("path", { class: "mark", d: "M4 4l10 10m0-10l-10 10" });
    if (marks.length) shown.push({ sign: sign(cross), text: marks.join(", ") });
    return shown.length ? legend(shown) : null;
}

/** @param {string} [kicker] */
export function agentSpread(kicker) {
    const frame = new Figure({ kicker, title: "How they fare", kind: "spread" });
    return {
        node: frame.node,
        /**
         * Marks one agent in every row.
         * @param {string | null} id
         */
        choose(id) {
            for (const point of frame.plot.querySelectorAll(".point")) {
                point.classList.toggle("chosen", id !== null && point.getAttribute("data-agent") === id);
            }
        },
        /**
         * @param {Course} course
         * @param {Scales} scales
         * @param {{mean: Figures, worst_tenth: Figures}} summary
         */
        show(course, scales, summary) {
            const hue = hues(course);
            frame.show({
                note: `${course.metricName} of each agent on its own test rows; box: the middle half; ringed: the worst tenth`,
                label: `${course.metricName} over ${counted(course.agents.length, "agent")}, mean and worst tenth: `
                    + ROWS.map((row) => `${row} ${figure(summary.mean[row])} and ${figure(summary.worst_tenth[row])}`).join(", "),
                draw: (width) => drawSpread({
                    width, agents: course.agents, rows: ROWS, hue, values: scales.agents, mean: summary.mean,
                    worst: summary.worst_tenth,
                }),
                table: () => agentTable(course.agents),
                legend: legend([
                    { sign: pin("▲"), text: "mean" }, { sign: pin("△"), text: "mean of the worst tenth" },
                ]),
            });
        },
    };
}

/**
 * Mean and worst tenth of each row, for runs that are not summed up yet.
 * @param {Agent[]} agents
 * @returns {{mean: Figures, worst_tenth: Figures}}
 */
export function summed(agents) {
    const mean = (/** @type {number[]} */ values) =>
        (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
    /** @type {{mean: Figures, worst_tenth: Figures}} */
    const result = { mean: {}, worst_tenth: {} };
    for (const row of ROWS) {
        const values = agents.map((agent) => Number(agent.metric?.[row] ?? NaN)).filter(Number.isFinite).sort((a, b) => a - b);
        result.mean[row] = mean(values);
        result.worst_tenth[row] = mean(values.slice(0, Math.ceil(values.length / 10)));
    }
    return result;
}

/**
 * Every agent.
 * @param {Agent[]} agents
 */
export function agentTable(agents) {
    return table({
        caption: "agents", text: [1, 2, 3, 12],
        head: ["agent", "cluster", "declares", "uses", ...ROWS, "training rows", "test rows", "marks"],
        rows: agents.map((agent) => [agent.id, agent.cluster ?? "–", agent.truth ?? "–", agent.chosen ?? "–",
            ...ROWS.map((row) => figure(agent.metric?.[row])), agent.train ?? "–", agent.test ?? "–",
            (agent.marks ?? []).join(", ")]),
    });
}
