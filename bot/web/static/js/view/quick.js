/** The four questions that are always at hand. */
import { byId, el, icon } from './dom.js';

/** text: what the bot is told; title: what the customer sees. */
export const QUICK = {
  standard: [
    { title: '查话费', text: '查话费', icon: 'bill' },
    { title: '查流量', text: '查流量', icon: 'data' },
    { title: '宽带报修', text: '宽带报修', icon: 'router' },
    { title: '人工客服', text: '人工客服', icon: 'headset' },
  ],
  elder: [
    { title: '查话费', text: '查话费', icon: 'bill' },
    { title: '套餐流量', text: '查流量', icon: 'data' },
    { title: '网络报修', text: '宽带报修', icon: 'router' },
    { title: '人工客服', text: '人工客服', icon: 'headset' },
  ],
};

export class QuickBar {
  #root = byId('quick'); #pick;

  constructor(pick) { this.#pick = pick; }

  setProfile(profile) {
    this.#root.replaceChildren(...QUICK[profile].map((item, index) => {
      const key = el('span', { class: 'key', 'aria-hidden': 'true' }, String(index + 1));
      const button = el('button', { type: 'button', class: 'chip' }, key, icon(item.icon), el('span', { class: 'label' }, item.title));
      button.addEventListener('click', () => this.#pick({ title: item.title, payload: item.text }));
      return button;
    }));
  }

  buttons() { return [...this.#root.querySelectorAll('.chip')]; }

  /** Shows the number keys only while they work on this bar. */
  setNumbered(on) { this.#root.classList.toggle('numbered', on); }
}
