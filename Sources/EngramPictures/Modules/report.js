// SPDX-License-Identifier: Apache-2.0
// The page of `engram report html`: one report, or several side by side on the same scales.
import { RoundCursor, scrubber } from "./cursor.js";
import { differenceTables } from "./differences.js";
import { html } from "./element.js";
import { agentTable } from "./members.js";
import { lineageTable } from "./history.js";
import { Overview } from "./overview.js";
import { recipeDetails } from "./recipe.js";
import { roundWords, scalesOf } from "./scales.js";
import { pooledTable, reportTiles, runFacts, sideBySide, summaryTable } from "./summary.js";
/** @typedef {import("./model.js").Agent} Agent */
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./summary.js").Named} Named */

/**
 * @param {any} report
 * @returns {Course}
 */
function courseOf(report) {
    const hostile = new Set(report.attack?.agents ?? []);
    return {
        rounds: report.rounds, lineage: report.lineage, metricName: report.summary.metric_name,
        agents: report.agents.map((/** @type {Agent} */ agent) =>
            (hostile.has(agent.id) ? { ...agent, marks: ["attacker"] } : agent)),
    };
}

const ADVICE = "Agent by agent. Believe a difference that is larger than twice its error over agents; agents of one run share "
    + "its luck.";

/** @typedef {"rows" | "clusters" | "loss" | "lineage" | "seconds" | "bytes" | "map" | "spread"} Kind */

/**
 * @param {string} id
 * @param {string} title
 * @param {...(Node | Node[])} content
 */
const section = (id, title, ...content) =>
    html("section", { "aria-labelledby": id }, html("h2", { id }, title), content.flat());

/**
 * Builds the page.
 * @param {HTMLElement} root
 * @param {Named[]} all
 */
export function showReports(root, all) {
    const courses = all.map((one) => courseOf(one.report));
    const scales = scalesOf(courses);
    const cursor = new RoundCursor();
    const single = all.length === 1;
    const views = all.map((one) => new Overview(cursor, single ? undefined : one.name));
    // A single report's charts stand side by side; of several reports, those of one kind do.
    const grid = (/** @type {Kind[]} */ ...kinds) => (single ? [kinds] : kinds.map((kind) => [kind])).map((kinds) =>
        html("div", { class: `grid ${["", "wide", "", "three"][Math.min(3, kinds.length * views.length)]}` },
            kinds.flatMap((kind) => views.map((view) => view[kind].node))));
    const words = (/** @type {number} */ round) => [html("strong", {}, `Round ${round}`), ...courses.map((course, index) => {
        const told = roundWords(course, round);
        return html("span", {}, (single ? told : [all[index].name, told[0]]).join(" · "));
    })];

    document.body.classList.toggle("several", all.length > 2);
    root.append(
        section("summary", "What it came to",
            single ? [reportTiles(all[0].report), summaryTable(all[0].report)] : [sideBySide(all)]),
        ...(single ? [] : [section("differences", "Differences", html("p", { class: "note" }, ADVICE), differenceTables(all))]),
        html("div", { class: "over-rounds" },
            scrubber(cursor, words),
            section("learning", "Learning", grid("rows", "clusters")),
            section("lineage", "Clusters", grid("lineage")),
            section("cost", "What each round took", grid("seconds", "bytes", "loss"))),
        section("agents", "Agents", grid("map", "spread")),
        section("details", "In full", ...all.flatMap((one, index) => [
            ...(single ? [] : [html("h3", {}, one.name)]), runFacts(one.report), pooledTable(one.report) ?? [],
            recipeDetails("The recipe", one.report.recipe),
            folded(`Lineage: ${one.report.lineage.length} changes of the clusters`, () => lineageTable(one.report.lineage)),
            folded(`${one.report.agents.length} agents`, () => agentTable(courses[index].agents)),
        ])));
    cursor.extend(scales.rounds[1]);
    views.forEach((view, index) => {
        const hostile = new Set(all[index].report.attack?.agents ?? []);
        view.show(courses[index], scales, {
            honest: { ...courses[index], agents: courses[index].agents.filter((agent) => !hostile.has(agent.id)) },
            summary: all[index].report.summary,
        });
    });
}

/**
 * Something long, made when it is opened.
 * @param {string} title
 * @param {() => Node} content
 */
function folded(title, content) {
    const details = html("details", { class: "data" }, html("summary", {}, title));
    details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(content()), { once: true });
    return details;
}

const data = document.getElementById("reports"), root = document.getElementById("report");
if (data && root) showReports(root, JSON.parse(data.textContent ?? "[]"));
