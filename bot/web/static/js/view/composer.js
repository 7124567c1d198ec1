/** The text field: Enter sends, Shift+Enter breaks the line, an input method is left alone, 1000 characters. */
import { announce, byId } from './dom.js';

export const LIMIT = 1000;
const COUNT_FROM = 500;
const SAY_MS = 8000;
const PLACEHOLDER = { standard: '请输入您的问题', elder: '请输入问题' };

/** Characters as the server counts them (code points). */
export const length = (text) => [...text].length;

export class Composer {
  #form = byId('composer'); #input = byId('input'); #counter = byId('counter'); #send = byId('send'); #hint = byId('hint');
  #actions; #wasOver = false; #sayTimer = 0;

  /** actions: {send(text), quick(n) -> {label, pick} | null} */
  constructor(actions) {
    this.#actions = actions;
    this.#form.addEventListener('submit', (event) => { event.preventDefault(); this.#submit(); });
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('input', () => this.refresh());
  }

  get empty() { return !this.#input.value.trim(); }

  get input() { return this.#input; }

  setProfile(profile) {
    this.#input.placeholder = PLACEHOLDER[profile];
    this.refresh();
  }

  focus() { this.#input.focus({ preventScroll: true }); }

  #key(event) {
    // 229: a key that an input method has taken (Safari reports it after isComposing is already false).
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    if (length(text) > LIMIT) {
      announce(this.#counter.textContent);
      return;
    }
    const quick = this.#quick(text);
    this.#input.value = '';
    this.refresh();
    if (quick) quick.pick();
    else this.#actions.send(text);
  }

  /** A line under the field that goes by itself: something failed that belongs to no message. */
  say(text) {
    clearTimeout(this.#sayTimer);
    this.#hint.textContent = text;
    this.#hint.hidden = false;
    this.#sayTimer = setTimeout(() => this.refresh(), SAY_MS);
  }

  #quick(text) { return /^[1-9]$/.test(text) ? this.#actions.quick(Number(text)) : null; }

  refresh() {
    const text = this.#input.value;
    const count = length(text.trim());
    const over = count > LIMIT;
    this.#send.setAttribute('aria-disabled', String(!count || over));
    this.#counter.hidden = count < COUNT_FROM;
    this.#counter.textContent = over ? `${count}/${LIMIT}，超出 ${count - LIMIT} 字，请删减后发送` : `${count}/${LIMIT}`;
    this.#input.parentElement.classList.toggle('is-over', over);
    this.#input.setAttribute('aria-invalid', String(over));
    if (over && !this.#wasOver) announce(this.#counter.textContent);
    this.#wasOver = over;
    const quick = this.#quick(text.trim());
    this.#hint.hidden = !quick;
    this.#hint.textContent = quick ? `按回车选择「${quick.label}」` : '';
    this.#grow();
  }

  #grow() {
    this.#input.style.setProperty('--input-height', 'auto');
    this.#input.style.setProperty('--input-height', `${this.#input.value ? this.#input.scrollHeight : 0}px`);
    if (!this.#input.value) this.#input.style.removeProperty('--input-height');
  }
}
