// SPDX-License-Identifier: Apache-2.0
// All drawings of one run, put together once and shown again whenever there is something new.
import { bytesChart, secondsChart } from "./cost.js";
import { clusterCurves, lossCurve, rowCurves } from "./learning.js";
import { clusterHistory } from "./history.js";
import { agentMap, agentSpread, summed } from "./members.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Figures} Figures */
/** @typedef {import("./cursor.js").RoundCursor} RoundCursor */
/** @typedef {import("./scales.js").Scales} Scales */

export class Overview {
    /**
     * @param {RoundCursor} cursor
     * @param {string} [kicker] whose drawings these are, where there are several runs
     */
    constructor(cursor, kicker) {
        this.rows = rowCurves(cursor, kicker);
        this.clusters = clusterCurves(cursor, kicker);
        this.loss = lossCurve(cursor, kicker);
        this.lineage = clusterHistory(cursor, kicker);
        this.seconds = secondsChart(cursor, kicker);
        this.bytes = bytesChart(cursor, kicker);
        this.spread = agentSpread(kicker);
        this.map = agentMap((id) => this.spread.choose(id), kicker);
    }

    /**
     * @param {Course} course
     * @param {Scales} scales
     * @param {{honest?: Course, summary?: {mean: Figures, worst_tenth: Figures}}} more `honest`: without those whose figures do
     *     not count
     */
    show(course, scales, { honest = course, summary = summed(honest.agents) } = {}) {
        for (const chart of [this.rows, this.clusters, this.loss, this.lineage, this.seconds, this.bytes]) {
            chart.show(course, scales);
        }
        this.map.show(course);
        this.spread.show(honest, scales, summary);
    }
}
