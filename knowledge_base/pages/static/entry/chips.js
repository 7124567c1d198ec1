/** Fields of several short values: chips with a text field behind them, and a look-up of entries for `related`. */

import { at, call } from '../http.js';

class Chips {
  constructor(field) {
    this.field = field;
    this.list = field.querySelector('.chipbox ul');
    this.input = field.querySelector('.chipbox input');
    this.found = field.querySelector('.found');
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => { if (!this.found) this.take(); else setTimeout(() => this.close(), 150); });
    this.input.addEventListener('paste', (event) => this.paste(event));
    field.querySelector('.chipbox').addEventListener('click', (event) => this.press(event));
    if (this.found) this.lookUp();
  }

  values() { return [...this.list.children].map((item) => item.dataset.value); }

  set(values) {
    this.list.replaceChildren();
    for (const value of values) this.add(value, false);
  }

  add(text, tell = true) {
    const value = text.trim();
    if (!value || this.values().includes(value)) return;
    const item = document.createElement('li');
    const label = document.createElement('span');
    const button = document.createElement('button');
    item.dataset.value = value;
    label.textContent = value;
    button.type = 'button';
    button.textContent = '×';
    button.setAttribute('aria-label', `删掉 ${value}`);
    item.append(label, button);
    this.list.append(item);
    if (tell) this.tell();
  }

  tell() { this.field.dispatchEvent(new Event('input', { bubbles: true })); }

  /** What stands in the text field becomes chips. */
  take() {
    for (const part of this.input.value.split(/[,，、;；\n]/)) this.add(part);
    this.input.value = '';
  }

  press(event) {
    if (event.target.tagName === 'BUTTON') {
      event.target.closest('li').remove();
      this.input.focus();
      this.tell();
    } else if (event.target !== this.input) this.input.focus();
  }

  key(event) {
    if (event.isComposing) return;
    const options = this.found ? [...this.found.children] : [];
    const chosen = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    if (event.key === 'Enter' || event.key === '，' || event.key === ',' || event.key === '、') {
      if (event.key !== 'Enter' && this.found) return;
      event.preventDefault();
      if (chosen >= 0) this.pick(options[chosen]);
      else this.take();
    } else if (event.key === 'Backspace' && !this.input.value && this.list.lastElementChild) {
      this.list.lastElementChild.remove();
      this.tell();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && options.length) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const next = (chosen + step + options.length) % options.length;
      options.forEach((option, index) => option.setAttribute('aria-selected', String(index === next)));
      options[next].scrollIntoView({ block: 'nearest' });
      this.input.setAttribute('aria-activedescendant', options[next].id);
    } else if (event.key === 'Escape' && this.found) this.close();
  }

  paste(event) {
    const text = event.clipboardData.getData('text');
    if (!/[,，、;；\n]/.test(text)) return;
    event.preventDefault();
    this.input.value += text;
    this.take();
  }

  // -- look-up ---------------------------------------------------------------------------------------------

  lookUp() {
    let timer = 0;
    this.input.addEventListener('input', (event) => {
      event.stopPropagation();
      clearTimeout(timer);
      timer = setTimeout(() => this.search(this.input.value.trim()), 200);
    });
    this.found.addEventListener('mousedown', (event) => {
      event.preventDefault();
      const option = event.target.closest('li');
      if (option) this.pick(option);
    });
  }

  async search(words) {
    if (!words) return this.close();
    const response = await call(`${at('api/entries')}?q=${encodeURIComponent(words)}`).catch(() => null);
    if (!response || this.input.value.trim() !== words) return undefined;
    const entries = (await response.json()).filter((entry) => !this.values().includes(entry.id));
    this.found.replaceChildren(...entries.map((entry, index) => {
      const option = document.createElement('li');
      const id = document.createElement('small');
      option.id = `${this.found.id}-${index}`;
      option.dataset.id = entry.id;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', String(index === 0));
      id.textContent = entry.id;
      option.append(entry.question, id);
      return option;
    }));
    this.found.hidden = !entries.length;
    this.input.setAttribute('aria-expanded', String(Boolean(entries.length)));
    if (entries.length) this.input.setAttribute('aria-activedescendant', `${this.found.id}-0`);
    return undefined;
  }

  pick(option) {
    this.input.value = '';
    this.close();
    this.add(option.dataset.id);
    this.input.focus();
  }

  close() {
    this.found.hidden = true;
    this.found.replaceChildren();
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}

export const chips = Object.fromEntries(
  [...document.querySelectorAll('[data-chips]')].map((field) => [field.dataset.chips, new Chips(field)]),
);
