// SPDX-License-Identifier: Apache-2.0
// Learning curves: the rows that every report compares, each cluster by itself, and the training loss.
import { drawCurves, pointsOf } from "./curves.js";
import { Figure } from "./figure.js";
import { counted, figure, known } from "./format.js";
import { hueClass, hues, replaces } from "./lineage.js";
import { CURVES } from "./model.js";
import { table } from "./table.js";
/** @typedef {import("./model.js").Course} Course */
/** @typedef {import("./cursor.js").RoundCursor} RoundCursor */
/** @typedef {import("./scales.js").Scales} Scales */
/** @typedef {import("./curves.js").Series} Series */

/**
 * Where the lines end, in words.
 * @param {Series[]} series
 */
function ends(series) {
    const living = series.filter((one) => !one.over && one.points.length);
    const words = living.map((one) => `${one.name} ${figure(one.points[one.points.length - 1][1])}`);
    return words.length ? `in the end ${words.join(", ")}` : "nothing was evaluated";
}

/**
 * @param {RoundCursor} cursor
 * @param {string} [kicker]
 */
export function rowCurves(cursor, kicker) {
    const frame = new Figure({ kicker, title: "Every answer", kind: "rows" });
    return {
        node: frame.node,
        show(/** @type {Course} */ course, /** @type {Scales} */ scales) {
            const series = CURVES.map((row) => (
                { name: row, look: `row-${row}`, points: pointsOf(course.rounds, (round) => round.metric?.[row]) }));
            frame.show({
                note: `${course.metricName} on test rows of the models that each round made, weighted by rows`,
                label: `${course.metricName} over ${counted(course.rounds.length, "round")}; ${ends(series)}`,
                draw: (width) => drawCurves({ width, series, rounds: scales.rounds, values: scales.metric, cursor }),
                table: () => table({
                    caption: `${course.metricName} by round`, head: ["round", ...CURVES],
                    rows: course.rounds.map((round) => [round.round, ...CURVES.map((row) => figure(round.metric?.[row]))]),
                }),
            });
        },
    };
}

/**
 * @param {RoundCursor} cursor
 * @param {string} [kicker]
 */
export function clusterCurves(cursor, kicker) {
    const frame = new Figure({ kicker, title: "Each cluster’s model", kind: "clusters" });
    return {
        node: frame.node,
        show(/** @type {Course} */ course, /** @type {Scales} */ scales) {
            const series = clusterSeries(course);
            const ids = series.map((one) => one.name);
            const told = series.some((one) => one.points.length);
            frame.show({
                note: told ? `${course.metricName} on its members’ test rows; a line parts where a cluster does`
                    : "This run has no figures by round and cluster: an older program reported it, or nothing was evaluated.",
                label: `${course.metricName} of ${counted(series.length, "cluster")} by round; ${ends(series)}`,
                draw: told ? (width) => drawCurves({ width, series, rounds: scales.rounds, values: scales.metric, cursor })
                    : null,
                table: () => table({
                    caption: `${course.metricName} by round and cluster`, head: ["round", ...ids],
                    rows: course.rounds.map((round) => [round.round,
                        ...ids.map((id) => figure(round.clusters.find((line) => line.id === id)?.metric))]),
                }),
            });
        },
    };
}

/**
 * A line for each cluster that ever was, beginning where its parent's ends.
 * @param {Course} course
 * @returns {Series[]}
 */
export function clusterSeries(course) {
    const hue = hues(course);
    const last = course.rounds[course.rounds.length - 1];
    const living = new Set(last?.clusters.filter((line) => line.members > 0).map((line) => line.id));
    const ids = [...new Set(course.rounds.flatMap((round) => round.clusters.map((line) => line.id)))];
    const own = new Map(ids.map((id) => [id, pointsOf(course.rounds, (round) =>
        round.clusters.find((/** @type {{id: string}} */ line) => line.id === id)?.metric)]));
    return ids.map((id) => {
        const points = own.get(id) ?? [];
        const parent = course.lineage.find((event) => replaces(event) && event.to.includes(id))?.from[0];
        const before = (parent === undefined ? [] : own.get(parent) ?? []).filter(([round]) => points[0] && round < points[0][0]);
        return {
            name: id, look: hueClass(hue, id), over: !living.has(id),
            points: before.length ? [before[before.length - 1], ...points] : points,
        };
    });
}

/**
 * @param {RoundCursor} cursor
 * @param {string} [kicker]
 */
export function lossCurve(cursor, kicker) {
    const frame = new Figure({ kicker, title: "Training loss", kind: "loss" });
    return {
        node: frame.node,
        show(/** @type {Course} */ course, /** @type {Scales} */ scales) {
            const series = [{ name: "loss", look: "row-loss", points: pointsOf(course.rounds, (round) => round.loss) }];
            const last = course.rounds.findLast((round) => known(round.loss));
            frame.show({
                note: "of the home models in the last pass, mean over agents weighted by training rows",
                label: `training loss over ${counted(course.rounds.length, "round")}; in the end ${figure(last?.loss)}`,
                draw: (width) => drawCurves({ width, height: 200, series, rounds: scales.rounds, values: scales.loss, cursor }),
                table: () => table({
                    caption: "training loss by round", head: ["round", "loss"],
                    rows: course.rounds.map((round) => [round.round, figure(round.loss, 4)]),
                }),
            });
        },
    };
}
