/** An answer with the chat page's own renderer: what an editor sees is what the customer sees. */

import { renderMarkdown } from '../../static/js/markdown.js';

/** Turns the plain text inside `node`, or `text`, into nodes. */
export function showMarkdown(node, text = node.textContent) {
  node.replaceChildren(renderMarkdown(text));
  node.classList.add('rendered');
}
