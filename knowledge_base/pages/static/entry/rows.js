/** Similar questions: one a row. Enter adds a row, a paste of several lines becomes several rows. */

const list = document.getElementById('similar');
const template = document.getElementById('row');
const count = document.getElementById('similar-count');

const inputs = () => [...list.querySelectorAll('.row > input')];

function add(text = '', after = null) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelector('input').value = text;
  if (after) after.after(row);
  else list.append(row);
  number();
  return row.querySelector('input');
}

function number() {
  inputs().forEach((input, index) => input.setAttribute('aria-label', `相似问第 ${index + 1} 条`));
  count.textContent = `${rows.values().length} 条`;
}

function changed() {
  number();
  list.dispatchEvent(new Event('input', { bubbles: true }));
}

export const rows = {
  values: () => inputs().map((input) => input.value.trim()).filter(Boolean),
  set(values) {
    list.replaceChildren();
    for (const value of values.length ? values : ['', '', '']) add(value);
    number();
  },
  /** The field of the nth similar question that is not empty, from 1. */
  field: (nth) => inputs().filter((input) => input.value.trim())[nth - 1] ?? null,
};

list.addEventListener('keydown', (event) => {
  if (event.target.tagName !== 'INPUT' || event.isComposing) return;
  const row = event.target.closest('.row');
  if (event.key === 'Enter') {
    event.preventDefault();
    add('', row).focus();
  } else if (event.key === 'Backspace' && !event.target.value && inputs().length > 1) {
    event.preventDefault();
    const before = row.previousElementSibling ?? row.nextElementSibling;
    row.remove();
    before.querySelector('input').focus();
    changed();
  }
});

list.addEventListener('paste', (event) => {
  const lines = event.clipboardData.getData('text').split(/\r?\n/).map((line) => line.replace(/^\s*[-•\d.、]*\s+/, '').trim()).filter(Boolean);
  if (lines.length < 2) return;
  event.preventDefault();
  let row = event.target.closest('.row');
  if (!event.target.value.trim()) event.target.value = lines.shift();
  for (const line of lines) row = add(line, row).closest('.row');
  row.querySelector('input').focus();
  changed();
});

list.addEventListener('click', (event) => {
  const button = event.target.closest('[data-remove]');
  if (!button) return;
  const row = button.closest('.row');
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (!next) add();
  (next ?? list.firstElementChild).querySelector('input').focus();
  changed();
});

list.addEventListener('input', number);
document.getElementById('add-row').addEventListener('click', () => add().focus());
number();
