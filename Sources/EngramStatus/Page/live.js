// SPDX-License-Identifier: Apache-2.0
// The coordinator's stream of events, taken up again whenever it ends. Browsers do so after most failures, we after the others.
import { changed } from "./snapshot.js";

const FIRST_PAUSE = 1000, LONGEST_PAUSE = 15_000;

/** @typedef {"asking" | "live" | "lost"} Connection */

/**
 * Follows the stream for as long as the page is there.
 * @param {string} address
 * @param {{show: (snapshot: any) => void, tell: (connection: Connection) => void}} page
 */
export function follow(address, { show, tell }) {
    /** @type {any} */
    let snapshot = null;
    let pause = FIRST_PAUSE;
    const open = () => {
        const events = new EventSource(address);
        const take = (/** @type {(data: any) => any} */ next) => (/** @type {MessageEvent<string>} */ event) => {
            snapshot = next(JSON.parse(event.data));
            pause = FIRST_PAUSE;
            tell("live");
            show(snapshot);
        };
        events.addEventListener("snapshot", take((data) => data));
        // Without a snapshot there is nothing to change yet: the stream begins with one.
        events.addEventListener("change", take((data) => (snapshot ? changed(snapshot, data) : { ...data, gone: [] })));
        events.addEventListener("error", () => {
            tell("lost");
            if (events.readyState !== EventSource.CLOSED) return;
            setTimeout(open, pause);
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        });
    };
    tell("asking");
    open();
}
