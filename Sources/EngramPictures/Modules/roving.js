// SPDX-License-Identifier: Apache-2.0
// Many things, one stop of the tab key: arrows, Home and End go from one to the next.

/**
 * @param {Element} group
 * @param {SVGElement[]} nodes in the order in which they are gone through
 */
export function roving(group, nodes) {
    let stop = nodes[0];
    stop?.setAttribute("tabindex", "0");
    for (const node of nodes) {
        node.addEventListener("focus", () => {
            stop.setAttribute("tabindex", "-1");
            stop = node;
            stop.setAttribute("tabindex", "0");
        });
    }
    group.addEventListener("keydown", (event) => {
        if (!(event instanceof KeyboardEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
        const now = nodes.indexOf(/** @type {SVGElement} */ (document.activeElement));
        const next = {
            ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: nodes.length - 1,
        }[event.key];
        if (now < 0 || next === undefined) return;
        event.preventDefault();
        nodes[Math.max(0, Math.min(nodes.length - 1, next))].focus();
    });
}
