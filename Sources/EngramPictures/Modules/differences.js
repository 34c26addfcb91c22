// SPDX-License-Identifier: Apache-2.0
// Each report less the first one: agent by agent, so that what makes one agent's task easier than another's cancels out.
import { html } from "./element.js";
import { counted, percent, signed } from "./format.js";
import { ROWS } from "./model.js";
import { table } from "./table.js";
/** @typedef {import("./model.js").Row} Row */
/** @typedef {import("./summary.js").Named} Named */

/**
 * Means of paired differences over the agents that both runs have figures of.
 * @param {any} report
 * @param {any} base
 * @param {Row} row
 */
export function paired(report, base, row) {
    const own = new Map(base.agents.map((/** @type {any} */ agent) => [agent.id, agent.metric[row]]));
    const gaps = report.agents.map((/** @type {any} */ agent) => agent.metric[row] - own.get(agent.id)).filter(Number.isFinite);
    const count = gaps.length;
    const mean = gaps.reduce((/** @type {number} */ sum, /** @type {number} */ gap) => sum + gap, 0) / count;
    const spread = gaps.reduce((/** @type {number} */ sum, /** @type {number} */ gap) => sum + (gap - mean) ** 2, 0);
    return {
        count, mean: count ? mean : null, error: count > 1 ? Math.sqrt(spread / (count - 1) / count) : null,
        better: count ? gaps.filter((/** @type {number} */ gap) => gap > 0).length / count : null,
        worse: count ? gaps.filter((/** @type {number} */ gap) => gap < 0).length / count : null,
    };
}

/** @param {Named[]} all */
export function differenceTables(all) {
    const [base, ...others] = all;
    return html("div", { class: "tables" }, others.map((other) => {
        const same = paired(other.report, base.report, "deployed").count;
        return table({
            caption: `${other.name} less ${base.name}, over ${counted(same, "agent")} that both have`, hideCaption: false,
            head: ["answer", "difference", "± agents", "better", "worse", "worst tenth"],
            rows: ROWS.map((row) => {
                const gap = paired(other.report, base.report, row);
                const worst = (/** @type {any} */ report) => report.summary.worst_tenth?.[row] ?? NaN;
                return [row, signed(gap.mean), gap.error === null ? "–" : gap.error.toFixed(3), percent(gap.better),
                    percent(gap.worse), signed(worst(other.report) - worst(base.report))];
            }),
        });
    }));
}
