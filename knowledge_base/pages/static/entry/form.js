/** The form as data, in the shape of the YAML; and back again. */

import { chips } from './chips.js';
import { rows } from './rows.js';

const form = document.getElementById('entry');

const value = (name) => form.elements[name]?.value.trim() ?? '';
const checked = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);

export const category = () => form.elements.category?.value ?? form.dataset.category;

export function collect() {
  return {
    id: value('id'),
    question: value('question'),
    similar: rows.values(),
    answer: { text: value('text'), speech: value('speech') },
    keywords: chips.keywords.values(),
    related: chips.related.values(),
    action: value('action'),
    channels: checked('channels'),
    regions: chips.regions.values(),
    segments: checked('segments'),
    valid: { from: value('from'), to: value('to') },
    owner: value('owner'),
    note: value('note'),
  };
}

/** Put a form kept elsewhere back into the fields. */
export function fill(data) {
  for (const name of ['id', 'question', 'action', 'owner', 'note']) {
    if (form.elements[name]) form.elements[name].value = data[name] ?? '';
  }
  form.elements.text.value = data.answer?.text ?? '';
  form.elements.speech.value = data.answer?.speech ?? '';
  form.elements.from.value = data.valid?.from ?? '';
  form.elements.to.value = data.valid?.to ?? '';
  rows.set(data.similar ?? []);
  for (const name of ['keywords', 'related', 'regions']) chips[name].set(data[name] ?? []);
  for (const name of ['channels', 'segments']) {
    for (const box of form.querySelectorAll(`input[name=${name}]`)) box.checked = (data[name] ?? []).includes(box.value);
  }
}
