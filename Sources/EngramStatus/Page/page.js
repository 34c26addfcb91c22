// SPDX-License-Identifier: Apache-2.0
// The status page: the coordinator, its runs, and the one that is looked at, drawn anew as the coordinator tells of changes.
import { follow } from "./live.js";
import { daemonWords } from "./people.js";
import { RunView } from "./run.js";
import { showRuns } from "./runs.js";
import { chosenRun } from "./snapshot.js";

/** Milliseconds: what comes within this time is drawn at once. */
const PAUSE = 200;

/** A page with thousands of agents takes a while to draw; it spends a quarter of the time on it at most. */
const PAUSE_PER_DRAWING = 3;

const place = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {any} */
let snapshot = null;
/** @type {RunView | null} */
let view = null;
let isDrawing = false;
let pause = PAUSE;
/** @type {Date | null} */
let lostAt = null;

/**
 * The run that was asked for, also after a jump within the page.
 * @type {string | null}
 */
let wanted = null;

function named() {
    wanted = new URLSearchParams(location.hash.slice(1)).get("run") ?? wanted;
    return wanted;
}

function draw() {
    const began = performance.now();
    isDrawing = false;
    if (snapshot) show();
    pause = Math.max(PAUSE, PAUSE_PER_DRAWING * (performance.now() - began));
}

function show() {
    const run = chosenRun(snapshot.runs, named());
    place("daemon").replaceChildren(daemonWords(snapshot.daemon, snapshot.time));
    showRuns(place("runs"), snapshot.runs, run);
    document.title = run ? `${run.run} ${run.round}/${run.rounds} · Engram` : "Engram";
    if (!run) {
        view = null;
        return place("run").replaceChildren();
    }
    const shown = view && view.name === run.run ? view : new RunView(run.run);
    if (shown !== view) place("run").replaceChildren(shown.node);
    view = shown;
    shown.show(run);
}

function soon() {
    if (isDrawing) return;
    isDrawing = true;
    setTimeout(draw, pause);
}

/** @param {import("./live.js").Connection} connection */
function tell(connection) {
    const pill = place("connection");
    if (connection === "lost") lostAt ??= new Date();
    const words = {
        asking: "Asking the coordinator", lost: `No connection since ${lostAt?.toLocaleTimeString()}; trying again`,
        live: lostAt ? `Live again since ${new Date().toLocaleTimeString()}` : "Live",
    }[connection];
    // Said once, not with every event: it is a live region.
    if (!pill.classList.contains(connection)) {
        pill.className = `pill ${connection}`;
        pill.textContent = words;
    }
    document.body.classList.toggle("stale", connection === "lost");
    if (connection === "live") lostAt = null;
}

addEventListener("hashchange", draw);
follow("/api/v1/events", {
    tell,
    show(latest) {
        snapshot = latest;
        soon();
    },
});
