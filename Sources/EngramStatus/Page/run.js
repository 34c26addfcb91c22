// SPDX-License-Identifier: Apache-2.0
// One run: where it is, who it waits for, and the drawings, which are made once and shown again with every change.
import { RoundCursor, scrubber } from "./cursor.js";
import { html } from "./element.js";
import { bytes, counted, figure, number, seconds } from "./format.js";
import { Overview } from "./overview.js";
import { clusterTable, peopleSections, phaseWords, refusals } from "./people.js";
import { roundWords, scalesOf } from "./scales.js";
import { courseOfRun } from "./snapshot.js";
import { tileRow } from "./summary.js";
/** @typedef {import("./model.js").Course} Course */

/**
 * The figures that one looks at first.
 * @param {any} run
 */
function tiles(run) {
    const metric = run.metric_name ?? "metric";
    return tileRow([
        {
            value: figure(run.metric.deployed ?? run.metric.cluster), words: `${metric} of what is deployed`,
            more: `trained alone ${figure(run.metric.local)}`,
        },
        {
            value: figure(run.metric.cluster), words: `${metric} of the clusters`,
            more: `one global model ${figure(run.metric.global)}`,
        },
        {
            value: String(run.clusters.length), words: run.clusters.length === 1 ? "cluster" : "clusters",
            more: run.trials.length ? `${run.trials.length} on trial` : "none on trial",
        },
        { value: `${run.round}/${run.rounds}`, words: "rounds", more: seconds(run.seconds) },
        {
            value: bytes(run.bytes_up + run.bytes_down), words: "moved",
            more: `${bytes(run.bytes_up)} up, ${bytes(run.bytes_down)} down`,
        },
        {
            value: number(run.uploads_accepted), words: "uploads taken",
            more: `${number(run.uploads_refused)} refused` + (run.epsilon === null ? "" : `; ε ${number(run.epsilon)}`),
        },
    ]);
}

/**
 * Makes a part anew only if what it shows has changed: what is focused in it stays so.
 * @param {HTMLElement} place
 * @param {unknown} key
 * @param {() => Node} build
 */
function renew(place, key, build) {
    const text = JSON.stringify(key);
    if (place.dataset.shows === text) return;
    place.dataset.shows = text;
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(build());
    // What can be focused in these parts is at most one table.
    if (hadFocus) /** @type {HTMLElement | null} */ (place.querySelector("[tabindex]"))?.focus();
}

export class RunView {
    /** @type {Course} */
    #course = { rounds: [], agents: [], lineage: [], metricName: "metric" };
    #cursor = new RoundCursor();
    #overview = new Overview(this.#cursor);
    #phase = html("p", { class: "phase" });
    #failure = html("p", { class: "failure" });
    #recipe = html("p", { class: "note" });
    #tiles = html("div");
    #people = html("div");
    #refused = html("div");
    #clusters = html("div");
    /** @type {HTMLElement} */
    #agents;
    /** @type {HTMLElement} */
    #rounds;

    /** @param {string} name */
    constructor(name) {
        this.name = name;
        const { rows, clusters, loss, lineage, seconds: time, bytes: traffic, map, spread } = this.#overview;
        const grid = (/** @type {string} */ look, /** @type {{node: Node}[]} */ ...charts) =>
            html("div", { class: `grid ${look}` }, charts.map((chart) => chart.node));
        const section = (/** @type {string} */ id, /** @type {string} */ title, /** @type {Node[]} */ ...content) =>
            html("section", { "aria-labelledby": id }, html("h2", { id }, title), ...content);
        this.#agents = section("map", "Agents", grid("", map, spread));
        this.#rounds = html("div", { class: "over-rounds" },
            scrubber(this.#cursor, (round) =>
                [html("strong", {}, `Round ${round}`), html("span", {}, roundWords(this.#course, round).join(" · "))]),
            section("learning", "Learning", grid("", rows, clusters)),
            section("lineage", "Clusters", grid("wide", lineage), this.#clusters),
            section("cost", "What each round took", grid("three", time, traffic, loss)));
        this.node = html("article", { "aria-label": `run ${name}` },
            html("div", { class: "run-head" }, html("h2", {}, name), this.#recipe), this.#phase, this.#failure, this.#tiles,
            section("people", "Who", this.#people),
            this.#agents, this.#rounds,
            section("refused", "Not taken", this.#refused));
    }

    /** @param {any} run */
    show(run) {
        this.#course = courseOfRun(run);
        this.#agents.hidden = run.agents.length === 0;
        this.#rounds.hidden = run.history.length === 0;
        this.#recipe.textContent = [run.recipe, `grouping ${run.grouping}`, `seed ${run.seed}`, run.task && `task ${run.task}`,
            counted(run.agents.length + run.omitted.agents, "agent"), ...omitted(run.omitted)].filter(Boolean).join(" · ");
        this.#phase.replaceChildren(...phaseWords(run));
        this.#failure.textContent = run.failure ?? "";
        this.#tiles.replaceChildren(tiles(run));
        this.#people.replaceChildren(peopleSections(run));
        renew(this.#refused, run.refusals, () => refusals(run));
        renew(this.#clusters, [run.clusters, run.trials], () => clusterTable(run));
        const scales = scalesOf([this.#course]);
        // The axis is as long as the run will be.
        scales.rounds = [scales.rounds[0], Math.max(scales.rounds[1], run.rounds)];
        this.#overview.show(this.#course, scales);
        this.#cursor.extend(run.history[run.history.length - 1]?.round ?? 1);
    }
}

/** @param {{rounds: number, agents: number, events: number}} counts */
function omitted(counts) {
    /** @type {[number, string][]} */
    const parts = [[counts.rounds, "round"], [counts.agents, "agent"], [counts.events, "change"]];
    return parts.filter(([count]) => count > 0).map(([count, noun]) => `${counted(count, noun)} not shown`);
}
