/** Small DOM helpers. */

const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/** el('button', {class: 'x', 'aria-label': 'y'}, child, 'text') */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** An icon of our own sprite. */
export function icon(name, className = 'icon') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Tells a screen reader something that the eye sees by itself. */
export function announce(text) {
  byId('announce').textContent = text;
}
