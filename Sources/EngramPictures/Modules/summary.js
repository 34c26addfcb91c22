// SPDX-License-Identifier: Apache-2.0
// What runs came to, in figures: large ones for a single run, columns for several.
import { html } from "./element.js";
import { bytes, counted, figure, listed, number, percent, seconds } from "./format.js";
import { ROWS, ROW_WORDS } from "./model.js";
import { facts, table } from "./table.js";

/** @typedef {{name: string, report: any}} Named */

/** @param {{value: string, words: string, more?: string}[]} tiles */
export function tileRow(tiles) {
    return html("ul", { class: "tiles" }, tiles.map(({ value, words, more }) =>
        html("li", {}, html("span", { class: "tile-value" }, value), html("span", { class: "tile-words" }, words),
            more && html("span", { class: "tile-more" }, more))));
}

/**
 * The figures that one looks at first.
 * @param {any} report
 */
export function reportTiles(report) {
    const { summary, cost } = report;
    return tileRow([
        {
            value: figure(summary.mean?.deployed), words: `${summary.metric_name} of what is deployed`,
            more: `mean over agents; trained alone ${figure(summary.mean?.local)}`,
        },
        {
            value: figure(summary.worst_tenth?.deployed), words: "of the worst tenth",
            more: `trained alone ${figure(summary.worst_tenth?.local)}`,
        },
        { value: percent(summary.share_worse_than_local), words: "worse off than alone", more: "share of agents" },
        {
            value: String(summary.cluster_count), words: summary.cluster_count === 1 ? "cluster" : "clusters",
            more: summary.adjusted_rand_index === null ? "no groups declared"
                : `adjusted Rand index ${figure(summary.adjusted_rand_index)}`,
        },
        {
            value: bytes(cost.bytes_up + cost.bytes_down), words: "moved",
            more: `${bytes(cost.bytes_up)} up, ${bytes(cost.bytes_down)} down`,
        },
        {
            value: seconds(cost.wall_seconds), words: counted(report.rounds.length, "round"),
            more: `${number(cost.model_parameters)} parameters`,
        },
    ]);
}

const COLUMNS = /** @type {[string, string][]} */ ([
    ["mean", "mean over agents"], ["weighted", "weighted by rows"], ["worst_tenth", "worst tenth"],
    ["best_round_weighted", "best round"], ["mean_warm", "warm items"], ["mean_cold", "cold items"],
]);

/**
 * Six rows of one report.
 * @param {any} report
 */
export function summaryTable(report) {
    const shown = COLUMNS.filter(([field]) => Object.keys(report.summary[field] ?? {}).length > 0);
    return table({
        caption: `${report.summary.metric_name} on test rows`, hideCaption: false,
        head: ["answer", ...shown.map(([, words]) => words)],
        rows: ROWS.map((row) => [html("span", {}, row, html("span", { class: "faint" }, ROW_WORDS[row])),
            ...shown.map(([field]) => figure(report.summary[field]?.[row]))]),
    });
}

/**
 * One figure of several reports, the greatest in each row stressed.
 * @param {Named[]} all
 * @param {string} field
 * @param {string} words
 */
function sideTable(all, field, words) {
    return table({
        caption: `${all[0].report.summary.metric_name}, ${words}`, hideCaption: false,
        head: ["answer", ...all.map((one) => one.name)],
        rows: ROWS.map((row) => {
            const values = all.map((one) => one.report.summary[field]?.[row]);
            const known = values.filter((value) => Number.isFinite(value));
            const best = Math.max(...known);
            const isBest = (/** @type {unknown} */ value) => value === best && Math.min(...known) < best;
            return [row, ...values.map((value) => (isBest(value) ? html("strong", {}, figure(value)) : figure(value)))];
        }),
    });
}

/**
 * Several reports, a column each.
 * @param {Named[]} all
 */
export function sideBySide(all) {
    const line = (/** @type {string} */ name, /** @type {(report: any) => string} */ value) =>
        [name, ...all.map((one) => value(one.report))];
    return html("div", { class: "tables" },
        sideTable(all, "mean", "mean over agents"), sideTable(all, "weighted", "weighted by rows"),
        sideTable(all, "worst_tenth", "worst tenth"),
        table({
            caption: "what it took", hideCaption: false, head: ["", ...all.map((one) => one.name)],
            rows: [
                line("worse off than alone", (report) => percent(report.summary.share_worse_than_local)),
                line("clusters", (report) => String(report.summary.cluster_count)),
                line("adjusted Rand index", (report) => figure(report.summary.adjusted_rand_index)),
                line("agents", (report) => String(report.agents.length)),
                line("rounds", (report) => String(report.rounds.length)),
                line("bytes from agents", (report) => bytes(report.cost.bytes_up)),
                line("bytes to agents", (report) => bytes(report.cost.bytes_down)),
                line("time", (report) => seconds(report.cost.wall_seconds)),
            ],
        }));
}

/**
 * All agents' test rows as if one person had answered them; null unless the task is whether something is remembered.
 * @param {any} report
 */
export function pooledTable(report) {
    const { pooled } = report.summary;
    if (!pooled) return null;
    return table({
        caption: "all test rows together", hideCaption: false, head: ["answer", "AUC", "log-loss", "calibration error", "rows"],
        rows: ROWS.filter((row) => pooled[row]).map((row) => [row, figure(pooled[row].auc), figure(pooled[row].log_loss),
            figure(pooled[row].calibration_error), pooled[row].rows]),
    });
}

/**
 * What else a report says of its run.
 * @param {any} report
 */
export function runFacts(report) {
    /** @type {[string, string][]} */
    const entries = [
        ["engine", report.engine], ["seed", String(report.seed)], ["agents", String(report.agents.length)],
        ["coordinator’s memory", bytes(report.cost.coordinator_peak_rss_bytes)],
    ];
    if (report.cost.agent_peak_rss_bytes) entries.push(["an agent’s memory", bytes(report.cost.agent_peak_rss_bytes)]);
    if (report.cost.declared_seconds) entries.push(["declared time", seconds(report.cost.declared_seconds)]);
    if (report.cost.energy_joules) entries.push(["declared energy", `${number(report.cost.energy_joules)} J`]);
    const { attack, privacy } = report;
    if (attack) entries.push(["attack", `${attack.name} by ${listed(attack.agents, 12)}; the summary is over the others`]);
    if (privacy) {
        entries.push(["privacy", `${privacy.kind}, ε ${number(privacy.epsilon)} at δ ${number(privacy.delta)}`
            + (privacy.is_seeded ? ", noise known from the recipe" : "")]);
    }
    return facts(entries);
}
