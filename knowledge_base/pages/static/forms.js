/** Forms sent by script: a refusal is shown beside the form, and what was typed stays. */

import { call, Refused } from './http.js';

/** Send a form; on success go where the server says. */
export async function sendForm(form, submitter = null) {
  const heavy = [...form.querySelectorAll('input[type=file][data-max]')].find((field) => field.files[0]?.size > Number(field.dataset.max));
  if (heavy) {
    say(form, '文件太大，最多 10 MB。');
    return;
  }
  const button = submitter ?? form.querySelector('[type=submit]');
  const data = new FormData(form, submitter);
  button?.setAttribute('aria-disabled', 'true');
  say(form, '');
  try {
    const multipart = form.enctype === 'multipart/form-data';
    const target = submitter?.getAttribute('formaction') ? submitter.formAction : form.action;
    const response = await call(target, { method: 'POST', body: multipart ? data : new URLSearchParams(data) });
    const { go } = await response.json();
    // The address is meant as seen from where the form went.
    if (go) location.assign(new URL(go, response.url));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(form, [error.message, ...Object.values(error.fields)].join(' '));
  } finally {
    button?.removeAttribute('aria-disabled');
  }
}

function say(form, message) {
  let line = form.querySelector(':scope > .alert[role=alert]');
  if (!message) {
    line?.remove();
    return;
  }
  if (!line) {
    line = document.createElement('p');
    line.className = 'alert';
    line.setAttribute('role', 'alert');
    form.prepend(line);
  }
  line.textContent = message;
}
