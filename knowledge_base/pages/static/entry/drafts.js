/** Saving the draft by itself, keeping a copy in this window while it cannot be saved, and submitting. */

import { at, call, Refused } from '../http.js';
import { category, collect, fill } from './form.js';

const form = document.getElementById('entry');
const said = document.getElementById('saved');
const key = `yida-kb:${form.dataset.me}:${form.dataset.entry || form.dataset.draft || 'new'}`;
let kept = JSON.stringify(collect());
let sending = null;

export const dirty = () => JSON.stringify(collect()) !== kept;

const body = () => ({
  draft_id: form.dataset.draft, version: Number(form.dataset.version), entry_id: form.dataset.entry,
  category: category(), base: form.dataset.opened, form: collect(),
});

/** Save what is there now; calls made meanwhile wait for their turn. True where everything is saved. */
export async function save() {
  if (sending) await sending.catch(() => {});
  if (!dirty()) return true;
  if (!category()) {
    remember();
    said.textContent = '选好类别后自动保存';
    return false;
  }
  sending = send();
  try { return await sending; } finally { sending = null; }
}

async function send(again = true) {
  const sent = body();
  said.textContent = '正在保存…';
  try {
    const answer = await (await call(at('api/draft'), { json: sent })).json();
    took(answer, sent.form);
    said.textContent = `已自动保存 ${new Date(answer.at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'Asia/Shanghai' })}`;
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    remember();
    if (error.status === 409 && again && error.body.state !== 'in_review'
        && window.confirm('这份草稿在另一个窗口里改过。用这里的内容覆盖它吗？\n选“取消”则什么都不动，可以刷新看另一份。')) {
      form.dataset.version = error.body.version;
      return send(false);
    }
    said.textContent = `没有存上：${error.message} 内容还在这里。`;
    return false;
  }
}

function took(answer, sent) {
  form.dataset.draft = answer.draft_id;
  form.dataset.version = answer.version;
  kept = JSON.stringify(sent);
  sessionStorage.removeItem(key);
  const tag = document.getElementById('draft-state');
  tag.textContent = '草稿';
  tag.classList.add('tag-draft');
  tag.hidden = false;
  document.getElementById('discard').hidden = false;
  if (!form.dataset.entry && !location.pathname.includes('/drafts/')) history.replaceState(null, '', at(`drafts/${answer.draft_id}`));
}

/** A copy in this window, for when the server cannot be reached or the session has ended. */
export function remember() {
  try { sessionStorage.setItem(key, JSON.stringify(collect())); } catch { /* full or forbidden: the form itself is still there */ }
}

/** Offer what this window kept, if it differs from what the page shows. */
export function offer() {
  const copy = sessionStorage.getItem(key);
  if (!copy || copy === kept) return sessionStorage.removeItem(key);
  const bar = document.getElementById('restore');
  bar.hidden = false;
  document.getElementById('restore-yes').addEventListener('click', () => {
    fill(JSON.parse(copy));
    bar.hidden = true;
    form.dispatchEvent(new Event('input', { bubbles: true }));
  });
  document.getElementById('restore-no').addEventListener('click', () => {
    sessionStorage.removeItem(key);
    bar.hidden = true;
  });
  return undefined;
}

/** Save and ask for review. Throws Refused. */
export async function submit(note) {
  if (sending) await sending.catch(() => {});
  const sent = body();
  try {
    const { go } = await (await call(at('api/submit'), { json: { ...sent, note } })).json();
    kept = JSON.stringify(sent.form);
    sessionStorage.removeItem(key);
    location.assign(new URL(go, at('api/submit')));
  } catch (error) {
    if (error instanceof Refused && error.body.draft_id) took({ ...error.body, at: Date.now() }, sent.form);
    throw error;
  }
}

export async function discard() {
  if (sending) await sending.catch(() => {});
  const { go } = await (await call(at('api/discard'), { json: { draft_id: form.dataset.draft, version: Number(form.dataset.version) } })).json();
  kept = JSON.stringify(collect());
  sessionStorage.removeItem(key);
  location.assign(new URL(go, at('api/discard')));
}

/** The draft on top of what others published, field by field as chosen. Throws Refused. */
export async function merge(takes) {
  if (!await save()) return;
  const json = { draft_id: form.dataset.draft, version: Number(form.dataset.version), takes };
  const { go } = await (await call(at('api/merge'), { json })).json();
  kept = JSON.stringify(collect());
  location.assign(new URL(go, at('api/merge')));
}
