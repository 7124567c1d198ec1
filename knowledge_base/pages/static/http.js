/** Requests that carry the form token, and survive a session that ended while the page was open. */

import { toast } from './toast.js';

export const root = new URL(document.documentElement.dataset.root, location.href);
const meta = document.querySelector('meta[name=csrf]');

/** The address of one of our pages or interfaces: `at('entries/x')`. */
export const at = (path) => new URL(path, root).href;

/** A refusal of the server: `message` in Chinese, `fields` by name, `status`, the whole answer in `body`. */
export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? '没能完成，请再试一次。');
    this.status = status;
    this.body = body;
    this.fields = body.fields ?? {};
  }
}

/** `fetch` with the token; `options.json` is sent as JSON. Throws Refused. */
export async function call(url, options = {}, again = true) {
  const { json, headers = {}, ...rest } = options;
  const method = rest.method ?? (json === undefined ? 'GET' : 'POST');
  const sent = { Accept: 'application/json', ...headers };
  if (method !== 'GET') sent['X-CSRF-Token'] = meta.content;
  if (json !== undefined) {
    sent['Content-Type'] = 'application/json';
    rest.body = JSON.stringify(json);
  }
  let response;
  try {
    response = await fetch(url, { ...rest, method, headers: sent, credentials: 'same-origin' });
  } catch {
    throw new Refused(0, { error: 'offline', message: '连不上服务器，内容还在这里，稍后会再试。' });
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  if (response.status === 403 && body.error === 'form_forged' && again && await renewToken()) {
    return call(url, options, false);
  }
  if (response.status === 401) {
    toast(body.message ?? '登录已过期。', { href: at('sign-in'), text: '在新窗口登录，再回来继续' });
  }
  throw new Refused(response.status, body);
}

/** After somebody signed in again in another window the token is another one. */
async function renewToken() {
  try {
    const response = await fetch(at('me'), { headers: { Accept: 'application/json' } });
    if (!response.ok) return false;
    const { csrf } = await response.json();
    meta.content = csrf;
    for (const field of document.querySelectorAll('input[name=csrf]')) field.value = csrf;
    return true;
  } catch {
    return false;
  }
}
