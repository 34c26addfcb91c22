// SPDX-License-Identifier: Apache-2.0
// Elements from names, attributes and children. Text becomes text nodes, so nothing that a report says is ever read as markup.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

/**
 * @template {Element} E
 * @param {E} node
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 * @returns {E}
 */
function filled(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat()) {
        if (child === null || child === undefined || child === false) continue;
        node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
}

/**
 * An HTML element.
 * @param {string} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function html(name, attributes = {}, ...children) {
    return filled(document.createElement(name), attributes, children);
}

/**
 * An SVG element.
 * @param {string} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, ...children) {
    return filled(/** @type {SVGElement} */ (document.createElementNS(SVG_NAMESPACE, name)), attributes, children);
}

/**
 * Text in a drawing.
 * @param {Child} text
 * @param {number} x
 * @param {number} y
 * @param {Attributes} [attributes]
 */
export function label(text, x, y, attributes = {}) {
    return svg("text", { x: at(x), y: at(y), ...attributes }, text);
}

/**
 * A coordinate, short.
 * @param {number} value
 */
export function at(value) {
    return Math.round(value * 10) / 10;
}
