/** The conversation on the page: follows the store, one node a message, never redrawn once read out. */
import { renderMarkdown } from '../markdown.js';
import { formatWhen } from '../time.js';
import { byId, el, icon } from './dom.js';

const PAUSE_MS = 5 * 60_000; // a time is shown after a pause of this length
const SLOW_MS = 1200; // "sending" is said only when it takes this long
const WHO = { bot: '易答', agent: '人工客服', user: '我', system: '提示' };

export class MessagesView {
  #log = byId('log'); #nodes = new Map(); #speaker; #profile; #actions;

  /** actions: {pick(button), resend(entry), shown(node, entry), changed()} */
  constructor(store, { speaker, profile, actions }) {
    this.#speaker = speaker;
    this.#profile = profile;
    this.#actions = actions;
    store.addEventListener('insert', ({ detail }) => this.#insert(detail));
    store.addEventListener('change', ({ detail }) => this.#status(detail.entry));
    store.addEventListener('clear', () => this.#clear(store.entries));
  }

  /** While a history is drawn the log is busy, so that a reader does not read all of it out. */
  setHistory(on) {
    this.#log.setAttribute('aria-busy', String(on));
  }

  /** The buttons a customer can pick now, in order. */
  options() {
    return [...this.#log.querySelectorAll('.option')];
  }

  #insert({ entry, previous, next }) {
    this.#nodes.get(entry)?.remove();
    const node = this.#draw(entry, previous);
    this.#nodes.set(entry, node);
    if (entry.from === 'user') this.#retireOptions(node, next);
    this.#log.insertBefore(node, next ? this.#nodes.get(next) : null);
    this.#status(entry);
    this.#actions.shown(node, entry);
  }

  #draw(entry, previous) {
    const who = WHO[entry.from] ? entry.from : 'bot';
    const at = new Date(entry.at ?? Date.now());
    const pause = !previous || at - new Date(previous.at ?? at) > PAUSE_MS;
    const run = !pause && previous?.from === entry.from;
    const bubble = el('div', { class: 'bubble' });
    if (who === 'user') bubble.textContent = entry.title ?? entry.text;
    else bubble.append(renderMarkdown(entry.text));
    const stack = el('div', { class: 'stack' });
    if (who === 'agent' && !run) stack.append(el('p', { class: 'who' }, '人工客服'), el('span', { class: 'vh' }, '说：'));
    else stack.append(el('span', { class: 'vh' }, `${WHO[who]}：`));
    stack.append(bubble);
    if (who === 'bot' || who === 'agent') {
      if (this.#speaker.supported && String(entry.text ?? '').trim()) stack.append(this.#speakButton(entry));
      if (entry.buttons.length) stack.append(this.#optionGroup(entry.buttons));
    }
    const node = el('article', {
      class: `msg msg--${who}${entry.history ? '' : ' is-new'}`,
      'data-id': entry.id ?? '', 'data-kind': entry.kind ?? null, 'data-run': run ? '' : null,
    });
    if (pause && !Number.isNaN(at.getTime())) {
      node.append(el('p', { class: 'when' }, el('time', { datetime: at.toISOString() }, formatWhen(at))));
    }
    if (who === 'bot') node.append(el('div', { class: 'avatar', 'aria-hidden': 'true' }, icon('logo', '')));
    if (who === 'agent') node.append(el('div', { class: 'avatar', 'aria-hidden': 'true' }, icon('headset', '')));
    node.append(stack);
    return node;
  }

  #optionGroup(buttons) {
    const group = el('div', { class: 'options', role: 'group', 'aria-label': '可选回答' });
    buttons.forEach((button, index) => {
      const key = index < 9 ? el('span', { class: 'key', 'aria-hidden': 'true' }, String(index + 1)) : null;
      const label = el('span', { class: 'label' }, String(button.title ?? button.payload));
      const node = el('button', { type: 'button', class: 'option' }, key, label);
      node.addEventListener('click', () => this.#actions.pick(button));
      group.append(node);
    });
    return group;
  }

  /** Buttons are an answer to what was asked last: they go once the customer has said something newer. */
  #retireOptions(node, next) {
    if (next) return;
    for (const group of this.#log.querySelectorAll('.options')) group.remove();
  }

  #speakButton(entry) {
    const label = el('span', {}, '朗读');
    const button = el('button', { type: 'button', class: 'speak', 'aria-pressed': 'false' }, icon('speak'), label);
    const show = (on) => {
      button.setAttribute('aria-pressed', String(on));
      button.replaceChild(icon(on ? 'stop' : 'speak'), button.firstChild);
      label.textContent = on ? '停止' : '朗读';
    };
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-pressed') === 'true') {
        this.#speaker.stop();
        return;
      }
      this.#speaker.speak(entry, { rate: this.#profile.elder ? 0.75 : 1, onEnd: () => show(false) });
      show(true);
    });
    return el('div', { class: 'tools' }, button);
  }

  #status(entry) {
    const node = this.#nodes.get(entry);
    if (entry.from !== 'user' || !node) return;
    node.dataset.status = entry.status;
    const stack = node.querySelector('.stack');
    stack.querySelector('.status')?.remove();
    if (entry.status === 'failed') {
      const again = el('button', { type: 'button', class: 'resend' }, '重发');
      again.addEventListener('click', () => this.#actions.resend(entry));
      stack.append(el('div', { class: 'status status--failed' }, icon('alert'), el('span', {}, entry.reason || '没有发出去'), again));
      this.#actions.changed();
    } else if (entry.status === 'sending') {
      setTimeout(() => {
        if (entry.status !== 'sending' || stack.querySelector('.status')) return;
        stack.append(el('div', { class: 'status' }, icon('clock'), el('span', {}, '发送中')));
        this.#actions.changed();
      }, SLOW_MS);
    }
  }

  #clear(kept) {
    const keep = new Set(kept);
    for (const [entry, node] of this.#nodes) {
      if (keep.has(entry)) continue;
      node.remove();
      this.#nodes.delete(entry);
    }
  }
}
