/** Pieces of pages made by our own server (escaped there) as nodes. */

import { call, Refused } from './http.js';
import { toast } from './toast.js';

const policy = window.trustedTypes?.createPolicy('yida-kb', { createHTML: (text) => text });

/** The page at `url` as a document fragment, without its frame; null after a refusal, which is told to the editor. */
export async function fragment(url, options = {}) {
  try {
    const response = await call(url, { ...options, headers: { Accept: 'text/html', 'X-Fragment': '1', ...options.headers } });
    return parse(await response.text());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 401) toast(error.message);
    return null;
  }
}

export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}
