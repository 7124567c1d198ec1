/** The editor of one entry: preview and checks while typing, a draft that saves itself, review. */

import { Refused } from '../http.js';
import { toast } from '../toast.js';
import { discard, dirty, merge, offer, remember, save, submit } from './drafts.js';
import { look, showProblems } from './look.js';
import { play } from './voice.js';

const LOOK_AFTER = 450;
const FULL_AFTER = 1200;
const SAVE_AFTER = 2000;
const form = document.getElementById('entry');
const locked = 'locked' in form.dataset;
let looking = 0;
let saving = 0;

async function check(full = false) {
  const base = await look(full);
  if (base === null || !form.dataset.base || base === form.dataset.base) return;
  form.dataset.base = base;
  toast('别人刚发布了这一条的新内容。草稿会照常保存，刷新页面可以对照合并。');
}

function changed() {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    await check();
    looking = setTimeout(() => check(true), FULL_AFTER);
  }, LOOK_AFTER);
  if (locked) return;
  clearTimeout(saving);
  saving = setTimeout(save, SAVE_AFTER);
}

form.addEventListener('input', changed);
form.addEventListener('change', changed);
form.addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 's') {
    event.preventDefault();
    if (!locked) save();
  }
});
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-play]');
  if (button) play(document.getElementById('hear-text').dataset.speech, button.dataset.play);
});
window.addEventListener('beforeunload', (event) => {
  if (locked || !dirty()) return;
  remember();
  event.preventDefault();
});

// -- submitting ---------------------------------------------------------------------------------------------

const dialog = document.getElementById('submit-dialog');
const refused = document.getElementById('submit-refused');
document.getElementById('submit').addEventListener('click', () => {
  refused.hidden = true;
  dialog.showModal();
});
document.getElementById('submit-yes').addEventListener('click', async () => {
  try {
    await submit(document.getElementById('submit-note').value.trim());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused.textContent = error.message;
    refused.hidden = false;
    if (error.body.problems_at?.length) {
      refused.textContent = `${error.message} 有 ${error.body.problems_at.length} 处要改，已标在表单里。`;
      showProblems(error.body.problems_at, false, true);
    }
  }
});

document.getElementById('discard').addEventListener('click', async () => {
  if (!window.confirm('丢弃这份草稿？线上的内容不受影响。')) return;
  clearTimeout(saving);
  await discard().catch((error) => toast(error.message));
});

// -- merging with what others published ---------------------------------------------------------------------

document.getElementById('merge')?.addEventListener('click', async () => {
  const takes = {};
  for (const field of document.querySelectorAll('.conflict-field[data-state=conflict]')) {
    takes[field.dataset.field] = field.querySelector('input:checked')?.value ?? '';
  }
  await merge(takes).catch((error) => {
    const place = document.getElementById('merge-refused');
    place.textContent = error.message;
    place.hidden = false;
  });
});

if (!locked) offer();
if (form.dataset.entry || form.dataset.draft) check(!locked);
