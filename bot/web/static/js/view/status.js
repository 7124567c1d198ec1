/** Connection state in the header, and a notice when it lasts. */
import { byId } from './dom.js';

const NOTICE_AFTER_MS = 2000;
const TEXT = { connecting: '正在连接…', offline: '没有网络', online: '在线', stopped: '已断开' };
const NOTICE = {
  connecting: '连接不太顺利，正在重试。您写的消息会在连上后自动发出。',
  offline: '手机或电脑没有网络。恢复后会自动连接并发出消息。',
};

export class StatusView {
  #state = byId('state'); #text = byId('state-text'); #notice = byId('notice'); #noticeText = byId('notice-text'); #timer = 0; #now = null;

  constructor({ retry }) {
    byId('retry').addEventListener('click', retry);
  }

  set(state) {
    if (state === this.#now) return;
    const quiet = this.#now && state !== 'online' && this.#now !== 'online'; // keep the notice between attempts
    this.#now = state;
    this.#state.dataset.state = state;
    this.#text.textContent = TEXT[state];
    if (state === 'online' || state === 'stopped') {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#notice.hidden = true;
      return;
    }
    this.#noticeText.textContent = NOTICE[state];
    if (state === 'offline') this.#notice.hidden = false;
    else if (!quiet || !this.#timer) this.#timer = setTimeout(() => { this.#notice.hidden = false; }, NOTICE_AFTER_MS);
  }
}
