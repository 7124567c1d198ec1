/** What the form would show and say, and what is wrong with it, each at its field. */

import { showMarkdown } from '../answer.js';
import { at, call, Refused } from '../http.js';
import { category, collect } from './form.js';
import { rows } from './rows.js';

const form = document.getElementById('entry');
const state = document.getElementById('check-state');
const list = document.getElementById('check-list');
let asked = 0;
/** Fields of a new entry one has been in: the others are not blamed for being empty yet. */
const touched = new Set();
form.addEventListener('focusout', (event) => touched.add(event.target.closest('[data-chips], .rows, .field') ?? event.target));

/** Ask the server about the form as it is now; `full` looks also for questions taken from other entries. Gives the base of the entry as it stands, null without an answer. */
export async function look(full = false) {
  const turn = ++asked;
  const sent = collect();
  document.getElementById('see-question').textContent = sent.question;
  let seen;
  try {
    const response = await call(at('api/look'), { json: { entry_id: form.dataset.entry, category: category(), form: sent, full } });
    seen = await response.json();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (turn === asked) state.textContent = error.message;
    return null;
  }
  if (turn !== asked) return null;
  showMarkdown(document.getElementById('see-text'), seen.text);
  const missing = document.getElementById('see-problem');
  missing.hidden = !seen.problems.text;
  missing.textContent = seen.problems.text;
  const heard = document.getElementById('hear-text');
  heard.dataset.speech = seen.speech;
  heard.textContent = seen.speech || '（还没写）';
  for (const name of ['standard', 'elder']) {
    const place = document.getElementById(`${name}-seconds`);
    place.textContent = `${seen.seconds[name].toFixed(1)} 秒`;
    place.classList.toggle('over', name === 'elder' && seen.seconds[name] > seen.longest);
  }
  const meter = document.getElementById('elder-meter');
  meter.value = Math.min(seen.seconds.elder, seen.longest);
  meter.textContent = `${seen.seconds.elder.toFixed(1)} 秒`;
  showProblems(seen.problems_at, seen.category_missing);
  return seen.base;
}

/** Show problems at their fields and in the list; a press on one leads to its field. */
export function showProblems(problems, categoryMissing = false, everywhere = Boolean(form.dataset.base)) {
  for (const line of form.querySelectorAll('.problem')) { line.hidden = true; line.textContent = ''; line.classList.remove('warning'); }
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  const all = categoryMissing ? [{ field: 'category', title: '类别', message: '还没选类别', mend: '', level: 'error' }, ...problems] : problems;
  list.replaceChildren(...all.map((problem) => {
    const { line, field } = place(problem.field);
    if (!everywhere && !touched.has(field?.closest('[data-chips], .rows, .field'))) return item(problem, field);
    const sentence = `${problem.message}${problem.mend ? `。改法：${problem.mend}` : ''}`;
    if (line) {
      line.textContent = line.textContent ? `${line.textContent}；${sentence}` : sentence;
      line.hidden = false;
      line.classList.toggle('warning', problem.level !== 'error');
    }
    if (field && problem.level === 'error') field.setAttribute('aria-invalid', 'true');
    return item(problem, field);
  }));
  const errors = all.filter((problem) => problem.level === 'error').length;
  const warnings = all.length - errors;
  state.className = all.length ? 'quiet' : 'check-good';
  state.textContent = all.length
    ? [errors && `${errors} 处要改`, warnings && `${warnings} 处提醒`].filter(Boolean).join('，')
    : '没有问题，可以提交审核';
}

function item(problem, field) {
  const entry = document.createElement('li');
  const button = document.createElement('button');
  const strong = document.createElement('b');
  entry.classList.toggle('warning', problem.level !== 'error');
  button.type = 'button';
  strong.textContent = problem.title ? `${problem.title}：` : '';
  button.append(strong, problem.message);
  button.addEventListener('click', () => field?.focus());
  entry.append(button);
  if (problem.mend) {
    const mend = document.createElement('p');
    mend.className = 'mend';
    mend.textContent = problem.mend;
    entry.append(mend);
  }
  return entry;
}

const CONTROLS = { 'answer.text': 'text', 'answer.speech': 'speech', 'valid.from': 'from', 'valid.to': 'to', valid: 'from' };

/** Where a problem's sentence goes, and the control it is about. */
function place(path) {
  const [, name, nth] = /^([a-z.]+)(?:\[(\d+)\])?/.exec(path) ?? [];
  if (name === 'similar' && nth) {
    const input = rows.field(Number(nth));
    if (input) return { line: input.closest('.row').querySelector('.problem'), field: input };
  }
  const line = form.querySelector(`[data-problem="${name}"]`) ?? form.querySelector(`[data-problem="${name?.split('.')[0]}"]`);
  const chip = form.querySelector(`[data-chips="${name}"] input`);
  const control = form.elements[CONTROLS[name] ?? name];
  const field = chip ?? (control instanceof RadioNodeList ? control[0] : control) ?? (name === 'similar' ? rows.field(1) : null);
  return { line, field };
}
