// SPDX-License-Identifier: Apache-2.0
// The runs that there are, each with how far it is; one of them is shown below.
import { html } from "./element.js";
import { counted, figure } from "./format.js";

/**
 * @param {HTMLElement} nav
 * @param {any[]} runs in the order of their start
 * @param {any} chosen
 */
export function showRuns(nav, runs, chosen) {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.getAttribute("href") : null;
    nav.replaceChildren(runs.length
        ? html("ul", {}, [...runs].reverse().map((run) => html("li", {}, card(run, run === chosen))))
        : html("p", { class: "note" }, "No runs yet. Start one: engram run start --recipe constellation"));
    if (focused) [...nav.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
}

/** @param {any} run */
function card(run, current = false) {
    const reached = run.metric?.deployed ?? run.metric?.cluster;
    return html("a", { class: "run-card", href: `#run=${encodeURIComponent(run.run)}`, "aria-current": current ? "true" : null },
        html("strong", {}, run.run, html("span", { class: `state ${run.state === "failed" ? "failed" : ""}` }, run.state)),
        html("progress", {
            max: Math.max(1, run.rounds), value: run.round, "aria-label": `${run.round} of ${run.rounds} rounds`,
        }),
        html("small", {}, [
            `${run.round} of ${run.rounds}`, run.recipe, counted(run.agents.length + run.omitted.agents, "agent"),
            reached === undefined ? "" : `${run.metric_name ?? "metric"} ${figure(reached)}`,
        ].filter(Boolean).join(" · ")));
}
