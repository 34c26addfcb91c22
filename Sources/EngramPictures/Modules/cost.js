// SPDX-License-Identifier: Apache-2.0
// What each round took: time, and bytes in both directions.
import { drawColumns } from "./columns.js";
import { html } from "./element.js";
import { Figure, legend } from "./figure.js";
import { bytes, counted, seconds } from "./format.js";
import { table } from "./table.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./cursor.js").RoundCursor} RoundCursor */
/** @typedef {import("./scales.js").Scales} Scales */

/**
 * @param {Course} course
 * @param {"seconds" | "bytes_up" | "bytes_down"} field
 */
const total = (course, field) => course.rounds.reduce((sum, round) => sum + (round[field] || 0), 0);

/**
 * @param {RoundCursor} cursor
 * @param {string} [kicker]
 */
export function secondsChart(cursor, kicker) {
    const frame = new Figure({ kicker, title: "Seconds a round", kind: "seconds" });
    return {
        node: frame.node,
        show(/** @type {Course} */ course, /** @type {Scales} */ scales) {
            const lost = total(course, /** @type {any} */ ("lost"));
            frame.show({
                note: `${seconds(total(course, "seconds"))} in all`
                    + (lost ? `; ▾ somebody was not in time (${lost} in all)` : ""),
                label: `seconds of ${counted(course.rounds.length, "round")}, ${seconds(total(course, "seconds"))} in all`,
                draw: (width) => drawColumns({
                    width, rounds: scales.rounds, most: [scales.seconds, 0], cursor, words: seconds,
                    columns: course.rounds.map((round) => ({
                        round: round.round, up: round.seconds, mark: round.lost > 0 ? `${round.lost} not in time` : undefined,
                    })),
                }),
                table: () => table({
                    caption: "time by round", head: ["round", "seconds", "participants", "not in time"],
                    rows: course.rounds.map((round) => [round.round, seconds(round.seconds), round.participants, round.lost]),
                }),
            });
        },
    };
}

/**
 * @param {RoundCursor} cursor
 * @param {string} [kicker]
 */
export function bytesChart(cursor, kicker) {
    const frame = new Figure({ kicker, title: "Bytes a round", kind: "bytes" });
    return {
        node: frame.node,
        show(/** @type {Course} */ course, /** @type {Scales} */ scales) {
            const [up, down] = [bytes(total(course, "bytes_up")), bytes(total(course, "bytes_down"))];
            frame.show({
                note: `${up} from the agents, ${down} to them`,
                legend: legend(["up", "down"].map((look) => ({
                    sign: html("span", { class: `key-block ${look}`, "aria-hidden": "true" }),
                    text: look === "up" ? "from agents" : "to agents",
                }))),
                label: `bytes of ${counted(course.rounds.length, "round")}, in all ${up} from the agents and ${down} to them`,
                draw: (width) => drawColumns({
                    width, rounds: scales.rounds, most: [scales.up, scales.down], cursor, words: bytes,
                    columns: course.rounds.map((round) => ({ round: round.round, up: round.bytes_up, down: round.bytes_down })),
                }),
                table: () => table({
                    caption: "bytes by round", head: ["round", "from agents", "to agents"],
                    rows: course.rounds.map((round) => [round.round, bytes(round.bytes_up), bytes(round.bytes_down)]),
                }),
            });
        },
    };
}
