// SPDX-License-Identifier: Apache-2.0
// How the clusters came about: the river, the strip of changes under it, and every change with its reason in a table.
import { svg } from "./element.js";
import { roundAxis } from "./axes.js";
import { attachCursor } from "./cursor.js";
import { Figure } from "./figure.js";
import { counted, listed } from "./format.js";
import { figureWords, hues, sentence } from "./lineage.js";
import { drawRiver } from "./river.js";
import { drawStrip, stripHeight, stripKinds } from "./strip.js";
import { table } from "./table.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./model.js").Event} Event */
/** @typedef {import("./cursor.js").RoundCursor} RoundCursor */
/** @typedef {import("./scales.js").Scales} Scales */

const HINT = "Point at a sign, or go through them with the arrow keys, for the reason.";

/**
 * @param {RoundCursor} cursor
 * @param {string} [kicker]
 */
export function clusterHistory(cursor, kicker) {
    const frame = new Figure({ kicker, title: "How the clusters came about", kind: "lineage", hint: HINT });
    return {
        node: frame.node,
        show(/** @type {Course} */ course, /** @type {Scales} */ scales) {
            const hue = hues(course);
            frame.show({
                note: "A stream is as wide as the cluster has members; below are the changes, and those that were not made.",
                label: historyWords(course),
                draw: (width) => draw({ width, course, scales, hue, cursor, tell: (events) => tell(frame, events, cursor) }),
                table: () => lineageTable(course.lineage),
            });
        },
    };
}

/**
 * What happened, in a sentence.
 * @param {Course} course
 */
function historyWords(course) {
    const last = course.rounds[course.rounds.length - 1];
    const living = (last?.clusters ?? []).filter((line) => line.members > 0)
        .map((line) => `${line.id} with ${counted(line.members, "member")}`);
    const count = (/** @type {string} */ kind) => course.lineage.filter((event) => event.event === kind).length;
    const kinds = stripKinds(course.lineage).map((kind) => `${count(kind.event)} ${kind.word}`);
    const changes = kinds.length ? `Changes: ${listed(kinds, 10)}.` : "No changes.";
    return `Clusters by round; in the end ${listed(living, 12)}. ${changes}`;
}

/**
 * @param {Figure} frame
 * @param {Event[] | null} events
 * @param {RoundCursor} cursor
 */
function tell(frame, events, cursor) {
    frame.readout.textContent = (events ?? []).slice(0, 4).map(sentence).join("\n")
        + (events && events.length > 4 ? `\n… and ${events.length - 4} more, in the table` : "");
    const concerned = new Set((events ?? []).flatMap((event) => [...event.from, ...event.to]));
    const streams = [...frame.plot.querySelectorAll(".stream")];
    const isConcerned = (/** @type {Element} */ stream) => concerned.has(stream.getAttribute("data-cluster") ?? "");
    const some = streams.some(isConcerned);
    for (const stream of streams) stream.classList.toggle("dim", some && !isConcerned(stream));
    if (events?.[0]) cursor.set(events[0].round);
}

/** @param {{width: number, course: Course, scales: Scales, hue: Map<string, number>, cursor: RoundCursor,
 *     tell: (events: Event[] | null) => void}} options */
function draw({ width, course, scales, hue, cursor, tell }) {
    const river = Math.max(140, Math.min(320, scales.members * 6 + 60));
    const area = { left: 66, right: width - 58, top: 8, bottom: river + 8 };
    const strip = stripHeight(course.lineage);
    const height = area.bottom + 24 + strip + 4;
    const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" });
    const picture = svg("g", { role: "img", "aria-label": historyWords(course) });
    const x = roundAxis(picture, area, scales.rounds);
    picture.append(drawRiver({ course, hue, x, top: area.top, height: river - 6, most: scales.members }));
    drawing.append(picture);
    attachCursor(cursor, drawing, { x, ...area, bottom: area.bottom + 24 + strip, domain: scales.rounds });
    drawing.append(drawStrip({ lineage: course.lineage, x, left: area.left, right: area.right, top: area.bottom + 24, tell }));
    drawing.addEventListener("pointerleave", () => {
        for (const stream of drawing.querySelectorAll(".stream")) stream.classList.remove("dim");
    });
    return drawing;
}

/**
 * Every change.
 * @param {Event[]} lineage
 */
export function lineageTable(lineage) {
    return table({
        caption: "changes of the clusters", text: [1, 2, 3, 4, 5, 6],
        head: ["round", "change", "from", "to", "agents", "reason", "figures"],
        rows: lineage.map((event) => [event.round, event.event, event.from.join(", "), event.to.join(", "),
            event.agents.join(", "), event.reason, figureWords(event)]),
    });
}
